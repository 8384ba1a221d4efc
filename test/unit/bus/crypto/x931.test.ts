import assert from 'node:assert/strict';
import { constants, publicDecrypt } from 'node:crypto';
import { test } from 'node:test';
import { DecryptError } from '../../../../src/bus/crypto/errors.js';
import { generateRsaKeyPair, loadPrivateKey } from '../../../../src/bus/crypto/rsa.js';
import { x931Recover, x931Sign, x931Verify } from '../../../../src/bus/crypto/x931.js';

const key = loadPrivateKey((await generateRsaKeyPair()).privatePem);
const other = loadPrivateKey((await generateRsaKeyPair()).privatePem);

test('messages of every length from 1 to key length - 2 come back', () => {
  for (const length of [1, 2, 4, 64, 252, 253, 254]) {
    const message = Buffer.alloc(length, 0xba);
    assert.deepStrictEqual(x931Recover(key.publicKey, x931Sign(key, message)), message);
  }
});

test('both roots occur, and both are read', () => {
  let kept = 0;
  for (let at = 0; at < 40; at += 1) {
    const message = Buffer.from(`message ${at}`);
    const signature = x931Sign(key, message);
    assert.deepStrictEqual(x931Recover(key.publicKey, signature), message);
    const block = publicDecrypt({ key: key.publicKey.key, padding: constants.RSA_NO_PADDING }, signature);
    if (block.at(-1) === 0xcc) kept += 1;
  }
  // One sort alone in 40 messages has a chance of one in 5 * 10^11.
  assert.ok(kept > 0 && kept < 40, `${kept} of 40 kept their first root`);
});

test('a message that is too long is not signed', () => {
  assert.throws(() => x931Sign(key, Buffer.alloc(255)), RangeError);
});

test('an empty message cannot be recovered', () => {
  assert.throws(() => x931Recover(key.publicKey, x931Sign(key, Buffer.alloc(0))), DecryptError);
});

test('signatures of another key, changed ones and ones of another length are refused', () => {
  const signature = x931Sign(key, Buffer.from('salt'));
  const changed = Buffer.from(signature);
  changed[100] = (changed[100] as number) ^ 1;
  const bad = [x931Sign(other, Buffer.from('salt')), changed, signature.subarray(1), Buffer.alloc(0), Buffer.alloc(256), Buffer.alloc(256, 0xff), Buffer.concat([Buffer.of(0), signature])];
  for (const one of bad) {
    assert.throws(() => x931Recover(key.publicKey, one), DecryptError);
    assert.equal(x931Verify(key.publicKey, one, Buffer.from('salt')), false);
  }
  assert.equal(x931Verify(key.publicKey, signature, Buffer.from('salt')), true);
  assert.equal(x931Verify(key.publicKey, signature, Buffer.from('sal')), false);
});
