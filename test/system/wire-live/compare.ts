/** Compares a reply of our master with the recorded one: by value, where values have to be the same, else by form. */
import assert from 'node:assert/strict';
import { binaryFields, decodeNetwork } from '../../../src/bus/codec/codec.js';
import { isEncryptionAlgorithm, isSignatureAlgorithm } from '../../../src/bus/crypto/algorithms.js';
import { openLoad } from '../../../src/bus/crypto/crypticle.js';
import { isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { isJsonMap, type Json, type JsonMap } from '../../golden/wire/recordings.js';
import { bytesAt, view } from '../../golden/wire/view.js';
import type { RecordedRun, Replay } from './replay.js';

export function compareReply(run: RecordedRun, frame: Buffer | undefined, replay: Replay): void {
  const recorded = run.reply;
  assert.ok(recorded !== null, 'no reply was recorded');
  assert.ok(frame !== undefined, 'no reply came');
  if (recorded.signed_load !== undefined) return compareSigned(run, frame, replay);
  if (recorded.one_time_key !== undefined) return comparePillar(run, frame, replay);
  if (recorded.unsigned !== undefined) {
    const reply = map(decodeNetwork(frame));
    return assert.deepEqual({ enc: view(reply['enc'] ?? null), load: view(reply['load'] ?? null) }, { enc: 'clear', load: recorded.unsigned });
  }
  if (recorded.value !== undefined) return sameForm(view(decodeNetwork(frame)), replay.replaced(recorded.value), 'reply');
  if (recorded.plain_value !== undefined) return sameForm(view(decodeNetwork(frame)), recorded.plain_value, 'reply');
  const opened = openLoad(replay.sessionFor(recorded.crypt_key ?? ''), decodeNetwork(frame, { rawBytes: true }) as Buffer);
  assert.equal(opened.nonce === undefined, recorded.nonce_prefix === undefined || recorded.nonce_prefix === null, 'nonce before the reply');
  sameForm(view(decodeNetwork(opened.bytes)), recorded.load ?? null, 'reply');
}

const OUTER = binaryFields('load', 'sig');
const INNER = binaryFields('aes', 'session', 'token', 'sig');

function compareSigned({ request, reply }: RecordedRun, frame: Buffer, { keys }: Replay): void {
  const outer = map(decodeNetwork(frame, { binary: OUTER }));
  const bytes = bytesAt(outer, 'load');
  const asked = isJsonMap(request.load) ? request.load : {};
  const sigAlgo = asked['sig_algo'] ?? 'PKCS1v15-SHA1';
  assert.ok(isSignatureAlgorithm(sigAlgo) && keys.publicKey('master').verify(bytes, bytesAt(outer, 'sig'), sigAlgo), 'signature of the reply');
  const load = map(decodeNetwork(bytes, { binary: INNER }));
  const recorded = reply?.signed_load ?? {};
  assert.deepEqual(Object.keys(load), Object.keys(recorded));
  assert.equal(load['nonce'], asked['nonce']);
  assert.deepEqual(view(load['ret'] ?? null), recorded['ret'] ?? null);
  assert.deepEqual(view(load['pub_key'] ?? null), recorded['pub_key'] ?? null);
  const { decrypted, decrypted_with_key: name, enc_algo: algo } = reply ?? {};
  if (decrypted === undefined || name === undefined || !isEncryptionAlgorithm(algo)) return;
  const opened = (field: string): string => keys.privateKey(name).decrypt(bytesAt(load, field), algo).toString('utf8');
  for (const field of ['aes', 'session']) assert.equal(Buffer.from(opened(field), 'base64').length, 56, field);
  if (decrypted.token !== undefined) assert.equal(opened('token'), decrypted.token);
}

function comparePillar({ reply, request }: RecordedRun, frame: Buffer, { keys }: Replay): void {
  const outer = map(decodeNetwork(frame, { binary: binaryFields('key', 'pillar') }));
  assert.deepEqual(Object.keys(outer), reply?.outer_fields);
  const id = isJsonMap(request.outer) ? String(request.outer['id']) : '';
  const keyString = keys.privateKey(id).decrypt(bytesAt(outer, 'key'), 'OAEP-SHA1').toString('utf8');
  const signed = map(decodeNetwork(openLoad(keyString, bytesAt(outer, 'pillar')).bytes, { binary: binaryFields('data', 'sig') }));
  assert.ok(keys.publicKey('master').verify(bytesAt(signed, 'data'), bytesAt(signed, 'sig'), 'PKCS1v15-SHA1'), 'signature of the pillar');
  const data = map(decodeNetwork(bytesAt(signed, 'data'), { binary: binaryFields('key') }));
  assert.deepEqual(Object.keys(data).sort(), ['key', 'nonce', 'pillar']);
  assert.ok(isPlainMap(data['pillar']));
}

const map = (value: Value): PlainMap => {
  assert.ok(isPlainMap(value), 'a map');
  return value;
};

const JID = /\d{20}/g;
/** Numbers that are times, inodes or devices differ from run to run. */
const OWN_NUMBERS_FROM = 1000;

/** Equal but for job ids, and for large numbers. */
export function sameForm(ours: Json, recorded: Json, at: string): void {
  if (typeof recorded === 'string' && typeof ours === 'string') return assert.equal(ours.replace(JID, '<jid>'), recorded.replace(JID, '<jid>'), at);
  if (typeof recorded === 'number' && typeof ours === 'number' && recorded >= OWN_NUMBERS_FROM) {
    return assert.equal(Number.isInteger(ours), Number.isInteger(recorded), at);
  }
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    const [a, b] = [ours as readonly Json[], recorded as readonly Json[]];
    assert.equal(a.length, b.length, `${at}: ${JSON.stringify(ours)} against ${JSON.stringify(recorded)}`);
    for (const [index, item] of b.entries()) sameForm(a[index] ?? null, item, `${at}[${index}]`);
    return;
  }
  if (isJsonMap(recorded) && isJsonMap(ours)) {
    assert.deepEqual(Object.keys(ours).sort(), Object.keys(recorded).sort(), at);
    for (const [name, value] of Object.entries(recorded as JsonMap)) sameForm(ours[name] ?? null, value, `${at}.${name}`);
    return;
  }
  assert.deepEqual(ours, recorded, at);
}
