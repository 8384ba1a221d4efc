import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeInPlace, mergeMaps, updateMap } from '../../../../src/kernel/std/merge.js';
import { mapFrom, type Value } from '../../../../src/kernel/std/value.js';

const base = { a: 1, m: { x: 1, l: [1, 2] }, l: [1] };
const over = { l: [1, 2], m: { l: [2, 3], y: 2 }, n: null };

test('updateMap() goes down into maps and lets the second list win', () => {
  assert.deepEqual(updateMap(base, over), { a: 1, m: { x: 1, l: [2, 3], y: 2 }, l: [1, 2], n: null });
  assert.deepEqual(Object.keys(updateMap(base, over)), ['a', 'm', 'l', 'n']);
});

test('updateMap() joins lists when asked, without doubling', () => {
  assert.deepEqual(updateMap(base, over, { mergeLists: true }), { a: 1, m: { x: 1, l: [1, 2, 3], y: 2 }, l: [1, 2], n: null });
});

test('updateMap() replaces values of different kinds and leaves its arguments alone', () => {
  const first = { a: { b: 1 }, c: [1] };
  assert.deepEqual(updateMap(first, { a: 'text', c: { d: 1 } }), { a: 'text', c: { d: 1 } });
  assert.deepEqual(first, { a: { b: 1 }, c: [1] });
});

test('updateMap() keeps keys that are not text', () => {
  assert.deepEqual(updateMap(new Map([[7, 'a']]), { b: 1 }), new Map<string | number, string | number>([[7, 'a'], ['b', 1]]));
});

test('mergeMaps() knows the strategies', () => {
  assert.deepEqual(mergeMaps(base, over, 'list'), { a: 1, m: [{ x: 1, l: [1, 2] }, { l: [2, 3], y: 2 }], l: [[1], [1, 2]] });
  assert.deepEqual(mergeMaps(base, over, 'overwrite'), { a: 1, m: { l: [2, 3], y: 2 }, l: [1, 2], n: null });
  assert.deepEqual(mergeMaps(base, over, 'aggregate'), { a: 1, m: { l: [2, 3], y: 2 }, l: [1, 2], n: null });
  assert.deepEqual(mergeMaps(base, over, 'recurse'), { a: 1, m: { x: 1, l: [2, 3], y: 2 }, l: [1, 2], n: null });
  assert.deepEqual(mergeMaps(base, over, 'none', { mergeLists: true }), mergeMaps(base, over, 'recurse'));
});

test('mergeInPlace() does on entries of the caller what mergeMaps() does on maps', () => {
  for (const strategy of ['overwrite', 'aggregate', 'recurse', 'none', 'whatever']) {
    for (const mergeLists of [true, false]) {
      const known = new Map(Object.entries(base) as [Value, Value][]);
      mergeInPlace(strategy, { mergeLists })?.(known, over);
      assert.deepEqual(mapFrom(known), mergeMaps(base, over, strategy, { mergeLists }), strategy);
    }
  }
  assert.equal(mergeInPlace('list'), undefined);
});
