import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  compileLinear, linearMatch, RegexSyntaxError, RegexRefusedError, type MatchMode,
} from '../../../../src/kernel/std/linear-regex.js';

/** Groups that Python 3.11 gives; null where it finds nothing. */
const cases: readonly (readonly [string, string, MatchMode, (string | undefined)[] | null])[] = [
  ['web1', 'web10', 'match', ['web1']],
  ['eb1', 'web1', 'match', null],
  ['eb1', 'web1', 'search', ['eb1']],
  ['web1', 'web10', 'fullmatch', null],
  ['(?P<n>a)(?P=n)', 'aa', 'match', ['aa', 'a']],
  ['a{,3}', 'aaaa', 'match', ['aaa']],
  ['x{a}', 'x{a}', 'match', ['x{a}']],
  ['[^]a]+', 'b]', 'match', ['b']],
  ['[]a]+', ']a', 'match', [']a']],
  ['\\w+\\Z', 'é_1', 'match', ['é_1']],
  ['(?a)\\w+', 'é', 'match', null],
  ['a$', 'a\n', 'match', ['a']],
  ['a\\Z', 'a\n', 'match', null],
  ['^b', 'a\nb', 'search', null],
  ['(?m)^b', 'a\nb', 'search', ['b']],
  ['(?i:A)b', 'ab', 'match', ['ab']],
  ['(?i)[a-f]+', 'AbG', 'match', ['Ab']],
  ['.+', 'a\nb', 'match', ['a']],
  ['(?s).+', 'a\nb', 'match', ['a\nb']],
  ['(?x) a # note\n b', 'ab', 'match', ['ab']],
  ['(?!web).*', 'db1', 'match', ['db1']],
  ['.*(?<!net)$', 'db.net', 'match', null],
  ['\\bfoo\\b', 'é foo', 'search', ['foo']],
  ['((a)|(b))+', 'b', 'match', ['b', 'b', undefined, 'b']],
  ['(?>a+)b', 'aab', 'match', ['aab']],
  ['a++a', 'aaa', 'match', null],
  ['(w)(?=e)\\1?', 'we', 'match', ['w', 'w']],
  ['[^\\Wa]+', 'bca', 'match', ['bc']],
  ['.', '😀', 'fullmatch', ['😀']],
];

for (const [pattern, text, mode, wanted] of cases) {
  test(`linearMatch() ${mode} ${JSON.stringify(pattern)} in ${JSON.stringify(text)}`, () => {
    const found = linearMatch(pattern, text, mode);
    if (wanted === null) assert.equal(found, undefined);
    else assert.deepEqual(found?.groups, wanted);
  });
}

/** Texts of Python 3.11. */
const refusals: readonly (readonly [string, string])[] = [
  ['[', 'unterminated character set at position 0'], ['*', 'nothing to repeat at position 0'], ['a**', 'multiple repeat at position 2'],
  ['(a', 'missing ), unterminated subpattern at position 0'], ['a)', 'unbalanced parenthesis at position 1'],
  ['a{3,2}', 'min repeat greater than max repeat at position 2'], ['[z-a]', 'bad character range z-a at position 1'],
  ['\\q', 'bad escape \\q at position 0'], ['a\\', 'bad escape (end of pattern) at position 1'], ['(a)\\2', 'invalid group reference 2 at position 4'],
  ['(?<=a*)b', 'look-behind requires fixed-width pattern'], ['(?P=n)', "unknown group name 'n' at position 4"],
  ['a(?i)b', 'global flags not at the start of the expression at position 1'], ['(?<n>a)', 'unknown extension ?<n at position 1'],
];

for (const [pattern, message] of refusals) {
  test(`compileLinear() refuses ${JSON.stringify(pattern)} in Python's words`, () => {
    assert.throws(() => compileLinear(pattern), (error) => error instanceof RegexSyntaxError && error.message === message);
  });
}

test('linearMatch() is quick where backtracking would stall', () => {
  const started = process.hrtime.bigint();
  assert.equal(linearMatch('(a+)+$', `${'a'.repeat(5000)}b`, 'match'), undefined);
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
});

for (const pattern of ['(?!x)(a+)+$', '(a|a)*(?=b)', '(?=x)(a*b*)*c', '(a?){30}(?!a)']) {
  test(`compileLinear() refuses ${pattern}, which could stall the program`, () => {
    assert.throws(() => compileLinear(pattern), RegexRefusedError);
  });
}

test('linearMatch() refuses long texts for patterns that look around', () => {
  assert.throws(() => linearMatch('.*a.*b.*(?!c)', 'x'.repeat(100_000), 'match'), RegexRefusedError);
});

test('execAll() gives all matches, empty ones too', () => {
  assert.deepEqual([...compileLinear('a*').execAll('baac')].map(({ start, end }) => [start, end]), [[0, 0], [1, 3], [3, 3], [4, 4]]);
});

test('compileLinear() names groups', () => {
  assert.deepEqual([...compileLinear('(?P<host>w)(?P<nr>1)').groupNames], [['host', 1], ['nr', 2]]);
});
