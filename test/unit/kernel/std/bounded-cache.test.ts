import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { BoundedCache } from '../../../../src/kernel/std/bounded-cache.js';

test('BoundedCache forgets what was not used for the longest time', () => {
  const cache = new BoundedCache<string, string>(2);
  const made: string[] = [];
  const ask = (key: string): string => cache.get(key, () => {
    made.push(key);
    return key.toUpperCase();
  });
  assert.deepEqual(['a', 'b', 'a', 'c', 'a', 'b'].map(ask), ['A', 'B', 'A', 'C', 'A', 'B']);
  assert.deepEqual([made, cache.size], [['a', 'b', 'c', 'b'], 2]);
});

test('BoundedCache does not keep failures', () => {
  const cache = new BoundedCache<string, number>(2);
  assert.throws(() => cache.get('a', () => { throw new Error('no'); }));
  assert.equal(cache.get('a', () => 1), 1);
});
