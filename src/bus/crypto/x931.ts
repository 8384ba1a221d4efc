/**
 * X9.31 "private encrypt": a signature from which the message can be read back. Salt uses it for `tok` and for the inner
 * signature of the sign-in reply, whatever signature algorithm was asked for.
 *
 * Source: golden wire/rsa, x931_private_encrypt; read, wire protocol section 3.2.
 */
import { constants, privateEncrypt, publicDecrypt, type KeyObject } from 'node:crypto';
import { DecryptError } from './errors.js';
import type { RsaPrivateKey, RsaPublicKey } from './rsa.js';

const HEAD_PADDED = 0x6b;
const HEAD_FULL = 0x6a;
const FILL = 0xbb;
const FILL_END = 0xba;
const TRAILER = 0xcc;
/** A block ends in this digit; the other root of it does not. */
const TRAILER_DIGIT = 0xc;

/** Signs a message of at most key length - 2 bytes. @throws RangeError when it is longer. */
export function x931Sign(key: RsaPrivateKey, message: Uint8Array): Buffer {
  const block = paddedBlock(message, key.publicKey.bytes);
  const root = privateEncrypt({ key: key.key, padding: constants.RSA_NO_PADDING }, block);
  const other = negate(root, modulusOf(key.publicKey.key));
  return Buffer.compare(root, other) <= 0 ? root : other;
}

/** Reads the message out of a signature. @throws DecryptError when the key did not make it, or the message is empty. */
export function x931Recover(key: RsaPublicKey, signature: Uint8Array): Buffer {
  if (signature.length !== key.bytes) throw unfit();
  let block: Buffer;
  try {
    block = publicDecrypt({ key: key.key, padding: constants.RSA_NO_PADDING }, signature);
  } catch (cause) {
    throw new DecryptError('Cannot read the signature: the key did not make it', { cause });
  }
  if (((block.at(-1) ?? 0) & 0x0f) !== TRAILER_DIGIT) block = negate(block, modulusOf(key.key));
  return unpad(block);
}

/** True when the signature holds exactly this message. */
export function x931Verify(key: RsaPublicKey, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    return x931Recover(key, signature).equals(message);
  } catch (error) {
    if (error instanceof DecryptError) return false;
    throw error;
  }
}

/** `6B BB..BB BA message CC`; without filler `6A message CC`. */
function paddedBlock(message: Uint8Array, length: number): Buffer {
  const spare = length - 2 - message.length;
  if (spare < 0) throw new RangeError('Too many bytes for one RSA block');
  const block = Buffer.alloc(length, FILL);
  block[0] = spare === 0 ? HEAD_FULL : HEAD_PADDED;
  if (spare > 0) block[spare] = FILL_END;
  block.set(message, 1 + spare);
  block[length - 1] = TRAILER;
  return block;
}

function unpad(block: Buffer): Buffer {
  const end = block.length - 1;
  if (block[end] !== TRAILER) throw unfit();
  if (block[0] === HEAD_FULL) return block.subarray(1, end);
  if (block[0] !== HEAD_PADDED) throw unfit();
  let at = 1;
  while (block[at] === FILL) at += 1;
  // An empty message leaves nothing to tell the filler's end from; real Salt does not recover it either.
  if (block[at] !== FILL_END || at + 1 >= end) throw unfit();
  return block.subarray(at + 1, end);
}

function unfit(): DecryptError {
  return new DecryptError('Cannot read the signature: the key did not make it');
}

/** Modulus of each key seen, so that it is exported once. */
const moduli = new WeakMap<KeyObject, bigint>();

/** The modulus of an RSA key. */
export function modulusOf(key: KeyObject): bigint {
  const known = moduli.get(key);
  if (known !== undefined) return known;
  const text = key.export({ format: 'jwk' })['n'];
  const modulus = BigInt(`0x${Buffer.from(String(text), 'base64url').toString('hex')}`);
  moduli.set(key, modulus);
  return modulus;
}

/** N - block, with the length of the block. */
function negate(block: Buffer, modulus: bigint): Buffer {
  const number = modulus - BigInt(`0x${block.toString('hex')}`);
  return Buffer.from(number.toString(16).padStart(block.length * 2, '0'), 'hex');
}
