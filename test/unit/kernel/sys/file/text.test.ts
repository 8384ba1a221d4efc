import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeAs, encodeAs } from '../../../../../src/plugins/modules/file/ground/codec.js';
import { looksBinary, textLines, byteLines } from '../../../../../src/kernel/sys/file/content.js';
import { bytesAsText, compileBytePattern, readFlags, textAsBytes } from '../../../../../src/kernel/sys/file/regex.js';
import { shellWords } from '../../../../../src/kernel/sys/file/shell-words.js';
import { parseAddress, placeOf, saltPath, withoutLogin } from '../../../../../src/kernel/sys/file/url.js';
import { decodeUtf8, Utf8Stream } from '../../../../../src/kernel/sys/file/utf8.js';

/** Observed with Python 3.11: `bytes(...).decode()`. */
const FAULTS: readonly (readonly [number[], string])[] = [
  [[0x61, 0x80], 'byte 0x80 in position 1: invalid start byte'],
  [[0xc3], 'byte 0xc3 in position 0: unexpected end of data'],
  [[0xc3, 0x28], 'byte 0xc3 in position 0: invalid continuation byte'],
  [[0xe2, 0x82], 'bytes in position 0-1: unexpected end of data'],
  [[0xf0, 0x9f, 0x98, 0x41], 'bytes in position 0-2: invalid continuation byte'],
  [[0xed, 0xa0, 0x80], 'byte 0xed in position 0: invalid continuation byte'],
  [[0xf5, 0x80], 'byte 0xf5 in position 0: invalid start byte'],
  [[0xc0, 0xaf], 'byte 0xc0 in position 0: invalid start byte'],
];
for (const [bytes, fault] of FAULTS) {
  test(`decodeUtf8() says what is wrong with ${Buffer.from(bytes).toString('hex')}`, () => {
    assert.throws(() => decodeUtf8(Uint8Array.from(bytes)), { className: 'UnicodeDecodeError', message: `'utf-8' codec can't decode ${fault}` });
  });
}

test('Utf8Stream joins characters that were cut between pieces', () => {
  const bytes = Buffer.from('aé€😀z');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const stream = new Utf8Stream();
    assert.equal(stream.write(bytes.subarray(0, cut)) + stream.write(bytes.subarray(cut)), 'aé€😀z');
    stream.end();
  }
  const open = new Utf8Stream();
  open.write(Buffer.from([0xe2, 0x82]));
  assert.throws(() => open.end(), { className: 'UnicodeDecodeError' });
});

/** Observed with Python 3.11: `'é€'.encode(name)`. */
const ENCODED: readonly (readonly [string, string, string])[] = [
  ['é€', 'utf-8', 'c3a9e282ac'], ['é€', 'UTF_8', 'c3a9e282ac'], ['é€', 'utf-16', 'fffee900ac20'], ['é€', 'utf-16-be', '00e920ac'],
  ['é', 'latin-1', 'e9'], ['é€', 'cp1252', 'e980'], ['é€', 'utf-32', 'fffe0000e9000000ac200000'], ['é€', 'utf-8-sig', 'efbbbfc3a9e282ac'],
  ['あ', 'shift_jis', '82a0'], ['中', 'gbk', 'd6d0'], ['€', 'iso8859-15', 'a4'],
];
for (const [text, encoding, hex] of ENCODED) {
  test(`${encoding} goes both ways`, () => {
    assert.equal(encodeAs(text, encoding).toString('hex'), hex);
    assert.equal(decodeAs(Buffer.from(hex, 'hex'), encoding), text);
  });
}

test('encodeAs() treats what cannot be encoded as it is told', () => {
  assert.equal(encodeAs('a€', 'ascii', 'ignore').toString(), 'a');
  assert.equal(encodeAs('a€', 'ascii', 'replace').toString(), 'a?');
  assert.equal(encodeAs('a€', 'ascii', 'xmlcharrefreplace').toString(), 'a&#8364;');
  assert.equal(encodeAs('a€', 'ascii', 'backslashreplace').toString(), 'a\\u20ac');
  assert.throws(() => encodeAs('a€', 'ascii'), { message: "'ascii' codec can't encode character '\\u20ac' in position 1: ordinal not in range(128)" });
  assert.throws(() => encodeAs('a', 'ascii', 'nope'), { className: 'LookupError', message: "unknown error handler name 'nope'" });
  assert.throws(() => decodeAs(Buffer.from('a'), 'nope'), { className: 'LookupError', message: 'unknown encoding: nope' });
});

test('looksBinary() takes NUL and many strange bytes for binary data', () => {
  assert.equal(looksBinary(Buffer.from('')), false);
  assert.equal(looksBinary(Buffer.from('text\n')), false);
  assert.equal(looksBinary(Buffer.from('tex\0t')), true);
  assert.equal(looksBinary(Buffer.from('éàü€')), false);
  assert.equal(looksBinary(Buffer.from('\xe9\xe0\xfca', 'latin1')), true);
  assert.equal(looksBinary(Buffer.from([0xc3, 0xa9, 0xc3])), false);
});

test('lines keep their ends', () => {
  assert.deepEqual(textLines('a\r\nb\rc\n\nd'), ['a\r\n', 'b\r', 'c\n', '\n', 'd']);
  assert.deepEqual(byteLines('a\r\nb\rc\n\nd'), ['a\r\n', 'b\rc\n', '\n', 'd']);
});

test('bytes go through text unharmed, and high ones are no letters', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  assert.deepEqual(textAsBytes(bytesAsText(all)), all);
  assert.equal(compileBytePattern('\\w').search(bytesAsText(Buffer.from('é'))), undefined);
  assert.deepEqual(compileBytePattern('\\xc3.').search(bytesAsText(Buffer.from('aé')))?.start, 1);
  assert.throws(() => compileBytePattern('a', 32), { className: 'ValueError' });
});

test('readFlags() knows numbers, names and lists', () => {
  assert.deepEqual([readFlags(8), readFlags('i'), readFlags(['MULTILINE', 's']), readFlags([])], [8, 2, 24, 0]);
  assert.throws(() => readFlags('8'), { message: 'Invalid re flag given: 8' });
});

test('shellWords() cuts as shlex.split', () => {
  assert.deepEqual(shellWords(`-r -e 'a b' "c\\"d\\n" e\\ f ''`), ['-r', '-e', 'a b', 'c"d\\n', 'e f', '']);
  assert.throws(() => shellWords("a 'b"), { className: 'ValueError', message: 'No closing quotation' });
  assert.throws(() => shellWords('a\\'), { className: 'ValueError', message: 'No escaped character' });
});

test('addresses are cut as by urlparse', () => {
  assert.deepEqual(parseAddress('HTTP://u:p@h:80/a/b?c#d'), { scheme: 'http', host: 'u:p@h:80', path: '/a/b' });
  assert.deepEqual(parseAddress('/a/b'), { scheme: '', host: '', path: '/a/b' });
  assert.equal(placeOf(parseAddress('file:///a/b/')), '/a/b');
  assert.deepEqual(saltPath('salt:///a/b?saltenv=dev'), { path: 'a/b', saltenv: 'dev' });
  assert.deepEqual(saltPath('salt://a?env=dev'), { path: 'a', saltenv: null });
  assert.deepEqual(saltPath('/a'), { path: '/a', saltenv: null });
  assert.equal(withoutLogin('https://user:secret@h/a'), 'https://<redacted>@h/a');
});
