import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit, RateLimits } from '../../../../src/kernel/std/rate-limit.js';

const taken = (limit: { take(): boolean }, times: number): number => Array.from({ length: times }, () => limit.take()).filter(Boolean).length;

test('a burst, then so many a second, never more than the burst saved up', () => {
  let now = 0;
  const limit = new RateLimit({ perSecond: 10, burst: 5 }, () => now);
  assert.equal(taken(limit, 20), 5);
  now += 100;
  assert.equal(taken(limit, 20), 1);
  now += 1_000_000;
  assert.equal(taken(limit, 20), 5);
});

test('each name has its own budget, and what is forgotten begins anew', () => {
  const limits = new RateLimits({ perSecond: 1, burst: 1, namesMax: 2 }, () => 0);
  assert.deepEqual(['a', 'a', 'b', 'b'].map((name) => limits.take(name)), [true, false, true, false]);
  assert.equal(limits.take('c'), true);
  assert.equal(limits.take('a'), true, 'a was used longest ago');
});
