import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fnmatch, fnmatchFilter } from '../../../../src/kernel/std/fnmatch.js';

/** Answers of Python 3.11 `fnmatch.fnmatchcase(text, pattern)`. */
const cases: readonly (readonly [string, string, boolean])[] = [
  ['web1', 'web*', true], ['web1', 'Web*', false], ['web1', 'web?', true], ['web1', 'web??', false],
  ['', '', true], ['', '*', true], ['a', '', false], ['a\nb', 'a*b', true], ['a\nb', 'a?b', true],
  ['web1', 'web[0-9]', true], ['weba', 'web[!0-9]', true], ['web1', 'web[!0-9]', false],
  [']', '[]]', true], ['a', '[!]]', true], ['-', '[a-]', true], ['-', '[-a]', true], ['b', '[a-c-e]', true],
  ['d', '[a-c-e]', false], ['-', '[a-c-e]', true], ['b', '[c-a]', false], ['b', '[!c-a]', true],
  ['[ab', '[ab', true], ['^', '[^a]', true], ['b', '[^a]', false], ['a.b', 'a.b', true], ['axb', 'a.b', false],
  ['aXbXc', 'a*b*c', true], ['abcabd', '*ab?', true], ['\\', '[\\]', true], ['😀', '?', true], ['(a|b)', '(a|b)', true],
];

for (const [text, pattern, wanted] of cases) {
  test(`fnmatch() says ${wanted} to ${JSON.stringify(text)} for ${pattern}`, () => {
    assert.equal(fnmatch(text, pattern), wanted);
  });
}

test('fnmatch() is not slowed down by many stars', () => {
  const started = performance.now();
  assert.equal(fnmatch('a'.repeat(5000), `${'a*'.repeat(200)}b`), false);
  assert.ok(performance.now() - started < 2000);
});

test('fnmatchFilter() keeps the order', () => {
  assert.deepEqual(fnmatchFilter(['b1', 'x', 'a1'], '*1'), ['b1', 'a1']);
});
