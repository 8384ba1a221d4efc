import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeRetcode } from '../../../../src/kernel/loader/outcome.js';
import type { Value } from '../../../../src/kernel/std/value.js';

const cases: readonly (readonly [Value, number | undefined, number])[] = [
  [true, undefined, 0], [false, undefined, 0], [null, undefined, 0], ['text', undefined, 0], [[{ result: false }], undefined, 0],
  [{}, undefined, 0], [{ result: true, success: true }, undefined, 0], [{ result: 'yes' }, 0, 0],
  [{ result: false }, undefined, 1], [{ success: false }, 0, 1], [{ result: null }, undefined, 1], [{ result: true, success: 0 }, undefined, 1],
  [new Map<Value, Value>([[1, 2], ['result', false]]), undefined, 1], [true, 7, 7], [{ result: false }, 7, 7],
];
for (const [value, set, wanted] of cases) {
  test(`a function that gave ${JSON.stringify(value instanceof Map ? [...value] : value)} and set ${set} ends with ${wanted}`, () => assert.equal(outcomeRetcode(value, set), wanted));
}
