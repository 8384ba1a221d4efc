/** Requests: frame, sealed load, proof of the minion's key, signature of the message. */
import assert from 'node:assert/strict';
import { CodecError, decodeNetwork, encodeBus, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { DEFAULT_SIGNATURE_ALGORITHM } from '../../../src/bus/crypto/algorithms.js';
import { openLoad } from '../../../src/bus/crypto/crypticle.js';
import { x931Sign, x931Verify } from '../../../src/bus/crypto/x931.js';
import { isBytes, isMap, mapEntries, mapFrom, type Value } from '../../../src/kernel/std/value.js';
import type { CaseList } from './case-list.js';
import { signatureAlgorithm } from './crypto-cases.js';
import { bytesOf, isJsonMap, type KeyRing, type RecordedExchange, type RecordedRequest } from './recordings.js';
import { openedLoad, sealedChecks } from './sealed-checks.js';
import { bytesAt, equalBytes, equalsView, fieldAt, textAt } from './view.js';

const SEALED_PLACE = '<see raw>';
/** The word whose X9.31 signature is `tok`. */
const PROOF_WORD = Buffer.from('salt');

export function requestCases(id: string, exchange: RecordedExchange, keys: KeyRing, list: CaseList): void {
  const { request } = exchange;
  const raw = bytesOf(request.raw_b64);
  if (request.not_msgpack !== undefined) {
    list.check(`${id}/request is refused`, () => assert.throws(() => decodeNetwork(raw), CodecError));
    return;
  }
  const outer = (): Value => decodeNetwork(raw, { rawBytes: true });
  list.check(`${id}/request frame`, () => equalsView(withoutSealed(outer()), request.outer));
  list.check(`${id}/request frame is encoded again to the same bytes`, () => equalBytes(encodeNetwork(decodeNetwork(raw)), raw));
  sealedChecks(`${id}/request load`, () => bytesAt(outer(), 'load'), request, list);
  if (request.crypt_key === undefined) return;
  const load = (): Value => openedLoad(request, bytesAt(outer(), 'load'));
  if (wasBelieved(exchange)) proofCases(id, load, keys, list);
  if (isJsonMap(request.load) && Object.hasOwn(request.load, 'sig')) {
    list.check(`${id}/request signature`, () => signedMessage(request, outer(), keys));
  }
}

function withoutSealed(outer: Value): Value {
  if (!isMap(outer)) return outer;
  return mapFrom(mapEntries(outer).map(([key, value]) => [key, key === 'load' && isBytes(value) ? SEALED_PLACE : value]));
}

/** The master answered with a sealed reply or a pillar: so it had accepted the proof. */
function wasBelieved({ reply }: RecordedExchange): boolean {
  return reply !== null && (reply.crypt_key !== undefined || reply.one_time_key !== undefined);
}

function proofCases(id: string, load: () => Value, keys: KeyRing, list: CaseList): void {
  list.check(`${id}/request proof`, () => {
    const name = textAt(load(), 'id');
    const proof = bytesAt(load(), 'tok');
    assert.ok(x931Verify(keys.publicKey(name), proof, PROOF_WORD), 'tok does not hold the word');
    equalBytes(x931Sign(keys.privateKey(name), PROOF_WORD), proof);
  });
}

/** `minion_sign_messages`: the signature is over the load without three fields, in its order, in the bus dialect. */
function signedMessage(request: RecordedRequest, outer: Value, keys: KeyRing): void {
  assert.ok(request.crypt_key !== undefined);
  const { bytes } = openLoad(request.crypt_key, bytesAt(outer, 'load'));
  const signature = bytesAt(decodeNetwork(bytes, { rawBytes: true }), 'sig');
  const load = decodeNetwork(bytes);
  assert.ok(isMap(load));
  const signed = encodeBus(mapFrom(mapEntries(load).filter(([key]) => !['nonce', 'tok', 'sig'].includes(String(key)))));
  const algorithm = fieldAt(outer, 'sig_algo') === undefined ? DEFAULT_SIGNATURE_ALGORITHM : signatureAlgorithm(textAt(outer, 'sig_algo'));
  assert.ok(keys.publicKey(textAt(load, 'id')).verify(signed, signature, algorithm), 'sig does not fit the load');
}
