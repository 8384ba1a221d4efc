/** crypticle.json and rsa.json. */
import assert from 'node:assert/strict';
import { decodeNetwork, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { isEncryptionAlgorithm, isSignatureAlgorithm, type EncryptionAlgorithm, type SignatureAlgorithm } from '../../../src/bus/crypto/algorithms.js';
import { cleanPem } from '../../../src/bus/crypto/clean-pem.js';
import { Crypticle, openLoad, openReply } from '../../../src/bus/crypto/crypticle.js';
import { isHashType, type HashType } from '../../../src/bus/crypto/digest.js';
import { DecryptError, TamperedError } from '../../../src/bus/crypto/errors.js';
import { pemFingerprint } from '../../../src/bus/crypto/fingerprint.js';
import { checkPublicKey } from '../../../src/bus/crypto/key-strength.js';
import { x931Recover, x931Sign, x931Verify } from '../../../src/bus/crypto/x931.js';
import type { CaseList } from './case-list.js';
import { bytesOf, type Json, type KeyRing } from './recordings.js';
import { equalBytes, equalsView } from './view.js';

export interface CrypticleFile {
  readonly key_string: string;
  readonly vectors: readonly {
    readonly name: string;
    readonly nonce: string | null;
    readonly iv_b64: string;
    readonly plain_b64: string;
    readonly ciphertext_b64: string;
    readonly value: Json;
  }[];
  readonly must_fail: readonly { readonly name: string; readonly ciphertext_b64: string }[];
}

export function crypticleCases(file: CrypticleFile, list: CaseList): void {
  const crypticle = new Crypticle(file.key_string);
  for (const { name, nonce, iv_b64, plain_b64, ciphertext_b64, value } of file.vectors) {
    const [iv, plain, sealed] = [bytesOf(iv_b64), bytesOf(plain_b64), bytesOf(ciphertext_b64)];
    list.check(`crypticle/${name}/seals`, () => equalBytes(crypticle.seal(plain, iv), sealed));
    list.check(`crypticle/${name}/opens`, () => equalBytes(crypticle.open(sealed), plain));
    list.check(`crypticle/${name}/load`, () => {
      const opened = openLoad(crypticle, sealed);
      assert.equal(opened.nonce ?? null, nonce);
      equalsView(decodeNetwork(opened.bytes, { rawBytes: true }), value);
      if (nonce !== null) equalBytes(openReply(file.key_string, sealed, nonce), opened.bytes);
    });
    list.check(`crypticle/${name}/load bytes`, () => {
      const opened = openLoad(crypticle, sealed);
      equalBytes(encodeNetwork(decodeNetwork(opened.bytes)), opened.bytes);
    });
    list.check(`crypticle/${name}/changed bytes are refused`, () => {
      for (const at of [0, 16, sealed.length - 1]) {
        const changed = Buffer.from(sealed);
        changed[at] = (changed[at] as number) ^ 1;
        assert.throws(() => crypticle.open(changed), TamperedError);
      }
      for (const length of [0, 15, 48, 63, sealed.length - 1]) assert.throws(() => crypticle.open(sealed.subarray(0, length)), TamperedError);
    });
  }
  for (const { name, ciphertext_b64 } of file.must_fail) {
    list.check(`crypticle/must fail: ${name}`, () => assert.throws(() => crypticle.open(bytesOf(ciphertext_b64)), TamperedError));
  }
}

export interface RsaFile {
  readonly x931_private_encrypt: readonly {
    readonly key: string;
    readonly message_b64: string;
    readonly result_b64: string;
    readonly verify_error?: string;
  }[];
  readonly sign: readonly { readonly key: string; readonly algorithm: string; readonly message_b64: string; readonly signature_b64: string }[];
  readonly oaep: readonly { readonly key: string; readonly algorithm: string; readonly plain_b64: string; readonly ciphertext_b64: string }[];
  readonly fingerprints: readonly { readonly key: string; readonly form: string; readonly hash_type: string; readonly finger: string }[];
}

export function rsaCases(file: RsaFile, keys: KeyRing, list: CaseList): void {
  for (const { key, message_b64, result_b64, verify_error } of file.x931_private_encrypt) {
    const [message, result] = [bytesOf(message_b64), bytesOf(result_b64)];
    const id = `rsa/x9.31 ${key} ${message.length} bytes`;
    list.check(`${id}/signs`, () => equalBytes(x931Sign(keys.privateKey(key), message), result));
    list.check(`${id}/recovers`, () => {
      if (verify_error === undefined) equalBytes(x931Recover(keys.publicKey(key), result), message);
      else assert.throws(() => x931Recover(keys.publicKey(key), result), DecryptError);
      assert.equal(x931Verify(keys.publicKey(key), result, message), verify_error === undefined);
      assert.equal(x931Verify(keys.publicKey(key), result, Buffer.from('another')), false);
    });
  }
  for (const { key, algorithm, message_b64, signature_b64 } of file.sign) {
    const [message, signature] = [bytesOf(message_b64), bytesOf(signature_b64)];
    const id = `rsa/${algorithm} ${key} ${message.length} bytes`;
    list.check(`${id}/signs`, () => equalBytes(keys.privateKey(key).sign(message, signatureAlgorithm(algorithm)), signature));
    list.check(`${id}/verifies`, () => {
      const publicKey = keys.publicKey(key);
      assert.equal(publicKey.verify(message, signature, signatureAlgorithm(algorithm)), true);
      assert.equal(publicKey.verify(Buffer.concat([message, Buffer.of(0)]), signature, signatureAlgorithm(algorithm)), false);
    });
  }
  for (const { key, algorithm, plain_b64, ciphertext_b64 } of file.oaep) {
    const plain = bytesOf(plain_b64);
    list.check(`rsa/${algorithm} ${key} ${plain.length} bytes/decrypts`, () => {
      equalBytes(keys.privateKey(key).decrypt(bytesOf(ciphertext_b64), encryptionAlgorithm(algorithm)), plain);
    });
    list.check(`rsa/${algorithm} ${key} ${plain.length} bytes/round trip`, () => {
      const block = keys.publicKey(key).encrypt(plain, encryptionAlgorithm(algorithm));
      equalBytes(keys.privateKey(key).decrypt(block, encryptionAlgorithm(algorithm)), plain);
    });
  }
  for (const { key, form, hash_type, finger } of file.fingerprints) {
    list.check(`rsa/fingerprint ${key} ${hash_type} ${form}`, () => {
      const pem = form.includes('no final newline') ? cleanPem(keys.publicPem(key)) : keys.publicPem(key);
      assert.equal(pemFingerprint(pem, hashType(hash_type)), finger);
    });
  }
  for (const name of keys.names()) {
    list.check(`keys/${name}`, () => {
      assert.equal(checkPublicKey(keys.publicPem(name)), undefined);
      assert.equal(keys.privateKey(name).publicKey.toPem(), cleanPem(keys.publicPem(name)));
    });
  }
}

export function signatureAlgorithm(name: string): SignatureAlgorithm {
  assert.ok(isSignatureAlgorithm(name), `no signature algorithm: ${name}`);
  return name;
}

export function encryptionAlgorithm(name: string): EncryptionAlgorithm {
  assert.ok(isEncryptionAlgorithm(name), `no encryption algorithm: ${name}`);
  return name;
}

function hashType(name: string): HashType {
  assert.ok(isHashType(name), `no hash type: ${name}`);
  return name;
}
