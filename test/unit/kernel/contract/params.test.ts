import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import { p, type Param } from '../../../../src/kernel/contract/params.js';
import { Float, type Value } from '../../../../src/kernel/std/value.js';

const good: readonly (readonly [string, Param<unknown>, Value, unknown])[] = [
  ['string', p.string(), 'a', 'a'], ['string', p.string(), true, 'True'], ['string', p.string(), 5, '5'], ['string', p.string(), new Float(1), '1.0'],
  ['string', p.string(), Buffer.from('é'), 'é'], ['string', p.string(null), null, null],
  ['int', p.int(), '7', 7], ['int', p.int(), new Float(7), 7], ['int', p.int(), true, 1], ['int', p.int(), -1, -1],
  ['float', p.float(), '1.5', 1.5], ['float', p.float(), 2, 2],
  ['bool', p.bool(), 'False', false], ['bool', p.bool(), 'no', false], ['bool', p.bool(), 'yes', true], ['bool', p.bool(), 0, false], ['bool', p.bool(), [], false], ['bool', p.bool(), 1, true],
  ['list', p.list(), 'a,b', ['a', 'b']], ['list', p.list(), [1], [1]], ['map', p.map(), { a: 1 }, { a: 1 }], ['map', p.map(), new Map<Value, Value>([[1, 'x']]), { 1: 'x' }],
  ['strings', p.strings(), ' a, b ,', ['a', 'b']], ['strings', p.strings(), [1, 'b'], ['1', 'b']], ['strings', p.strings(), null, []], ['strings', p.strings(), 7, ['7']],
  ['any', p.any(), null, null],
];
for (const [kind, param, value, wanted] of good) {
  test(`${kind} takes ${JSON.stringify(value instanceof Map ? [...value] : value)}`, () => assert.deepEqual(param.read(value, 'x'), wanted));
}

const bad: readonly (readonly [Param<unknown>, Value, string])[] = [
  [p.string(), null, 'text'], [p.string(), [], 'text'], [p.int(), '1.5', 'a whole number'], [p.int(), 'a', 'a number'], [p.int(), '', 'a number'], [p.int(), null, 'a number'],
  [p.float(), 'x', 'a number'], [p.list(), 1, 'a list'], [p.map(), 'a', 'a mapping'], [p.map(), [], 'a mapping'],
];
for (const [param, value, wanted] of bad) {
  test(`${param.kind} refuses ${JSON.stringify(value)} and names the argument`, () => {
    assert.throws(() => param.read(value, 'size'), (error) => error instanceof InvocationError && error.message.startsWith(`Argument 'size' must be ${wanted}, not `));
  });
}

test('a parameter without a default is required', () => {
  assert.deepEqual([p.string().default, p.string(null).default, p.int(5, 'how many').default, p.int(5, 'how many').doc, p.rest().default, p.keywords().pub], [undefined, null, 5, 'how many', [], undefined]);
  assert.equal(p.keywords({ pub: true }).pub, true);
});
