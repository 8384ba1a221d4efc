import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traverse } from '../../../../src/kernel/std/traverse.js';
import { mapFrom, type Value } from '../../../../src/kernel/std/value.js';

const data: Value = {
  s: 'text', z: null, l: ['a', 'b', { k: 'v' }, { k: 'w', n: 1 }], d: { y: { z: 'deep' } }, 'c:d': 'colon',
  m: mapFrom([[7, 'seven'], [true, 'yes'], ['7', 'text seven']]), n: mapFrom([[8, 'eight'], [1.5, 'half']]), li: [mapFrom([[0, 'zero']]), 'x'],
};

/** Answers of Salt 3008.3 `traverse_dict_and_list(data, key, 'none')`. */
const cases: readonly (readonly [Value, Value])[] = [
  ['s', 'text'], ['z', null], ['nope', 'none'], ['d:y:z', 'deep'], ['d:y:z:q', 'none'], ['z:q', 'none'], ['s:0', 'none'],
  ['l:0', 'a'], ['l:-1', { k: 'w', n: 1 }], ['l:9', 'none'], ['l:k', 'v'], ['l:n', 1], ['l:q', 'none'], ['l:2:k', 'v'],
  ['c:d', 'none'], ['m:7', 'text seven'], ['m:true', 'yes'], ['m:True', 'yes'], ['n:8', 'eight'], ['n:1.5', 'half'], ['n:9', 'none'],
  ['li:0', 'zero'], ['li:1', 'x'], [['d', 'y', 'z'], 'deep'], [['l', 0], 'a'], ['', 'none'], ['__proto__', 'none'], ['constructor', 'none'],
];

for (const [key, wanted] of cases) {
  test(`traverse() finds ${JSON.stringify(key)}`, () => assert.deepEqual(traverse(data, key, 'none'), wanted));
}

test('traverse() takes another delimiter', () => {
  assert.equal(traverse(data, 'd/y/z', 'none', '/'), 'deep');
  assert.equal(traverse(data, 'c:d', 'none', '|'), 'colon');
  assert.equal(traverse(data, 'd::y::z', 'none', '::'), 'deep');
});
