import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import hashutil from '../../../../src/plugins/modules/hashutil.js';
import { benchOf } from '../bench.js';

const { call } = benchOf(hashutil);

/** Recorded from Salt 3008.3. */
const ANSWERS: readonly (readonly [string, readonly Value[], Value])[] = [
  ['digest', ['abc'], '900150983cd24fb0d6963f7d28e17f72'],
  ['base64_b64encode', ['abc\u00e4'], 'YWJjw6Q='],
  ['base64_b64decode', ['YWJj'], 'abc'],
  ['base64_b64decode', ['Y!W-Jj'], 'abc'],
  ['base64_b64decode', ['YWJjZA==YWJj'], 'abcd'],
  ['base64_b64decode', ['YW=Jj'], 'abc'],
  ['base64_b64decode', ['YWI=Jj'], 'ab'],
  ['base64_b64decode', ['=YWJj'], 'abc'],
  ['base64_b64decode', ['/w=='], Buffer.from([255])],
  ['base64_b64decode', [''], ''],
  ['base64_encodestring', ['a'.repeat(96)], 'YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\nYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n'],
  ['base64_encodestring', [''], ''],
  ['base64_decodestring', ['YWJj\nYWJj\n'], 'abcabc'],
  ['hmac_signature', ['get salted', 'shared secret', 'eBWf9bstXg+NiP5AOwppB5HMvZiYMPzEM9W5YMm/AmQ='], true],
  ['hmac_signature', ['get salted', 'shared secret', 'no'], false],
  ['hmac_compute', ['get salted', 'shared secret'], '78159ff5bb2d5e0f8d88fe403b0a690791ccbd989830fcc433d5b960c9bf0264'],
  ['github_signature', ['{"ref":1}', 'shared secret', 'sha1=bc6550fc290acf5b42283fa8deaf55cea0f8c206'], false],
];

for (const [fun, args, answer] of ANSWERS) {
  test(`hashutil.${fun} ${JSON.stringify(args)}`.slice(0, 80), async () => {
    assert.deepEqual(await call(fun, args), answer);
  });
}

test('hashutil: the digests of the standards', async () => {
  assert.equal(await call('md5_digest', ['']), 'd41d8cd98f00b204e9800998ecf8427e');
  assert.equal(await call('sha256_digest', ['abc']), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.match(await call('sha512_digest', [Buffer.from('abc')]) as string, /^ddaf35a193617aba.*54ca49f$/);
});

test('hashutil.github_signature knows the algorithm by its name', async () => {
  // RFC 2202, case 2.
  assert.equal(await call('github_signature', ['what do ya want for nothing?', 'Jefe', 'sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79']), true);
  await assert.rejects(call('github_signature', ['a', 'b', 'bc6']), { className: 'ValueError', message: 'not enough values to unpack (expected 2, got 1)' });
  await assert.rejects(call('github_signature', ['a', 'b', 'zz=bc6']), { className: 'AttributeError', message: "module 'hashlib' has no attribute 'zz'" });
});

test('hashutil refuses as Salt does', async () => {
  await assert.rejects(call('digest', ['abc', 'sha1']), { message: "Hash func 'sha1' is not supported." });
  await assert.rejects(call('md5_digest', [null]), { className: 'TypeError', message: "expected str, bytes, or bytearray not <class 'NoneType'>" });
  await assert.rejects(call('base64_b64decode', ['YWJ']), { className: 'binascii.Error', message: 'Incorrect padding' });
  await assert.rejects(call('base64_b64decode', ['YWJjZ']), {
    className: 'binascii.Error', message: 'Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4',
  });
});

test('hashutil reads and writes files', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-hashutil-'));
  t.after(() => rm(root, { recursive: true }));
  const path = join(root, 'f');
  await writeFile(path, 'vm\n');
  assert.equal(await call('base64_encodefile', [path]), 'dm0K\n');
  assert.equal(await call('digest_file', [path, 'sha256']), await call('sha256_digest', ['vm\n']));
  assert.equal(await call('base64_decodefile', ['YWJj\nYWJj\n', path]), true);
  assert.equal(await readFile(path, 'utf8'), 'abcabc');
  await assert.rejects(call('base64_decodefile', ['YWJ', path]), { className: 'binascii.Error' });
  await assert.rejects(call('digest_file', [join(root, 'no')]), { message: `File path '${join(root, 'no')}' not found.` });
  await assert.rejects(call('base64_encodefile', [join(root, 'no')]), { className: 'FileNotFoundError', message: `[Errno 2] No such file or directory: '${join(root, 'no')}'` });
  await assert.rejects(call('base64_decodefile', ['YWJj', join(root, 'no/x')]), { className: 'FileNotFoundError' });
});
