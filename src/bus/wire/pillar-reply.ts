/**
 * The reply to `_pillar`: sealed with a key of its own that only the asking minion can open, and signed by the master.
 *
 * Source: wire-protocol 5.4; golden wire/startup.
 */
import type { Value } from '../../kernel/std/value.js';
import { binaryFields, decodeNetwork, encodeNetwork } from '../codec/codec.js';
import { optionalText, readBytes, readMap } from './shape.js';

const OUTER = binaryFields('key', 'pillar');
const SIGNED = binaryFields('data', 'sig');
const DATA = binaryFields('key');

export interface PillarEnvelope {
  /** One-time key, encrypted for the minion. */
  readonly key: Buffer;
  /** `{data, sig}` sealed with it. */
  readonly pillar: Buffer;
}

/** Undefined when the reply is something else (the session is not known any more). */
export function readPillarEnvelope(frame: Uint8Array): PillarEnvelope | undefined {
  const outer = decodeNetwork(frame, { binary: OUTER });
  if (typeof outer !== 'object' || outer === null || !('key' in outer)) return undefined;
  const map = readMap(outer, 'pillar reply');
  return { key: readBytes(map['key'], 'pillar.key'), pillar: readBytes(map['pillar'], 'pillar.pillar') };
}

export function readSignedPillar(bytes: Uint8Array): { data: Buffer; sig: Buffer } {
  const map = readMap(decodeNetwork(bytes, { binary: SIGNED }), 'pillar');
  return { data: readBytes(map['data'], 'pillar.data'), sig: readBytes(map['sig'], 'pillar.sig') };
}

export function readPillarData(data: Uint8Array): { key: Buffer; pillar: Value; nonce: string | undefined } {
  const map = readMap(decodeNetwork(data, { binary: DATA }), 'pillar.data');
  return { key: readBytes(map['key'], 'pillar.data.key'), pillar: map['pillar'] ?? {}, nonce: optionalText(map['nonce']) };
}

/** Start of a mapping of three entries. */
const MAP_OF_THREE = Buffer.from([0x83]);

/** `pillar`: the pillar as `encodeNetwork` writes it. It is put in its place as it is: large ones are not written twice. */
export function encodePillarData(key: Uint8Array, pillar: Uint8Array, nonce: string): Buffer {
  const [keyName, pillarName, nonceName] = ['key', 'pillar', 'nonce'].map((name) => encodeNetwork(name)) as [Buffer, Buffer, Buffer];
  return Buffer.concat([MAP_OF_THREE, keyName, encodeNetwork(key), pillarName, pillar, nonceName, encodeNetwork(nonce)]);
}

export function encodeSignedPillar(data: Uint8Array, sig: Uint8Array): Buffer {
  return encodeNetwork({ data, sig });
}

export function encodePillarEnvelope(key: Uint8Array, pillar: Uint8Array): Buffer {
  return encodeNetwork({ key, pillar });
}
