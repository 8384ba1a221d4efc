import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../../src/swarm/tally.js';

test('quantiles are right within five percent', () => {
  const tally = new Tally();
  for (let ms = 1; ms <= 1000; ms += 1) tally.add(ms);
  const { count, p50, p99, max } = tally.figures();
  assert.equal(count, 1000);
  assert.ok(Math.abs(p50 - 500) < 25, `p50 ${p50}`);
  assert.ok(Math.abs(p99 - 990) < 50, `p99 ${p99}`);
  assert.equal(max, 1000);
});

test('nothing was done: all figures are 0', () => {
  assert.deepEqual(new Tally().figures(), { count: 0, errors: {}, p50: 0, p99: 0, max: 0 });
});

test('times beyond the scale are kept in its ends, and no quantile is above the longest', () => {
  const tally = new Tally();
  tally.add(0);
  tally.add(1e9);
  const { p50, p99, max } = tally.figures();
  assert.ok(p50 <= 0.001);
  assert.ok(p99 <= max && p99 > 1e6);
});

test('errors are counted by their text, and do not become ever more', async () => {
  const tally = new Tally();
  for (let at = 0; at < 100; at += 1) tally.fail(new Error(`error ${at % 50}`));
  assert.equal(tally.failed, 100);
  const { errors } = tally.figures();
  assert.equal(errors['error 0'], 2);
  assert.equal(errors['other errors'], 60);
  await Promise.resolve();
});
