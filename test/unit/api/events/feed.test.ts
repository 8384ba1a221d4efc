import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed, type Events } from '../../../../src/api/events/feed.js';
import { silentLog } from '../../../support/logs.js';

const feedOf = (): Feed => new Feed({ opts: { sock_dir: '/nowhere' }, log: silentLog, life: 'life' });
const event = (tag: string) => ({ tag, data: {} });
const tags = (lists: readonly Events[]): string[][] => lists.map((events) => events.map(({ tag }) => tag));

test('all who hear get the same list, at once', async () => {
  const feed = feedOf();
  const [one, other]: [Events[], Events[]] = [[], []];
  feed.hear((events) => one.push(events));
  feed.hear((events) => other.push(events));
  await feed.take(event('a'));
  assert.deepEqual(tags(one), [['a']]);
  assert.equal(one[0], other[0]);
  assert.deepEqual(one[0]?.map(({ id, json }) => [id, json]), [['life-1', '{"data": {}, "tag": "a"}']]);
});

test('what comes while many are told comes to them together, and to each once', async () => {
  const feed = feedOf();
  const heard: Events[][] = Array.from({ length: 250 }, () => []);
  for (const mine of heard) feed.hear((events) => mine.push(events));
  const taken = [feed.take(event('a')), feed.take(event('b')), feed.take(event('c'))];
  // After the first events came: those before are not for it.
  const late: Events[] = [];
  feed.hear((events) => late.push(events));
  taken.push(feed.take(event('d')));
  await Promise.all(taken);
  while (heard.at(-1)?.flat().length !== 4) await new Promise((resolve) => setImmediate(resolve));
  for (const mine of heard) assert.deepEqual(tags(mine), [['a'], ['b', 'c', 'd']]);
  while (late.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(tags(late), [['d']]);
});

test('who no longer hears is told nothing', async () => {
  const feed = feedOf();
  const heard: Events[] = [];
  feed.hear((events) => heard.push(events))[Symbol.dispose]();
  await feed.take(event('a'));
  assert.deepEqual(heard, []);
});

test('the last events are kept for who comes back', async () => {
  const feed = feedOf();
  for (let count = 0; count < 2005; count += 1) await feed.take(event(String(count)));
  assert.deepEqual(feed.since(2003)?.map(({ tag }) => tag), ['2003', '2004']);
  assert.equal(feed.since(4), undefined);
  assert.equal(feed.since(5)?.length, 2000);
  assert.equal(feed.since(3000), undefined);
});
