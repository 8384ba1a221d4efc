/**
 * The outer map of a request and of its reply.
 *
 * Source: wire-protocol 4.1, 5.2; golden wire/auth, errors.
 */
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { binaryFields, decodeNetwork, encodeNetwork } from '../codec/codec.js';
import { readBytes, readMap, readText, WireShapeError } from './shape.js';

/** What our side of the protocol speaks. */
export const PROTOCOL_VERSION = 3;

/** A request that proves nothing by its envelope: sign-in, and the commands of people. */
export interface ClearRequest {
  readonly enc: 'clear';
  readonly load: PlainMap;
  readonly version: number;
}

/** A request sealed with the session key of a minion. */
export interface SealedRequest {
  readonly enc: 'aes';
  readonly load: Buffer;
  readonly version: number;
  /** Claimed; proven when the load opens with that minion's session key. */
  readonly id: Value | undefined;
  readonly encAlgo: string | undefined;
  readonly sigAlgo: string | undefined;
}

export type Request = ClearRequest | SealedRequest;

/** `load` is bytes when sealed, and a map in clear. */
const FIELDS = binaryFields('load', 'load.token', 'load.sig');

export interface RequestLimits {
  readonly bytesMax: number;
  readonly depthMax: number;
  /** Few: a sealed request has six fields, and who sends a clear one has not proven anything yet. */
  readonly elementsMax: number;
}

/** Neither sealed nor a map in clear. */
export class EnvelopeShapeError extends WireShapeError {}


/** @throws CodecError, WireShapeError */
export function readRequest(frame: Uint8Array, limits: RequestLimits): Request {
  const outer = readMap(decodeNetwork(frame, { binary: FIELDS, ...limits }), 'request');
  const enc = readText(outer['enc'], 'enc');
  const version = readVersion(outer['version']);
  const load = outer['load'];
  if (load === undefined) throw new WireShapeError('load', 'a load', load);
  if (enc === 'clear' && isPlainMap(load)) return { enc, load: withTextToken(load), version };
  if (enc !== 'aes') throw new EnvelopeShapeError('load', 'a map in clear, or bytes and enc aes', load);
  return {
    enc,
    load: readBytes(load, 'load'),
    version,
    id: outer['id'],
    encAlgo: typeof outer['enc_algo'] === 'string' ? outer['enc_algo'] : undefined,
    sigAlgo: typeof outer['sig_algo'] === 'string' ? outer['sig_algo'] : undefined,
  };
}

/** The token of a sign-in is bytes; that of a login, under the same name, is text. */
function withTextToken(load: PlainMap): PlainMap {
  const { cmd, token } = load;
  return cmd === '_auth' || !(token instanceof Uint8Array) ? load : { ...load, token: Buffer.from(token).toString('utf8') };
}

/** 3 and "3" are the same; missing or not a number is 0. Source: golden wire/auth. */
function readVersion(value: Value | undefined): number {
  if (typeof value === 'string') return /^\d{1,9}$/.test(value) ? Number(value) : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

export function encodeClearRequest(load: PlainMap): Buffer {
  return encodeNetwork({ enc: 'clear', load, version: PROTOCOL_VERSION });
}

export function encodeSealedRequest(request: { load: Uint8Array; id: string; encAlgo: string; sigAlgo: string }): Buffer {
  return encodeNetwork({
    enc: 'aes', load: request.load, version: PROTOCOL_VERSION, id: request.id, enc_algo: request.encAlgo, sig_algo: request.sigAlgo,
  });
}

/** Refusals that are sent in clear, in Salt's words. Source: golden wire/auth, errors. */
export const REFUSED = {
  badLoad: 'bad load',
  exception: 'Some exception handling minion payload',
  notMaps: 'payload and load must be a dict',
  nullByte: 'bad load: id contains a null byte',
  /** Only numbers come back: the rest may be long. */
  notText: (id: Value | undefined) => `bad load: id ${typeof id === 'number' ? id : 'None'} is not a string`,
} as const;

export function encodeRefusal(text: string): Buffer {
  return encodeNetwork(text);
}
