import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadKeyError, NonceMismatchError, TamperedError } from '../../../../src/bus/crypto/errors.js';
import { Crypticle, generateKeyString, openLoad, openReply, sealLoad } from '../../../../src/bus/crypto/crypticle.js';

const key = generateKeyString();
const load = Buffer.from('81a16101', 'hex');
const nonce = '0123456789abcdef0123456789abcdef';

test('generateKeyString() gives 56 fresh bytes each time', () => {
  assert.equal(Buffer.from(key, 'base64').length, 56);
  assert.notEqual(generateKeyString(), key);
});

test('a load comes back, with the nonce of a reply', () => {
  assert.deepStrictEqual(openLoad(key, sealLoad(key, load)), { nonce: undefined, bytes: load });
  assert.deepStrictEqual(openLoad(new Crypticle(key), sealLoad(new Crypticle(key), load, nonce)), { nonce, bytes: load });
});

test('a load that is one small number is not taken for a nonce', () => {
  assert.deepStrictEqual(openLoad(key, sealLoad(key, Buffer.from('0'))), { nonce: undefined, bytes: Buffer.from('0') });
});

test('equal loads are sealed differently', () => {
  assert.notDeepStrictEqual(sealLoad(key, load), sealLoad(key, load));
});

test('every changed byte is refused', () => {
  const sealed = sealLoad(key, load, nonce);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] as number) ^ 0x80;
    assert.throws(() => openLoad(key, changed), TamperedError);
  }
});

test('every other length is refused', () => {
  const sealed = sealLoad(key, load);
  for (let length = 0; length < sealed.length; length += 1) assert.throws(() => openLoad(key, sealed.subarray(0, length)), TamperedError);
  assert.throws(() => openLoad(key, Buffer.concat([sealed, Buffer.alloc(16)])), TamperedError);
});

test('another key is refused', () => {
  assert.throws(() => openLoad(generateKeyString(), sealLoad(key, load)), { code: 'crypto.tampered' });
});

test('plain data without the prefix gives an empty map', () => {
  for (const plain of ['', 'pickle:', 'json::{}']) {
    assert.deepStrictEqual(openLoad(key, new Crypticle(key).seal(Buffer.from(plain))), { nonce: undefined, bytes: Buffer.from('80', 'hex') });
  }
});

test('openReply() takes only the reply to its own request', () => {
  assert.deepStrictEqual(openReply(key, sealLoad(key, load, nonce), nonce), load);
  assert.throws(() => openReply(key, sealLoad(key, load, 'f'.repeat(32)), nonce), NonceMismatchError);
  assert.throws(() => openReply(key, sealLoad(key, load), nonce), { code: 'crypto.nonce_mismatch' });
});

test('a nonce of another length is not sealed', () => {
  assert.throws(() => sealLoad(key, load, 'short'), RangeError);
});

const badKeys = ['', 'no key', Buffer.alloc(55, 1).toString('base64'), Buffer.alloc(57, 1).toString('base64')];
for (const [at, text] of badKeys.entries()) {
  test(`a key string of the wrong form is refused without being shown (${at})`, () => {
    assert.throws(() => new Crypticle(text), (error) => error instanceof BadKeyError && (text === '' || !error.message.includes(text)));
  });
}

test('a key string with a newline at its end is read', () => {
  assert.deepStrictEqual(openLoad(`${key}\n`, sealLoad(key, load)).bytes, load);
});
