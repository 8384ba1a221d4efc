/** Publications and subscriptions. */
import assert from 'node:assert/strict';
import { binaryFields, decodeNetwork, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { minionTopic } from '../../../src/bus/crypto/digest.js';
import { isMap, mapKeys, type Value } from '../../../src/kernel/std/value.js';
import type { CaseList } from './case-list.js';
import { signatureAlgorithm } from './crypto-cases.js';
import { bytesOf, isJsonMap, type Json, type KeyRing, type RecordedPublication } from './recordings.js';
import { sealedChecks } from './sealed-checks.js';
import { bytesAt, equalBytes, textAt } from './view.js';

const PUBLICATION = binaryFields('load', 'sig');
const COMMON_TOPICS = ['broadcast', 'syndic'];
/** Kinds of target that the master resolves to ids before it sends. */
const TOPIC_PER_MINION = ['glob', 'pcre', 'list'];

export function publicationCases(id: string, publication: RecordedPublication, keys: KeyRing, list: CaseList): void {
  const payload = bytesOf(publication.frames_b64.at(-1) ?? '');
  const frame = (): Value => decodeNetwork(payload, { binary: PUBLICATION });
  list.check(`${id}/publication frame`, () => {
    const decoded = frame();
    assert.ok(isMap(decoded));
    assert.deepStrictEqual(mapKeys(decoded), publication.outer_fields);
    equalBytes(encodeNetwork(decoded), payload);
  });
  sealedChecks(`${id}/publication load`, () => bytesAt(frame(), 'load'), publication, list);
  const { sig_algo: algorithm, sig_b64: signature, signed_bytes_b64: signed } = publication;
  if (algorithm !== undefined && signature !== undefined && signed !== undefined) {
    list.check(`${id}/publication signature`, () => {
      assert.equal(textAt(frame(), 'sig_algo'), algorithm);
      equalBytes(bytesAt(frame(), 'sig'), bytesOf(signature));
      equalBytes(bytesAt(frame(), 'load'), bytesOf(signed));
      assert.ok(keys.publicKey('master').verify(bytesAt(frame(), 'load'), bytesAt(frame(), 'sig'), signatureAlgorithm(algorithm)), 'sig does not fit');
      equalBytes(keys.privateKey('master').sign(bytesAt(frame(), 'load'), signatureAlgorithm(algorithm)), bytesAt(frame(), 'sig'));
    });
  }
  if (publication.frames_b64.length === 2) list.check(`${id}/publication topic`, () => topicFits(publication, keys));
}

function topicFits(publication: RecordedPublication, keys: KeyRing): void {
  const topic = bytesOf(publication.frames_b64[0] ?? '').toString('latin1');
  assert.equal(topic, publication.topic);
  assert.ok(isJsonMap(publication.load));
  if (TOPIC_PER_MINION.includes(String(publication.load['tgt_type']))) {
    assert.ok(idsOf(publication.load['tgt'], keys).map((minion) => minionTopic(minion)).includes(topic), 'no target has this topic');
  } else {
    assert.ok(COMMON_TOPICS.includes(topic), 'not a common topic');
  }
}

/** Ids that a target may stand for: those of a list, else every id we know. */
function idsOf(tgt: Json | undefined, keys: KeyRing): string[] {
  return Array.isArray(tgt) ? tgt.map(String) : [...keys.names(), String(tgt)];
}

export function subscriptionCases(id: string, topic: string, keys: KeyRing, list: CaseList): void {
  list.check(`${id}/subscription topic`, () => {
    const known = ['', ...COMMON_TOPICS, ...keys.names().map((name) => minionTopic(name))];
    assert.ok(known.includes(topic), `'${topic}' is no topic of a minion`);
  });
}
