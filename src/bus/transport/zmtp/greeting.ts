/**
 * The first 64 bytes of a connection, from both sides at once: signature, version, security mechanism.
 *
 * Source: ZMTP 3.0 and 3.1 (ZeroMQ's RFC 23 and 37).
 */
import { ZmtpError } from './zmtp-error.js';

export const GREETING_BYTES = 64;

const SIGNATURE_BYTES = 10;
const MAJOR_AT = 10;
const MAJOR = 3;
const MECHANISM_AT = 12;
const MECHANISM = Buffer.concat([Buffer.from('NULL'), Buffer.alloc(16)]);

/** Version 3.`minor` without security: with 1 subscriptions come as commands, with 0 as messages. */
export function encodeGreeting(minor: 0 | 1): Buffer {
  const bytes = Buffer.alloc(GREETING_BYTES);
  bytes[0] = 0xff;
  bytes[SIGNATURE_BYTES - 1] = 0x7f;
  bytes[MAJOR_AT] = MAJOR;
  bytes[MAJOR_AT + 1] = minor;
  MECHANISM.copy(bytes, MECHANISM_AT);
  return bytes;
}

/**
 * Looks at as much of a greeting as has come. Higher versions greet like 3 and then speak it; older ones do not speak it.
 * @throws ZmtpError as soon as it cannot become one that is understood
 */
export function checkGreeting(bytes: Buffer): void {
  if (bytes.length > 0 && bytes[0] !== 0xff) throw new ZmtpError('no_greeting');
  const last = bytes[SIGNATURE_BYTES - 1];
  if (last !== undefined && (last & 1) === 0) throw new ZmtpError('old_version');
  const major = bytes[MAJOR_AT];
  if (major !== undefined && major < MAJOR) throw new ZmtpError('old_version');
  if (bytes.length < GREETING_BYTES) return;
  if (MECHANISM.compare(bytes, MECHANISM_AT, MECHANISM_AT + MECHANISM.length) !== 0) throw new ZmtpError('mechanism');
}
