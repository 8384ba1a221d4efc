import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { backoffMs, BoundedQueue, deferred, mapLimited, sleep, TaskGroup, within } from '../../../../src/kernel/std/async.js';

const never = (): never => assert.fail('no error was expected');

test('sleep() rejects with the reason when it is aborted, before or while it waits', async () => {
  const stop = new AbortController();
  const sleeping = sleep(60_000, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(sleeping, /enough/);
  await assert.rejects(sleep(60_000, stop.signal), /enough/);
});

test('sleep() does not take a time that no timer can hold for no time', async () => {
  const first = await Promise.race([sleep(2 ** 40).then(() => 'slept'), turn('still asleep').then(() => turn('still asleep'))]);
  assert.equal(first, 'still asleep');
});

test('within() gives the value, the fallback, or the error', async () => {
  assert.equal(await within(Promise.resolve(1), 60_000, 'late'), 1);
  assert.equal(await within(new Promise(() => undefined), 1, 'late'), 'late');
  await assert.rejects(within(Promise.reject(new Error('broken')), 60_000, 'late'), /broken/);
});

test('backoffMs() doubles up to the most and is shortened by half at most', () => {
  assert.deepEqual([0, 1, 2, 3, 4].map((attempt) => backoffMs(attempt, 100, 1000, () => 0)), [100, 200, 400, 800, 1000]);
  assert.equal(backoffMs(1, 100, 1000, () => 1), 100);
  assert.equal(backoffMs(100_000, 100, 1000, () => 0), 1000);
});

test('TaskGroup runs as many at once as it may, in the order in which they came', async () => {
  const group = new TaskGroup({ limit: 2, onError: never });
  const gates = Array.from({ length: 4 }, () => deferred<void>());
  const started: number[] = [];
  const starts = gates.map((gate, at) => group.start(async () => {
    started.push(at);
    await gate.promise;
  }));
  await Promise.all(starts.slice(0, 2));
  assert.deepEqual([started, group.size], [[0, 1], 2]);
  gates[1]?.resolve();
  await starts[2];
  assert.deepEqual(started, [0, 1, 2]);
  for (const gate of gates) gate.resolve();
  await Promise.all(starts);
  assert.deepEqual(started, [0, 1, 2, 3]);
});

test('a task that comes when a place gets free does not overtake one that waits', async () => {
  const group = new TaskGroup({ limit: 1, onError: never });
  const order: string[] = [];
  const gate = deferred<void>();
  await group.start(() => gate.promise);
  const waiting = group.start(async () => void order.push('waiting'));
  gate.resolve();
  await gate.promise;
  const late = group.start(async () => void order.push('late'));
  await Promise.all([waiting, late]);
  assert.deepEqual(order, ['waiting', 'late']);
});

test('TaskGroup reports errors, also those thrown at once, and goes on', async () => {
  const errors: string[] = [];
  const group = new TaskGroup({ limit: 1, onError: (error) => errors.push((error as Error).message) });
  await group.start(() => {
    throw new Error('at once');
  });
  await group.start(() => Promise.reject(new Error('later')));
  await group[Symbol.asyncDispose]();
  assert.deepEqual([errors, group.size], [['at once', 'later'], 0]);
});

test('TaskGroup waits at its end for those that run and those that wait', async () => {
  const group = new TaskGroup({ limit: 1, onError: never });
  const done: number[] = [];
  for (const at of [0, 1, 2]) {
    void group.start(async () => {
      await turn();
      done.push(at);
    });
  }
  await group[Symbol.asyncDispose]();
  assert.deepEqual(done, [0, 1, 2]);
});

test('BoundedQueue refuses what is too much, and counts it', () => {
  const queue = new BoundedQueue<number>(2);
  assert.deepEqual([queue.push(1), queue.push(2), queue.push(3)], [true, true, false]);
  assert.deepEqual([queue.size, queue.lost, queue.shift(), queue.shift(), queue.shift()], [2, 1, 1, 2, undefined]);
});

test('BoundedQueue keeps the order over many pushes and shifts', () => {
  const queue = new BoundedQueue<number>(4000);
  let wanted = 0;
  for (let at = 0; at < 10_000; at += 1) {
    queue.push(at);
    if (at % 3 !== 0) assert.equal(queue.shift(), wanted++);
  }
  for (; wanted < 10_000; wanted += 1) assert.equal(queue.shift(), wanted);
  assert.equal(queue.size, 0);
});

test('iterating gives what waits also after the end, then ends', async () => {
  const queue = new BoundedQueue<number>(10);
  const got: number[] = [];
  const reading = (async () => {
    for await (const item of queue) got.push(item);
  })();
  queue.push(1);
  await turn();
  queue.push(2);
  queue.push(3);
  queue.close();
  assert.equal(queue.push(4), false);
  await reading;
  assert.deepEqual([got, queue.isClosed, queue.lost], [[1, 2, 3], true, 0]);
});

test('onItem() calls at once when there is something, else at the next push or the end', () => {
  const queue = new BoundedQueue<number>(10);
  let calls = 0;
  const wake = (): void => void (calls += 1);
  queue.onItem(wake);
  assert.equal(calls, 0);
  queue.push(1);
  queue.push(2);
  assert.equal(calls, 1, 'once for each call');
  queue.onItem(wake);
  assert.equal(calls, 2);
  queue.shift();
  queue.shift();
  queue.onItem(wake);
  queue.close();
  assert.equal(calls, 3);
});

test('mapLimited() keeps the order, bounds the work at once and stops at a failure', async () => {
  let open = 0;
  let most = 0;
  const doubled = await mapLimited([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, open += 1);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return item * 2;
  });
  assert.deepEqual([doubled, most], [[2, 4, 6, 8, 10], 2]);
  const begun: number[] = [];
  await assert.rejects(mapLimited([1, 2, 3, 4], 1, (item) => {
    begun.push(item);
    return item === 2 ? Promise.reject(new Error('second')) : Promise.resolve(item);
  }), /second/);
  assert.deepEqual([begun, await mapLimited([], 3, () => Promise.resolve(1))], [[1, 2], []]);
});
