import assert from 'node:assert/strict';
import { test } from 'node:test';
import { p, type Params } from '../../../../src/kernel/contract/params.js';
import { bindArguments, refuseUnknownKeywords, signatureOf } from '../../../../src/kernel/loader/bind.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';

const two = { a: p.any(), b: p.any('x') };
const three = { a: p.any(), b: p.any(), c: p.any() };
const byName = { args: p.rest(), key: p.any(null), wanted: p.any() };
const all = { a: p.any(), args: p.rest(), kwargs: p.keywords() };

/** Observed: Python 3.11 functions of the same parameters called the same way. */
const refused: readonly [Params, Value[], PlainMap, string][] = [
  [two, [], {}, "f() missing 1 required positional argument: 'a'"],
  [three, [], { b: 1 }, "f() missing 2 required positional arguments: 'a' and 'c'"],
  [three, [], {}, "f() missing 3 required positional arguments: 'a', 'b', and 'c'"],
  [two, [1, 2, 3], {}, 'f() takes from 1 to 2 positional arguments but 3 were given'],
  [three, [1, 2, 3, 4], {}, 'f() takes 3 positional arguments but 4 were given'],
  [{}, [1], {}, 'f() takes 0 positional arguments but 1 was given'],
  [{ a: p.any() }, [1, 2], {}, 'f() takes 1 positional argument but 2 were given'],
  [{ a: p.any(1) }, [1, 2], {}, 'f() takes from 0 to 1 positional arguments but 2 were given'],
  [two, [1], { a: 2 }, "f() got multiple values for argument 'a'"],
  [two, [1], { other: 2 }, "f() got an unexpected keyword argument 'other'"],
  [two, [1, 2, 3], { other: 2 }, "f() got an unexpected keyword argument 'other'"],
  [byName, [1], {}, "f() missing 1 required keyword-only argument: 'wanted'"],
];
for (const [params, args, kwargs, message] of refused) {
  test(`bindArguments() refuses: ${message}`, () => {
    assert.throws(() => bindArguments('f', params, args, kwargs), { className: 'TypeError', message });
  });
}

const bound: readonly [string, Params, Value[], PlainMap, Record<string, unknown>][] = [
  ['fills defaults', two, [1], {}, { a: 1, b: 'x' }],
  ['takes keywords in any order', two, [], { b: 2, a: 1 }, { a: 1, b: 2 }],
  ['gathers the rest', all, [1, 2, 3], { k: 4, __pub_jid: 'x' }, { a: 1, args: [2, 3], kwargs: { k: 4 } }],
  ['takes names behind the rest by keyword', byName, [1, 2], { wanted: 3 }, { args: [1, 2], key: null, wanted: 3 }],
  ['gives facts of the job when asked', { kwargs: p.keywords({ pub: true }) }, [], { __pub_jid: 'x' }, { kwargs: { __pub_jid: 'x' } }],
  ['reads by kind', { n: p.int(), t: p.string(), l: p.strings(null) }, ['12', 3, 'a,b'], {}, { n: 12, t: '3', l: ['a', 'b'] }],
  ['hands a default over as declared', { env: p.string(false) }, [], {}, { env: false }],
];
for (const [title, params, args, kwargs, wanted] of bound) {
  test(`bindArguments() ${title}`, () => {
    assert.deepEqual(bindArguments('f', params, args, kwargs), wanted);
  });
}

test('a keyword named __proto__ is a keyword like any other', () => {
  const kwargs = JSON.parse('{"__proto__": {"admin": true}}') as PlainMap;
  const { kwargs: taken } = bindArguments('f', { kwargs: p.keywords() }, [], kwargs) as { kwargs: PlainMap };
  assert.deepEqual(Object.keys(taken), ['__proto__']);
  assert.equal((taken as { admin?: unknown }).admin, undefined);
});

test('a function cannot change the default of its declaration', () => {
  const params = { list: p.list(['a']), map: p.map({ a: 1 }) };
  const first = bindArguments('f', params, [], {}) as { list: Value[]; map: PlainMap };
  first.list.push('b');
  first.map['b'] = 2;
  assert.deepEqual(bindArguments('f', params, [], {}), { list: ['a'], map: { a: 1 } });
});

test('a value of the wrong kind is named', () => {
  assert.throws(() => bindArguments('f', { n: p.int() }, ['many'], {}), { code: 'job.invocation', message: "Argument 'n' must be a number, not many" });
});

test('refuseUnknownKeywords() names all of them as Python prints them', () => {
  assert.throws(() => refuseUnknownKeywords(two, { a: 1, c: 'text', d: { k: null } }), {
    code: 'job.invocation', message: "The following keyword arguments are not valid: c=text, d={'k': None}",
  });
  refuseUnknownKeywords(byName, { key: 1 });
  refuseUnknownKeywords(all, { whatever: 1 });
});

test('signatureOf() sorts parameters by the way they are given', () => {
  assert.deepEqual(signatureOf({ a: p.any(), args: p.rest(), k: p.any(), kwargs: p.keywords() }), { positional: ['a'], byName: ['k'], rest: 'args', keywords: 'kwargs' });
});
