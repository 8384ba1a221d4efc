import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { parseWords, publishedArguments, wordValue } from '../../../src/cli/words.js';
import { floatOf, type Value } from '../../../src/kernel/std/value.js';

/** Observed with Salt 3008.3; golden: cli/salt-kw-scalars. */
const words: readonly (readonly [string, Value])[] = [
  ['1', 1], ['1.5', 1.5], ['1.0', floatOf(1)], ['true', true], ['yes', true], ['on', true], ['None', null], ['null', null], ['~', null],
  ['', ''], ['  ', '  '], ['a b', 'a b'], ['0123', 123], ['007', 7], ['1_000', '1_000'], ['0x10', 16], ['1e3', '1e3'], ['12:30', 750],
  ['2026-01-02', '2026-01-02'], ['+4', 4], ['[1, a]', [1, 'a']], ['{a: 1}', { a: 1 }], ['a: 1', 'a: 1'], ['- item', '- item'],
  ['{a: [', '{a: ['], ['#a', '#a'], ['a #b', 'a #b'], ['1 # c', 1], ['[1] # c', [1]], ['---', '---'], ['...', '...'], ['!', '!'], ['|', '|'],
  ['a\tb', 'a\tb'], ['1\n', '1\n'], ["'x'", 'x'], ['!!binary YQ==', '!!binary YQ=='], ['!!set {a}', '!!set {a}'], ['*x', '*x'],
];

for (const [word, wanted] of words) {
  test(`wordValue() reads ${JSON.stringify(word)}`, () => {
    assert.deepEqual(wordValue(word), wanted);
  });
}

/** golden: cli/salt-kw-kwargs. */
test('parseWords() takes names apart from values', () => {
  const { args, kwargs } = parseWords(['with space=1', 'x=y=z', 'dash-ed=1', 'a.b=2', '9a=1', '-c=1', 'e=', 'a==b', '_u=[1, 2]', 'n=None', 'm=a\nb']);
  assert.deepEqual(args, ['with space=1', '9a=1', '-c=1', 'a==b', 'm=a\nb']);
  assert.deepEqual(kwargs, { x: 'y=z', 'dash-ed': 1, 'a.b': 2, e: '', _u: [1, 2], n: null });
});

test('parseWords() leaves the names of --no-parse as text', () => {
  assert.deepEqual(parseWords(['n=3', 'c=3'], { noParse: ['n'] }).kwargs, { n: '3', c: 3 });
});

test('parseWords() does not touch prototypes', () => {
  const { kwargs } = parseWords(['__proto__={a: 1}']);
  assert.equal(Object.getPrototypeOf(kwargs), Object.prototype);
  assert.deepEqual(Object.keys(kwargs), ['__proto__']);
});

test('publishedArguments() puts keywords last and keeps job ids as text', () => {
  assert.deepEqual(publishedArguments(parseWords(['20260102030405060708', 'b=2', '3'])), ['20260102030405060708', 3, { __kwarg__: true, b: 2 }]);
  assert.deepEqual(publishedArguments(parseWords(['1'])), [1]);
});
