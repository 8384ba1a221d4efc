import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifier, literal, parseArray, parseCsv, unquoted } from '../../../../src/plugins/modules/postgres/sql.js';

test('names and values cannot end their quotes', () => {
  assert.equal(identifier('a"; DROP TABLE x; --'), '"a""; DROP TABLE x; --"');
  assert.equal(literal("a'; DROP TABLE x; --"), "'a''; DROP TABLE x; --'");
  assert.equal(literal("a\\'; x"), "E'a\\\\''; x'");
  assert.throws(() => identifier(''), /cannot be empty/);
  for (const quote of [identifier, literal]) assert.throws(() => quote('a\0b'), /cannot have a NUL/);
});

test('unquoted() takes off quotes that somebody has put around', () => {
  assert.deepEqual(['"a""b"', 'a', '"', '"a'].map((text) => unquoted(text, '"')), ['a"b', 'a', '"', '"a']);
});

test('parseArray() reads lists as PostgreSQL writes them', () => {
  assert.deepEqual(parseArray('{a,"b c","d\\"e\\\\f","x,y"}'), ['a', 'b c', 'd"e\\f', 'x,y']);
  assert.deepEqual(['', '{}'].map(parseArray), [[], []]);
});

test('parseCsv() reads rows with quotes, line breaks and nothing', () => {
  assert.deepEqual(parseCsv('a,b\n1,"x, ""y""\nz"\n"",\n'), [{ a: '1', b: 'x, "y"\nz' }, { a: '', b: '' }]);
  assert.deepEqual(parseCsv('one\n\n""\n'), [{ one: '' }]);
  assert.deepEqual(['', 'a,b'].map(parseCsv), [[], []]);
});
