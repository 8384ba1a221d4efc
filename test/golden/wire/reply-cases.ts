/** Replies: plain, sealed, sign-in and pillar. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { binaryFields, decodeNetwork, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { DEFAULT_ENCRYPTION_ALGORITHM, DEFAULT_SIGNATURE_ALGORITHM, type EncryptionAlgorithm, type SignatureAlgorithm } from '../../../src/bus/crypto/algorithms.js';
import { cleanPem } from '../../../src/bus/crypto/clean-pem.js';
import { Crypticle, openLoad } from '../../../src/bus/crypto/crypticle.js';
import { x931Sign, x931Verify } from '../../../src/bus/crypto/x931.js';
import { isMap, mapKeys, type Value } from '../../../src/kernel/std/value.js';
import type { CaseList } from './case-list.js';
import { encryptionAlgorithm, signatureAlgorithm } from './crypto-cases.js';
import { bytesOf, isJsonMap, type KeyRing, type RecordedExchange, type RecordedReply } from './recordings.js';
import { sealedChecks } from './sealed-checks.js';
import { bytesAt, equalBytes, equalsView, fieldAt, textAt } from './view.js';

export function replyCases(id: string, exchange: RecordedExchange, keys: KeyRing, list: CaseList): void {
  const { reply } = exchange;
  if (reply === null) return;
  const raw = bytesOf(reply.raw_b64);
  list.check(`${id}/reply frame is encoded again to the same bytes`, () => equalBytes(encodeNetwork(decodeNetwork(raw)), raw));
  list.check(`${id}/reply frame`, () => replyFrame(decodeNetwork(raw, { rawBytes: true }), reply));
  if (reply.crypt_key !== undefined) {
    const sealed = (): Buffer => decodeNetwork(raw, { rawBytes: true }) as Buffer;
    sealedChecks(`${id}/reply`, sealed, reply, list);
    list.check(`${id}/reply nonce`, () => assert.equal(reply.nonce_prefix, nonceOf(exchange)));
  }
  if (reply.signed_load_b64 !== undefined) signInCases(id, exchange, reply, keys, list);
  if (reply.one_time_key !== undefined) pillarCases(id, exchange, reply, keys, list);
}

/** Whatever the record shows of the frame itself. */
function replyFrame(frame: Value, reply: RecordedReply): void {
  if (reply.value !== undefined) equalsView(frame, reply.value);
  if (reply.plain_value !== undefined) equalsView(frame, reply.plain_value);
  if (reply.unsigned !== undefined) equalsView(fieldAt(frame, 'load') as Value, reply.unsigned);
  if (reply.outer_fields !== undefined) {
    assert.ok(isMap(frame));
    assert.deepStrictEqual(mapKeys(frame), reply.outer_fields);
  }
}

function nonceOf({ request }: RecordedExchange): string | undefined {
  const nonce = isJsonMap(request.load) ? request.load['nonce'] : undefined;
  return typeof nonce === 'string' ? nonce : undefined;
}

const SIGN_IN_REPLY = binaryFields('load', 'sig');
const SIGN_IN_LOAD = binaryFields('aes', 'session', 'token', 'sig');

function signInCases(id: string, exchange: RecordedExchange, reply: RecordedReply, keys: KeyRing, list: CaseList): void {
  const frame = (): Value => decodeNetwork(bytesOf(reply.raw_b64), { binary: SIGN_IN_REPLY });
  const load = (): Value => decodeNetwork(bytesAt(frame(), 'load'), { binary: SIGN_IN_LOAD });
  const asked = isJsonMap(exchange.request.load) ? exchange.request.load : {};
  list.check(`${id}/sign-in load`, () => {
    equalBytes(bytesAt(frame(), 'load'), bytesOf(reply.signed_load_b64 ?? ''));
    equalsView(load(), reply.signed_load);
    equalBytes(encodeNetwork(load()), bytesAt(frame(), 'load'));
  });
  list.check(`${id}/sign-in nonce`, () => assert.equal(fieldAt(load(), 'nonce'), asked['nonce']));
  list.check(`${id}/sign-in outer signature`, () => {
    const algorithm = signatureOf(asked['sig_algo']);
    assert.ok(keys.publicKey('master').verify(bytesAt(frame(), 'load'), bytesAt(frame(), 'sig'), algorithm), 'outer sig does not fit');
    equalBytes(keys.privateKey('master').sign(bytesAt(frame(), 'load'), algorithm), bytesAt(frame(), 'sig'));
  });
  const { decrypted, decrypted_with_key: name } = reply;
  if (decrypted === undefined || name === undefined) return;
  const algorithm = encryptionOf(reply.enc_algo);
  for (const [field, wanted] of Object.entries(decrypted)) {
    list.check(`${id}/sign-in ${field}`, () => {
      assert.equal(keys.privateKey(name).decrypt(bytesAt(load(), field), algorithm).toString('latin1'), wanted);
    });
  }
  list.check(`${id}/sign-in inner signature`, () => {
    const digest = Buffer.from(createHash('sha256').update(decrypted.aes).digest('hex'));
    assert.ok(x931Verify(keys.publicKey('master'), bytesAt(load(), 'sig'), digest), 'inner sig does not hold the digest');
    equalBytes(x931Sign(keys.privateKey('master'), digest), bytesAt(load(), 'sig'));
  });
  list.check(`${id}/sign-in master key`, () => assert.equal(textAt(load(), 'pub_key'), cleanPem(keys.publicPem('master'))));
  if (decrypted.token !== undefined) {
    list.check(`${id}/sign-in token of the request`, () => {
      const request = decodeNetwork(bytesOf(exchange.request.raw_b64), { binary: binaryFields('load.token') });
      const token = keys.privateKey('master').decrypt(bytesAt(fieldAt(request, 'load'), 'token'), algorithm);
      assert.equal(token.toString('latin1'), decrypted.token);
    });
  }
  if (fieldAt(load(), 'pub_sig') !== undefined) {
    list.check(`${id}/sign-in signature of the master key`, () => {
      const text = textAt(load(), 'pub_sig');
      const signature = keys.privateKey('master_sign').sign(Buffer.from(textAt(load(), 'pub_key')), signatureOf(asked['sig_algo']));
      assert.equal(text, `${signature.toString('base64')}\n`);
      const verified = keys.publicKey('master_sign').verify(Buffer.from(textAt(load(), 'pub_key')), Buffer.from(text, 'base64'), signatureOf(asked['sig_algo']));
      assert.ok(verified, 'pub_sig does not fit');
    });
  }
}

const PILLAR_REPLY = binaryFields('key', 'pillar');
const PILLAR_SIGNED = binaryFields('data', 'sig');
const PILLAR_DATA = binaryFields('key');

function pillarCases(id: string, exchange: RecordedExchange, reply: RecordedReply, keys: KeyRing, list: CaseList): void {
  const outer = decodeNetwork(bytesOf(exchange.request.raw_b64));
  const frame = (): Value => decodeNetwork(bytesOf(reply.raw_b64), { binary: PILLAR_REPLY });
  const oneTimeKey = (): string => {
    const algorithm = encryptionOf(fieldAt(outer, 'enc_algo'));
    return keys.privateKey(textAt(outer, 'id')).decrypt(bytesAt(frame(), 'key'), algorithm).toString('latin1');
  };
  const signed = (): Value => decodeNetwork(openLoad(oneTimeKey(), bytesAt(frame(), 'pillar')).bytes, { binary: PILLAR_SIGNED });
  const data = (): Value => decodeNetwork(bytesAt(signed(), 'data'), { binary: PILLAR_DATA });
  list.check(`${id}/pillar one-time key`, () => assert.equal(oneTimeKey(), reply.one_time_key));
  list.check(`${id}/pillar opens`, () => {
    const sealed = bytesAt(frame(), 'pillar');
    const crypticle = new Crypticle(oneTimeKey());
    const plain = crypticle.open(sealed);
    equalBytes(plain, bytesOf(reply.plain_b64 ?? ''));
    equalBytes(crypticle.seal(plain, sealed.subarray(0, 16)), sealed);
  });
  list.check(`${id}/pillar signature`, () => {
    equalBytes(bytesAt(signed(), 'data'), bytesOf(reply.signed_data_b64 ?? ''));
    equalBytes(bytesAt(signed(), 'sig'), bytesOf(reply.sig_b64 ?? ''));
    const algorithm = signatureOf(fieldAt(outer, 'sig_algo'));
    assert.ok(keys.publicKey('master').verify(bytesAt(signed(), 'data'), bytesAt(signed(), 'sig'), algorithm), 'sig does not fit');
    equalBytes(keys.privateKey('master').sign(bytesAt(signed(), 'data'), algorithm), bytesAt(signed(), 'sig'));
  });
  list.check(`${id}/pillar data`, () => {
    equalsView(data(), reply.signed_data);
    equalBytes(encodeNetwork(data()), bytesAt(signed(), 'data'));
    equalBytes(encodeNetwork(signed()), openLoad(oneTimeKey(), bytesAt(frame(), 'pillar')).bytes);
  });
  list.check(`${id}/pillar key is repeated`, () => equalBytes(bytesAt(data(), 'key'), bytesAt(frame(), 'key')));
  list.check(`${id}/pillar nonce`, () => assert.equal(fieldAt(data(), 'nonce'), nonceOf(exchange)));
}

function signatureOf(name: unknown): SignatureAlgorithm {
  return typeof name === 'string' ? signatureAlgorithm(name) : DEFAULT_SIGNATURE_ALGORITHM;
}

function encryptionOf(name: unknown): EncryptionAlgorithm {
  return typeof name === 'string' ? encryptionAlgorithm(name) : DEFAULT_ENCRYPTION_ALGORITHM;
}
