import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoteWord, splitWords } from '../../../../src/kernel/sys/shell-words.js';

/** Expected values: Python 3.11 `shlex.split`. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['a  b\tc\n', ['a', 'b', 'c']],
  [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
  [`a'b'"c"d`, ['abcd']],
  [`'' ""`, ['', '']],
  [String.raw`a\ b \\ \'`, ['a b', '\\', "'"]],
  [String.raw`"a\"b\\c\d\$"`, ['a"b\\c\\d\\$']],
  [String.raw`'a\b'`, ['a\\b']],
  ['a # b', ['a', '#', 'b']],
  ['', []],
];
for (const [line, words] of LINES) {
  test(`splitWords() reads ${JSON.stringify(line)}`, () => assert.deepEqual(splitWords(line), words));
}

test('splitWords() refuses open quotes and a backslash at the end', () => {
  assert.throws(() => splitWords('"a'), /^PythonError: No closing quotation$/);
  assert.throws(() => splitWords("'a\\'b'"), /No closing quotation/);
  assert.throws(() => splitWords('a\\'), /No escaped character/);
});

test('quoteWord() is undone by splitWords()', () => {
  for (const word of ['', 'a', 'a b', "it's", '$HOME', '"', '\\', 'ä', '-n']) assert.deepEqual(splitWords(quoteWord(word)), [word]);
  assert.equal(quoteWord('a/b=c'), 'a/b=c');
});
