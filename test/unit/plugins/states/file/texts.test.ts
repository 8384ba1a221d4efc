/** Pure parts of the file states: times, sizes, patterns, keys and values, configuration in sections. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from '../../../../../src/kernel/sys/file/regex.js';
import { configText, readConfig } from '../../../../../src/plugins/states/file/content/config-parser.js';
import { dataDifferences } from '../../../../../src/plugins/states/file/content/data-differences.js';
import { optionsOf } from '../../../../../src/plugins/states/file/content/serializers.js';
import { editKeyValues, type KeyValueWish } from '../../../../../src/plugins/states/file/edit/keyvalue-lines.js';
import { patchOptions } from '../../../../../src/plugins/states/file/edit/patch-options.js';
import { isChosen } from '../../../../../src/plugins/states/file/ground/patterns.js';
import { bytesOf } from '../../../../../src/plugins/states/file/ground/sizes.js';
import { momentReader, weekOf } from '../../../../../src/plugins/states/file/ground/strptime.js';
import { blankTolerant } from '../../../../../src/plugins/states/file/ground/texts.js';
import { recurseSet } from '../../../../../src/plugins/states/file/tree/recurse-set.js';

const times: readonly (readonly [format: string, text: string, epoch: number | undefined])[] = [
  ['db-%Y-%m-%d.gz', 'db-2026-01-02.gz', Date.UTC(2026, 0, 2) / 1000],
  ['%d %b %Y %I:%M %p', '5 mar 2024 12:30 AM', Date.UTC(2024, 2, 5, 0, 30) / 1000],
  ['%y%j', '24366', Date.UTC(2024, 11, 31) / 1000],
  ['%Y-%m-%dT%H:%M:%S.%f', '2024-02-29T23:59:59.5', Date.UTC(2024, 1, 29, 23, 59, 59, 500) / 1000],
  ['%A %B %d', 'Monday January 01', Date.UTC(1900, 0, 1) / 1000],
  ['100%% %Y', '100% 2020', Date.UTC(2020, 0, 1) / 1000],
  ['%Y-%m-%d', '2023-02-29', undefined], ['%Y', '2023 ', undefined], ['%m', '13', undefined], ['%Y.', '2023x', undefined], ['%Q', 'x', undefined],
];
for (const [format, text, epoch] of times) {
  test(`momentReader() reads ${text} by ${format}`, () => assert.equal(momentReader(format)(text)?.epoch, epoch));
}

test('weekOf() counts weeks as ISO does', () => {
  const week = (year: number, month: number, day: number): unknown => weekOf({ year, month, day, hour: 0, epoch: 0 });
  assert.deepEqual([week(2026, 1, 1), week(2024, 12, 30), week(2021, 1, 3)], [{ week: 1, weekday: 3 }, { week: 1, weekday: 0 }, { week: 53, weekday: 6 }]);
});

test('bytesOf() reads sizes by 1024 and by 1000', () => {
  assert.deepEqual(['10', '2k', '1KB', '1.5 MiB', '3gb', '', 'x', '1.2.3m', '5 pounds'].map(bytesOf), [10, 2048, 1000, 1572864, 3e9, 0, 0, 0, 0]);
});

test('isChosen() knows wildcards, regular expressions and lists of both', () => {
  assert.deepEqual([
    isChosen('a/b.txt', '*.txt', null), isChosen('a/b.txt', 'E@^b', null), isChosen('a/b.txt', null, ['x', 'E@b\\.']), isChosen('a/b.txt', ['x', 'a/*'], 'c*'), isChosen('a', null, null),
  ], [true, false, false, true, true]);
});

test('blankTolerant() finds text whatever blanks stand in it', () => {
  const finds = (wanted: string, text: string): boolean => compilePattern(blankTolerant(wanted)).search(text) !== undefined;
  assert.ok(finds('if [ "$x" ]; then', 'if   [ "$x" ];\n then'));
  assert.ok(finds("it's a * test", "  it's a *  test"));
  assert.ok(!finds('a b', 'a c b'));
  assert.throws(() => blankTolerant('it\'s "open'), { className: 'ValueError', message: 'No closing quotation' });
});

const wish = (pairs: KeyValueWish['pairs'], more: Partial<KeyValueWish> = {}): KeyValueWish => ({
  pairs, separator: '=', append: false, prepend: false, count: 1, uncomment: null, keyIgnoreCase: false, valueIgnoreCase: false, prune: false, ...more,
});
const edits: readonly (readonly [title: string, file: string[], wish: KeyValueWish, lines: string[]])[] = [
  ['sets a value', ['a=1\n', 'b=2\n'], wish([['a', '9']]), ['a=9\n', 'b=2\n']],
  ['removes further lines of a key', ['a=1\n', 'a=2\n'], wish([['a', '1']]), ['a=1\n', '']],
  ['changes all lines with a count below zero', ['a=1\n', 'a=2\n'], wish([['a', '3']], { count: -1 }), ['a=3\n', 'a=3\n']],
  ['takes a comment into use', ['#a=1\n'], wish([['a', '1']], { uncomment: '#' }), ['a=1\n']],
  ['leaves a comment that is not needed', ['a=1\n', '#a=2\n'], wish([['a', '1']], { uncomment: '#' }), ['a=1\n', '#a=2\n']],
  ['does not take a longer key', ['ab=1\n'], wish([['a', '2']]), ['ab=1\n']],
  ['folds cases', ['PORT=X\n'], wish([['port', 'x']], { keyIgnoreCase: true, valueIgnoreCase: true }), ['PORT=X\n']],
  ['appends', ['a=1\n'], wish([['b', 2]], { append: true }), ['a=1\n', 'b=2\n']],
  ['prepends, last first', ['a=1\n'], wish([['b', 2], ['c', 3]], { prepend: true }), ['c=3\n', 'b=2\n', 'a=1\n']],
  ['prunes', ['a=1\n', 'z=1\n'], wish([['a', '1']], { prune: true }), ['a=1\n']],
];
for (const [title, file, given, lines] of edits) test(`editKeyValues() ${title}`, () => assert.deepEqual(editKeyValues(file, given).lines, lines));

test('editKeyValues() tells the type of a value that is no text', () => {
  assert.deepEqual(editKeyValues(['a=1\n'], wish([['a', true]])).diff, ['- a=1\n', '+ a=True (from bool type)\n']);
});

test('configText() and readConfig() agree, and replace by name', () => {
  assert.deepEqual(readConfig(configText({ s: { A: 1, text: 'x\ny' }, DEFAULT: { all: 'z' } })), { s: { all: 'z', a: '1', text: 'x\ny' } });
  assert.deepEqual(readConfig('[s]\na = %(b)s!\nb: 1\n# c = 2\n'), { s: { a: '1!', b: '1' } });
  assert.throws(() => configText({ s: { a: null } }), /option values must be strings/);
  assert.throws(() => configText({ s: 'x' }), /'str' object has no attribute 'items'/);
  assert.throws(() => readConfig('a = 1\n'), /no section headers/);
  assert.throws(() => readConfig('[s]\nnothing here\n'), /parsing errors/);
  assert.throws(() => readConfig('[s]\na = %(a)s\n'), /Recursion limit/);
});

test('dataDifferences() tells new and changed keys at every depth', () => {
  assert.deepEqual(dataDifferences({ a: 1, b: { c: 1, d: 2 }, gone: 1 }, { a: 1, b: { c: 5, d: 2 }, n: [1] }), { b: { c: { new: 5, old: 1 } }, n: { new: [1], old: '<_null_>' } });
});

test('optionsOf() joins small maps; the last of equal names wins', () => {
  assert.deepEqual([optionsOf([{ indent: 4 }, { sort_keys: false }, { indent: 2 }]), optionsOf({ a: 1 }), optionsOf(null)], [{ indent: 2, sort_keys: false }, { a: 1 }, {}]);
});

test('patchOptions() takes the strip count out and refuses what the state sets itself', () => {
  assert.deepEqual(patchOptions('-b --strip=2 "-z x"'), { words: ['-b', '-z x'], strip: 2 });
  assert.deepEqual(patchOptions('--strip 3').strip, 3);
  assert.equal(patchOptions('').strip, undefined);
  assert.throws(() => patchOptions('-N --output=x'), /not allowed: -N, --output/);
  assert.throws(() => patchOptions('-pone'), /Invalid format for '-p'/);
});

test('recurseSet() refuses unknown words and words against one another', () => {
  assert.deepEqual([...recurseSet(['user', 'mode'])], ['user', 'mode']);
  assert.equal(recurseSet(null).size, 0);
  assert.throws(() => recurseSet('user'), { className: 'TypeError' });
  assert.throws(() => recurseSet(['user', { a: 1 }]), { className: 'ValueError' });
  assert.throws(() => recurseSet(['ignore_files', 'ignore_dirs']), /at the same time/);
});
