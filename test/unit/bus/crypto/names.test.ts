import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanPem, samePem } from '../../../../src/bus/crypto/clean-pem.js';
import { eventSocketHash, hexDigest, isHashType, jobFolder, minionTopic } from '../../../../src/bus/crypto/digest.js';
import { pemFingerprint } from '../../../../src/bus/crypto/fingerprint.js';

const pem = '-----BEGIN PUBLIC KEY-----\nabc\ndef\n-----END PUBLIC KEY-----\n';
const finger = hexDigest('abc\ndef\n').replaceAll(/(..)(?=.)/g, '$1:');

test('cleanPem() strips space and joins lines with newlines', () => {
  assert.equal(cleanPem(`\n  ${pem.replaceAll('\n', '\r\n')}\r\n`), pem.trim());
  assert.ok(samePem(pem, pem.trim().replaceAll('\n', '\r')));
  assert.ok(!samePem(pem, pem.replace('abc', 'abd')));
});

test('pemFingerprint() hashes the inner lines with their newlines', () => {
  const forms = [pem, pem.trim(), `\n\n${pem}\n \n`, pem.replaceAll('\n', '\r\n'), Buffer.from(pem)];
  for (const form of forms) assert.equal(pemFingerprint(form), finger);
  assert.equal(pemFingerprint(pem, 'md5').length, 16 * 3 - 1);
  assert.equal(pemFingerprint(''), hexDigest('').replaceAll(/(..)(?=.)/g, '$1:'));
});

test('names made of hashes', () => {
  assert.match(minionTopic('web1'), /^[0-9a-f]{40}$/);
  assert.equal(eventSocketHash('web1'), hexDigest('web1').slice(0, 10));
  assert.equal(eventSocketHash('web1', 'md5'), hexDigest('web1', 'md5').slice(0, 10));
  assert.match(jobFolder('20260102030405678901'), /^[0-9a-f]{2}\/[0-9a-f]{62}$/);
});

test('only hash types of the option are hash types', () => {
  assert.ok(isHashType('sha256') && isHashType('md5'));
  for (const name of ['sha3-256', 'SHA256', '', 'constructor', 1]) assert.equal(isHashType(name), false);
});
