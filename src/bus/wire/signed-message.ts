/**
 * The bytes that `minion_sign_messages` signs: the load without nonce, tok and sig, in the bin dialect.
 *
 * Source: wire-protocol 5.3; golden wire/signed.
 */
import type { PlainMap } from '../../kernel/std/value.js';
import { encodeBus } from '../codec/codec.js';

const UNSIGNED = new Set(['nonce', 'tok', 'sig']);

export function signedMessageBytes(load: PlainMap): Buffer {
  return encodeBus(Object.fromEntries(Object.entries(load).filter(([key]) => !UNSIGNED.has(key))));
}
