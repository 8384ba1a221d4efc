import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { BadKeyError, NonceMismatchError, TamperedError } from '../../../../src/bus/crypto/errors.js';
import { Crypticle, generateKeyString, openLoad, openReply, sealLargeLoad, sealLoad } from '../../../../src/bus/crypto/crypticle.js';

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

/** What any other program reads: each message by itself, with nothing but the key. */
function openedAlone(keyString: string, sealed: Buffer): Buffer {
  const bytes = Buffer.from(keyString, 'base64');
  const mac = createHmac('sha256', bytes.subarray(24)).update(sealed.subarray(0, -32)).digest();
  assert.ok(mac.equals(sealed.subarray(-32)));
  const decipher = createDecipheriv('aes-192-cbc', bytes.subarray(0, 24), sealed.subarray(0, 16));
  return Buffer.concat([decipher.update(sealed.subarray(16, -32)), decipher.final()]);
}

test('messages of one crypticle, of all lengths, can be read each by itself, and no IV comes twice', () => {
  const sealing = new Crypticle(key);
  const messages = Array.from({ length: 600 }, (_none, at) => Buffer.alloc(at % 70, at));
  const sealed = messages.map((message) => sealing.seal(message));
  for (const [at, message] of messages.entries()) assert.ok(openedAlone(key, sealed[at] as Buffer).equals(message), `message ${at}`);
  assert.equal(new Set(sealed.map((bytes) => bytes.toString('hex', 0, 16))).size, messages.length);
});

test('messages are opened in any order, and what is refused in between disturbs nothing', () => {
  const opening = new Crypticle(key);
  const messages = Array.from({ length: 50 }, (_none, at) => Buffer.alloc(at, at));
  const sealed = messages.map((message) => new Crypticle(key).seal(message));
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const changed = Buffer.from(sealed[at] as Buffer);
    changed[20] = (changed[20] as number) ^ 1;
    assert.throws(() => opening.open(changed), TamperedError);
    assert.ok(opening.open(sealed[at] as Buffer).equals(messages[at] as Buffer));
  }
});

test('a padding that is none is refused, although who sealed it has the key', () => {
  const bytes = Buffer.from(key, 'base64');
  for (const end of [0, 17, 255]) {
    const cipher = createCipheriv('aes-192-cbc', bytes.subarray(0, 24), Buffer.alloc(16)).setAutoPadding(false);
    const body = Buffer.concat([Buffer.alloc(16), cipher.update(Buffer.alloc(32, end))]);
    const sealed = Buffer.concat([body, createHmac('sha256', bytes.subarray(24)).update(body).digest()]);
    assert.throws(() => new Crypticle(key).open(sealed), TamperedError);
  }
});

test('a large load that is sealed in parts opens as one that is sealed whole', () => {
  const crypticle = new Crypticle(key);
  for (const size of [0, 1, 15, 16, 65_535, 65_536, 200_003]) {
    const parts = [Buffer.from('head'), Buffer.alloc(size, 'abc'), Buffer.from('tail')];
    const sealed = sealLargeLoad(crypticle, parts, nonce, (length) => Buffer.from(`[${length}]`));
    const end = sealed.indexOf(0x5d) + 1;
    assert.equal(sealed.toString('latin1', 1, end - 1), String(sealed.length - end));
    assert.deepStrictEqual(openLoad(new Crypticle(key), sealed.subarray(end)), { nonce, bytes: Buffer.concat(parts) });
  }
  // The chain of blocks goes on in order from one message to the next.
  assert.deepStrictEqual(openLoad(key, sealLoad(crypticle, load)).bytes, load);
  assert.throws(() => sealLargeLoad(crypticle, [], 'short', () => Buffer.alloc(0)), RangeError);
});
