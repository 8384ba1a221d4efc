import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { checked, checkedQuery } from '../../../../src/api/v1/check.js';
import { InvalidInput } from '../../../../src/api/v1/problem.js';
import { Float } from '../../../../src/kernel/std/value.js';
import { readJson } from '../../../../src/kernel/yaml/read-json.js';

const Job = Type.Object({ fun: Type.String(), kind: Type.Optional(Type.String({ default: 'glob' })), args: Type.Optional(Type.Array(Type.Unknown(), { default: [] })) }, { additionalProperties: false });

test('values that JSON alone has not survive, and what has a default may be left out', () => {
  assert.deepEqual(checked(Job, readJson('{"fun": "x", "args": [1.0, 123456789012345678901]}')), { fun: 'x', kind: 'glob', args: [new Float(1), 123456789012345678901n] });
  const [first, second] = [checked(Job, { fun: 'x' }), checked(Job, { fun: 'y' })];
  assert.deepEqual(first, { fun: 'x', kind: 'glob', args: [] });
  assert.notEqual(first['args'], second['args']);
});

test('what does not fit names its fields', () => {
  for (const [value, field] of [[null, ''], [[], ''], [{ fun: 7 }, 'fun'], [{ fun: 'x', more: 1 }, 'more'], [{ kind: 'x' }, '']] as const) {
    assert.throws(() => checked(Job, value), (error) => error instanceof InvalidInput && error.faults[0]?.field === field, JSON.stringify(value));
  }
});

test('texts of a query become what the schema wants', () => {
  const Query = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, default: 50 })), name: Type.Optional(Type.String()) }, { additionalProperties: false });
  assert.deepEqual(checkedQuery(Query, { limit: '7', name: '7' }), { limit: 7, name: '7' });
  assert.deepEqual(checkedQuery(Query, {}), { limit: 50 });
  for (const wrong of [{ limit: '0' }, { limit: 'x' }, { limit: ['1', '2'] }, { other: '1' }]) assert.throws(() => checkedQuery(Query, wrong), InvalidInput);
});
