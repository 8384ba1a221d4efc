import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Feed } from '../../../../src/api/events/feed.js';
import { streamOf, type StreamRequest, type Streamed } from '../../../../src/api/events/stream.js';
import { Written } from '../../../../src/api/events/written.js';
import { silentLog } from '../../../support/logs.js';

const feedOf = (): Feed => new Feed({ opts: { sock_dir: '/nowhere' }, log: silentLog, life: 'life' });
const forever = () => ({ [Symbol.dispose]: () => undefined });
const request = (more: Partial<StreamRequest> = {}): StreamRequest => ({ view: { sees: 'all', user: 'root' }, watch: forever, signal: new AbortController().signal, ...more });
const tagsOf = (got: IteratorResult<Streamed>): string[] => (got.done === true || got.value.kind !== 'events' ? [] : got.value.events.map(({ tag }) => tag));

test('a client that comes back gets what it missed, then what comes, each once', async () => {
  const feed = feedOf();
  for (const tag of ['a', 'b', 'c']) await feed.take({ tag, data: {} });
  const stream = streamOf(feed, request({ after: 'life-1' }));
  assert.deepEqual(tagsOf(await stream.next()), ['b', 'c']);
  const next = stream.next();
  await feed.take({ tag: 'd', data: {} });
  assert.deepEqual(tagsOf(await next), ['d']);
  await stream.return(undefined);
});

test('what is no longer kept is told', async () => {
  const stream = streamOf(feedOf(), request({ after: 'other-7' }));
  assert.deepEqual(await stream.next(), { value: { kind: 'missed' }, done: false });
  await stream.return(undefined);
});

test('only own jobs, for whom sees only these', async () => {
  const feed = feedOf();
  const jid = '20260102030405678901';
  const stream = streamOf(feed, request({ view: { sees: 'own', user: 'fred' } }));
  const next = stream.next();
  await feed.take({ tag: 'salt/auth', data: {} });
  await feed.take({ tag: `salt/job/${jid}/new`, data: { user: 'fred' } });
  assert.deepEqual(tagsOf(await next), [`salt/job/${jid}/new`]);
  await stream.return(undefined);
});

test('a token that ends ends the stream', async () => {
  let end = (): void => assert.fail('nobody watches');
  let isWatched = false;
  const stream = streamOf(feedOf(), request({
    watch: (ended) => {
      [end, isWatched] = [ended, true];
      return { [Symbol.dispose]: () => void (isWatched = false) };
    },
  }));
  const next = stream.next();
  await Promise.resolve();
  end();
  assert.deepEqual(await next, { value: undefined, done: true });
  assert.equal(isWatched, false);
});

test('a client that takes nothing is cut off', async () => {
  const feed = feedOf();
  const stream = streamOf(feed, request());
  const first = stream.next();
  for (let count = 0; count < 5002; count += 1) await feed.take({ tag: String(count), data: {} });
  assert.deepEqual(tagsOf(await first), ['0']);
  assert.deepEqual(await stream.next(), { value: undefined, done: true });
});

test('the bytes of a list are made once', async () => {
  let made = 0;
  const written = new Written(({ tag }) => `${(made += 1)} ${tag}\n`);
  const events = [{ at: 1, id: 'life-1', tag: 'a', data: {}, json: '{}' }];
  assert.equal(written.of(events).toString(), '1 a\n');
  assert.equal(written.of(events), written.of(events));
  assert.equal(made, 1);
});
