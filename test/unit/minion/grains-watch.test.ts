import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { watchGrains } from '../../../src/minion/grains-watch.js';
import { keepingLog } from '../../support/logs.js';

afterEach(() => mock.timers.reset());

function bench(minutes: number) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const state = { grains: { os: 'a' } as PlainMap, next: { os: 'a' } as PlainMap, gathered: 0, changed: 0, fails: false };
  const log = keepingLog();
  const watch = watchGrains({
    minutes, log, grains: () => state.grains,
    gather: () => {
      state.gathered += 1;
      if (state.fails) return Promise.reject(new Error('no'));
      state.grains = { ...state.next };
      return Promise.resolve();
    },
    onChange: () => {
      state.changed += 1;
      return Promise.resolve();
    },
  });
  const pass = async (ms: number): Promise<void> => {
    mock.timers.tick(ms);
    for (let at = 0; at < 3; at += 1) await turn();
  };
  return { state, log, watch, pass };
}

test('only a change is told', async () => {
  const { state, pass, watch } = bench(2);
  await pass(119_000);
  assert.equal(state.gathered, 0);
  await pass(1000);
  assert.deepEqual([state.gathered, state.changed], [1, 0]);
  state.next = { os: 'b' };
  await pass(120_000);
  assert.deepEqual([state.gathered, state.changed], [2, 1]);
  watch[Symbol.dispose]();
  await pass(120_000);
  assert.equal(state.gathered, 2);
});

test('a failure is logged, and the next look comes', async () => {
  const { state, pass, log } = bench(1);
  state.fails = true;
  await pass(60_000);
  assert.equal(log.lines.length, 1);
  await pass(60_000);
  assert.equal(state.gathered, 2);
});

test('0 minutes: never', async () => {
  const { state, pass } = bench(0);
  await pass(10_000_000);
  assert.equal(state.gathered, 0);
});
