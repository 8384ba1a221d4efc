import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus } from '../../../../src/bus/event/bus.js';

const newBus = (): EventBus => new EventBus((error) => assert.fail(error as Error));

test('an event goes to those whose prefix fits, in the moment it is fired', () => {
  const bus = newBus();
  const got: string[] = [];
  bus.subscribe('', ({ tag }) => got.push(`all ${tag}`));
  bus.subscribe('salt/job/', ({ tag }) => got.push(`jobs ${tag}`));
  bus.fire('salt/job/1/new', {});
  bus.fire('salt/auth', {});
  assert.deepEqual(got, ['all salt/job/1/new', 'jobs salt/job/1/new', 'all salt/auth']);
});

test('an event gets a stamp unless it has one; the given data is left alone', () => {
  const bus = newBus();
  const data = { a: 1 };
  assert.match(String(bus.fire('t', data).data['_stamp']), /^\d{4}-/);
  assert.deepEqual([data, bus.fire('t', { _stamp: 'given' }).data], [{ a: 1 }, { _stamp: 'given' }]);
});

test('a subscriber that throws is told, and the others get the event', () => {
  const told: string[] = [];
  const bus = new EventBus((error, tag) => told.push(`${tag}: ${(error as Error).message}`));
  let got = 0;
  bus.subscribe('', () => {
    throw new Error('broken');
  });
  bus.subscribe('', () => (got += 1));
  bus.fire('t', {});
  assert.deepEqual([told, got], [['t: broken'], 1]);
});

test('who ends a subscription gets nothing more, also when it ends in an event', () => {
  const bus = newBus();
  let got = 0;
  const subscription = bus.subscribe('', () => {
    got += 1;
    subscription[Symbol.dispose]();
  });
  bus.fire('t', {});
  bus.fire('t', {});
  assert.deepEqual([got, bus.counters.listeners], [1, 0]);
});

test('a slow listener loses its own events, counted, and no others', async () => {
  const bus = newBus();
  const slow = bus.listen('', 2);
  const quick = bus.listen('');
  for (let at = 0; at < 5; at += 1) bus.fire(`t${at}`, {});
  assert.deepEqual([slow.lost, quick.lost, bus.counters], [3, 0, { fired: 5, lost: 3, listeners: 2 }]);
  for (const listener of [slow, quick]) listener[Symbol.dispose]();
  const tags = async (listener: typeof slow): Promise<string> => {
    let all = '';
    for await (const { tag } of listener) all += tag;
    return all;
  };
  assert.deepEqual([await tags(slow), await tags(quick)], ['t0t1', 't0t1t2t3t4']);
});
