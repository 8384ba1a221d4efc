import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '../../../src/kernel/std/async.js';
import { pace } from '../../../src/swarm/pace.js';

test('work is done about so many times a second, and all of it has ended when it is stopped', async () => {
  const stop = new AbortController();
  let [begun, ended] = [0, 0];
  const began = performance.now();
  const running = pace({ perSecond: 200, atOnce: 50, signal: stop.signal }, async (turn) => {
    assert.equal(turn, begun);
    begun += 1;
    await sleep(5, undefined, true);
    ended += 1;
  });
  await sleep(1000, undefined, true);
  stop.abort();
  await running;
  const wanted = ((performance.now() - began) / 1000) * 200;
  assert.ok(begun <= wanted + 1 && begun > wanted / 4, `${begun} of ${wanted}`);
  assert.equal(ended, begun);
});

test('no more than allowed are under way: what is too slow piles up nothing', async () => {
  const stop = new AbortController();
  let [under, most] = [0, 0];
  const running = pace({ perSecond: 100_000, atOnce: 3, signal: stop.signal }, async () => {
    most = Math.max(most, (under += 1));
    await sleep(10, undefined, true);
    under -= 1;
  });
  await sleep(200, undefined, true);
  stop.abort();
  await running;
  assert.equal(most, 3);
});

test('no pace, no work', async () => {
  await pace({ perSecond: 0, atOnce: 1, signal: new AbortController().signal }, () => Promise.reject(new Error('worked')));
});
