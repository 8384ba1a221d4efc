import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encrypted, encryptionOf, fitsVerifier } from '../../../../../src/kernel/sys/postgres/password.js';

/** Made by real Salt 3008.3 from these passwords, each with the bytes 0 to 15 as salt. */
const VERIFIERS = [
  ["it's", 'SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$CQpWA/reHzyo3JS1oKAFvIftKOf+A+ReLhMxG1DruSc=:DXJAsNd9/1JUoF5/GJavuf6RgEXyT6+1ZSo0azAxwoA='],
  ['p\u00E9ncil\u00A0\u2168\u00AD', 'SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODw==$wzAvpoG4FvcclpAU/k/bFUfCOKYYl2NEWtI41iifOcw=:l7FqId9gnVQZkTiuqKUqjkQ1Zkzip8jjXn2fEfigIjY='],
] as const;

test('fitsVerifier() knows scram passwords, also those that must be prepared', () => {
  for (const [password, verifier] of VERIFIERS) {
    assert.equal(fitsVerifier('ann', password, verifier, 'scram-sha-256'), true);
    assert.equal(fitsVerifier('ann', `${password}x`, verifier, 'scram-sha-256'), false);
    assert.equal(fitsVerifier('ann', verifier, verifier, 'scram-sha-256'), true);
  }
  assert.equal(fitsVerifier('ann', 'x', 'SCRAM-SHA-256$99999999999:AAAA$', 'scram-sha-256'), false);
  assert.equal(fitsVerifier('ann', 'x', '', 'scram-sha-256'), false);
});

test('encrypted() makes what is kept, and leaves what is so already', () => {
  assert.equal(encrypted('ann', 'secret', 'md5'), 'md59d792a3a8853c2411afb9163d088c036');
  assert.equal(encrypted('ann', 'md59d792a', 'md5'), 'md59d792a');
  assert.equal(encrypted('ann', 'plain', false), 'plain');
  const made = encrypted('ann', 'secret', 'scram-sha-256');
  assert.equal(fitsVerifier('ann', 'secret', made, 'scram-sha-256'), true);
  assert.notEqual(encrypted('ann', 'secret', 'scram-sha-256'), made, 'each has a salt of its own');
  assert.equal(encrypted('ann', made, 'scram-sha-256'), made);
});

test('encryptionOf() knows the ways of Salt', () => {
  assert.deepEqual([null, true, false, 'md5', 'scram-sha-256'].map(encryptionOf), ['md5', 'md5', false, 'md5', 'scram-sha-256']);
  assert.throws(() => encryptionOf('rot13'), { message: 'Unknown password algorithm: rot13' });
});
