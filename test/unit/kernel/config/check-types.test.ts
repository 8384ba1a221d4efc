import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeWarning } from '../../../../src/kernel/config/check-types.js';
import type { OptionType } from '../../../../src/kernel/config/option.js';
import { floatOf, type Value } from '../../../../src/kernel/std/value.js';

/** Observed with Salt 3008.3: which values of which types give a warning. */
const cases: [OptionType[], Value[], Value[]][] = [
  [['int'], [5, '5', ' -5 ', '1_0'], ['abc', '', 1.5, floatOf(1), true, null, [], {}, '1.5']],
  [['float'], [5, 1.5, '1.5', 'inf', '1e3'], ['abc', true, null, []]],
  [['str'], ['x', 5, 1.5, true, null], [[], {}, ['x']]],
  [['bool'], [true, false], [1, 0, 'yes', '', null, [], {}, 1.5]],
  [['list'], [[], [1]], ['abc', {}, null, 5, true]],
  [['dict'], [{}, new Map<Value, Value>([[1, 2]]), [], [['a', 1]], ['ab']], ['abc', null, 5, [1], ['abc'], [{ a: 1 }]]],
  [['NoneType', 'int'], [null, 5, '5'], ['abc', true, [], 1.5]],
  [['NoneType', 'str'], [null, 'x', 5, true], [[], {}]],
  [['list', 'str'], [[], 'x', 5, true, null], [{}]],
  [['dict', 'bool'], [{}, true], [null, 1, 'x', []]],
];
for (const [types, fine, wrong] of cases) {
  test(`values for ${types.join(' or ')}`, () => {
    for (const value of fine) assert.equal(typeWarning('x', types, value), undefined, JSON.stringify(value));
    for (const value of wrong) assert.notEqual(typeWarning('x', types, value), undefined, JSON.stringify(value));
  });
}

test('typeWarning() has the words of Salt', () => {
  assert.equal(typeWarning('timeout', ['int'], 'abc'), "Config option 'timeout' with value abc has an invalid type of str, a int is required for this option");
  assert.equal(typeWarning('ssl', ['dict', 'bool', 'NoneType'], 5.5), "Config option 'ssl' with value 5.5 has an invalid type of float, a dict, bool or NoneType is required for this option");
  assert.equal(typeWarning('x', ['int'], 'sdb://a/b'), undefined);
});
