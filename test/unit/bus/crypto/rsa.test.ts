import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { isEncryptionAlgorithm, isSignatureAlgorithm } from '../../../../src/bus/crypto/algorithms.js';
import { BadKeyError, DecryptError } from '../../../../src/bus/crypto/errors.js';
import { checkPublicKey } from '../../../../src/bus/crypto/key-strength.js';
import { generateRsaKeyPair, loadPrivateKey, loadPublicKey } from '../../../../src/bus/crypto/rsa.js';

const { privatePem, publicPem } = await generateRsaKeyPair();
const privateKey = loadPrivateKey(privatePem);
const publicKey = loadPublicKey(publicPem);
const message = Buffer.from('a message');

test('generateRsaKeyPair() makes the files Salt makes', () => {
  assert.match(privatePem, /^-----BEGIN RSA PRIVATE KEY-----\n[^]*-----END RSA PRIVATE KEY-----\n$/);
  assert.match(publicPem, /^-----BEGIN PUBLIC KEY-----\n[^]*-----END PUBLIC KEY-----\n$/);
  assert.equal(publicKey.bytes, 256);
  assert.equal(checkPublicKey(publicPem), undefined);
  assert.equal(privateKey.publicKey.toPem(), publicPem.trim());
});

test('generateRsaKeyPair() refuses small and odd sizes', async () => {
  for (const bits of [0, 1024, 2047, 2048.5, 20_000, NaN]) await assert.rejects(generateRsaKeyPair(bits), RangeError);
});

test('generateRsaKeyPair() encrypts with a passphrase', async () => {
  const pair = await generateRsaKeyPair(2048, 'open sesame');
  assert.match(pair.privatePem, /ENCRYPTED/);
  assert.equal(loadPrivateKey(pair.privatePem, 'open sesame').publicKey.toPem(), pair.publicPem.trim());
  for (const wrong of ['sesame', '', undefined]) {
    assert.throws(() => loadPrivateKey(pair.privatePem, wrong), (error) => error instanceof BadKeyError && !error.message.includes('sesame'));
  }
});

for (const algorithm of ['PKCS1v15-SHA1', 'PKCS1v15-SHA224'] as const) {
  test(`${algorithm} signs and verifies, also off the loop`, async () => {
    const signature = privateKey.sign(message, algorithm);
    assert.deepStrictEqual(await privateKey.signAsync(message, algorithm), signature);
    assert.equal(publicKey.verify(message, signature, algorithm), true);
    assert.equal(await publicKey.verifyAsync(message, signature, algorithm), true);
    assert.equal(publicKey.verify(Buffer.from('another'), signature, algorithm), false);
    assert.equal(await publicKey.verifyAsync(Buffer.from('another'), signature, algorithm), false);
    assert.equal(publicKey.verify(message, signature, algorithm === 'PKCS1v15-SHA1' ? 'PKCS1v15-SHA224' : 'PKCS1v15-SHA1'), false);
    for (const malformed of [Buffer.alloc(0), Buffer.alloc(10), Buffer.alloc(256, 0xff), Buffer.alloc(300)]) {
      assert.equal(publicKey.verify(message, malformed, algorithm), false);
      assert.equal(await publicKey.verifyAsync(message, malformed, algorithm), false);
    }
  });
}

for (const algorithm of ['OAEP-SHA1', 'OAEP-SHA224'] as const) {
  test(`${algorithm} encrypts and decrypts`, () => {
    const block = publicKey.encrypt(message, algorithm);
    assert.notDeepStrictEqual(publicKey.encrypt(message, algorithm), block);
    assert.deepStrictEqual(privateKey.decrypt(block, algorithm), message);
    for (const malformed of [Buffer.alloc(0), block.subarray(1), Buffer.alloc(256, 0xff), Buffer.concat([block, block])]) {
      assert.throws(() => privateKey.decrypt(malformed, algorithm), DecryptError);
    }
    assert.throws(() => privateKey.decrypt(block, algorithm === 'OAEP-SHA1' ? 'OAEP-SHA224' : 'OAEP-SHA1'), { code: 'crypto.undecryptable' });
    assert.throws(() => publicKey.encrypt(Buffer.alloc(230), algorithm), RangeError);
  });
}

test('private keys are read as PKCS#8 and with CRLF too', () => {
  const pkcs8 = createPrivateKey(privatePem).export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const pem of [pkcs8, privatePem.replaceAll('\n', '\r\n'), `\n${privatePem.trim()}`]) {
    assert.equal(loadPrivateKey(pem).publicKey.toPem(), publicKey.toPem());
  }
});

test('public keys are read as PKCS#1 and without the last newline too', () => {
  const pkcs1 = createPublicKey(publicPem).export({ type: 'pkcs1', format: 'pem' }).toString();
  for (const pem of [pkcs1, publicPem.trim(), publicPem.replaceAll('\n', '\r\n')]) assert.equal(loadPublicKey(pem).toPem(), publicKey.toPem());
});

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const notPublic = [
  ['a private key', privatePem], ['nothing', ''], ['words', 'not a key'], ['an elliptic curve key', ec.publicKey],
  ['damaged base64', publicPem.replace('MIIB', 'AAAA')], ['two lines only', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n'],
] as const;
for (const [title, pem] of notPublic) {
  test(`loadPublicKey() and checkPublicKey() refuse ${title}`, () => {
    assert.throws(() => loadPublicKey(pem), { code: 'crypto.bad_key' });
    assert.match(checkPublicKey(pem) ?? '', /public key/);
  });
}

test('loadPrivateKey() refuses what is no RSA private key and never shows it', () => {
  for (const pem of [publicPem, '', ec.privateKey, privatePem.replace('MII', 'AAA')]) {
    assert.throws(() => loadPrivateKey(pem), (error) => error instanceof BadKeyError && !error.message.includes(pem.slice(40, 60) || 'x'));
  }
});

const weak = (modulusLength: number, publicExponent: number): string =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } }).publicKey;

/** The strong key with another exponent. */
function withExponent(exponent: number): string {
  const jwk = createPublicKey(publicPem).export({ format: 'jwk' });
  const hex = exponent.toString(16);
  const e = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
  return createPublicKey({ key: { ...jwk, e }, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}

test('checkPublicKey() refuses weak keys and says why', () => {
  assert.match(checkPublicKey(weak(1024, 65_537)) ?? '', /1024 bits/);
  assert.match(checkPublicKey(weak(2048, 3)) ?? '', /exponent is below 65537/);
  assert.match(checkPublicKey(withExponent(1)) ?? '', /exponent is below/);
  assert.match(checkPublicKey(withExponent(65_538)) ?? '', /exponent is even/);
  assert.equal(checkPublicKey(withExponent(65_539)), undefined);
  assert.match(checkPublicKey(withExponent(2 ** 32 + 15)) ?? '', /exponent is above/);
});

/** The strong key with another modulus. */
function withModulus(change: (modulus: bigint) => bigint): string {
  const jwk = createPublicKey(publicPem).export({ format: 'jwk' });
  const modulus = change(BigInt(`0x${Buffer.from(String(jwk.n), 'base64url').toString('hex')}`));
  const n = Buffer.from(modulus.toString(16), 'hex').toString('base64url');
  return createPublicKey({ key: { ...jwk, n }, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}

test('checkPublicKey() refuses strange keys: a modulus with small factors, several keys, texts around one', () => {
  assert.match(checkPublicKey(withModulus((modulus) => modulus - 1n)) ?? '', /small factor/, 'even');
  assert.match(checkPublicKey(withModulus((modulus) => modulus - (modulus % 97n))) ?? '', /small factor|exponent/);
  const other = weak(2048, 65_537);
  const body = (pem: string): string => pem.split('\n').slice(1, -2).join('\n');
  for (const pem of [publicPem + other, publicPem + publicPem, `${publicPem}words`, publicPem.replace('-----END', `${body(other)}\n-----END`)]) {
    assert.notEqual(checkPublicKey(pem), undefined);
  }
  assert.match(checkPublicKey(`${publicPem}${other}`) ?? '', /more than one key/);
  assert.match(checkPublicKey(`-----BEGIN PUBLIC KEY-----\n${'A'.repeat(1_000_000)}\n-----END PUBLIC KEY-----`) ?? '', /1000052 characters/);
  assert.equal(checkPublicKey(publicPem.replaceAll('\n', '\r\n')), undefined);
  assert.equal(checkPublicKey(createPublicKey(publicPem).export({ type: 'pkcs1', format: 'pem' }).toString()), undefined);
});

test('only the names of the wire are algorithms', () => {
  assert.ok(isSignatureAlgorithm('PKCS1v15-SHA224') && isEncryptionAlgorithm('OAEP-SHA1'));
  for (const name of ['PKCS1v15-SHA256', 'OAEP-SHA256', 'PKCS1v15', 'toString', '__proto__', '', 5, null, undefined]) {
    assert.equal(isSignatureAlgorithm(name) || isEncryptionAlgorithm(name), false);
  }
});

test('decrypting off the loop gives the same, also with the algorithm that only the loop can do', async () => {
  const key = loadPrivateKey((await generateRsaKeyPair()).privatePem);
  const other = loadPrivateKey((await generateRsaKeyPair()).privatePem);
  for (const algorithm of ['OAEP-SHA1', 'OAEP-SHA224'] as const) {
    const plain = Buffer.from('a token');
    const block = key.publicKey.encrypt(plain, algorithm);
    assert.ok((await key.decryptAsync(block, algorithm)).equals(plain));
    await assert.rejects(other.decryptAsync(block, algorithm), DecryptError);
    await assert.rejects(key.decryptAsync(block.subarray(0, -1), algorithm), DecryptError);
  }
});
