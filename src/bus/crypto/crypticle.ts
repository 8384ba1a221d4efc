/**
 * The symmetric envelope: `IV(16) || AES-192-CBC(plain) || HMAC-SHA256(IV || cipher)`, and the plain form of loads in it.
 *
 * Source: golden wire/crypticle; read, wire protocol sections 3.3 and 5.1.
 */
import {
  createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes, randomFillSync, timingSafeEqual, type Cipher, type Decipher, type KeyObject,
} from 'node:crypto';
import { BadKeyError, NonceMismatchError, TamperedError } from './errors.js';

const AES_KEY_BYTES = 24;
const HMAC_KEY_BYTES = 32;
const IV_BYTES = 16;
const BLOCK_BYTES = 16;
const MAC_BYTES = 32;
const CIPHER = 'aes-192-cbc';
const ANY_IV = Buffer.alloc(IV_BYTES);

const PREFIX = Buffer.from('pickle::');
const NONCE_CHARS = 32;
const NONCE = /^[0-9a-f]{32}$/;
/** msgpack of an empty map. */
const EMPTY_MAP = 0x80;
/** Where the first bytes of maps begin, and no text of a nonce. */
const FIRST_OF_MAP = 0x80;

/** A new key in its text form: base64 of an AES key followed by an HMAC key. A secret. */
export function generateKeyString(): string {
  return randomBytes(AES_KEY_BYTES + HMAC_KEY_BYTES).toString('base64');
}

/**
 * Seals and opens with one key. Make it once for each key: reading the key string costs more than sealing.
 *
 * The engine's objects for a direction are kept, since making them costs more than the work. One that has ciphered a message goes on
 * with the next one: a random block that is put before the plain bytes comes out as the IV, as unforeseeable as what went in, and
 * what follows is CBC from that IV. A received IV that is put before the cipher bytes comes out as a block that nobody needs.
 */
export class Crypticle {
  readonly #aes: KeyObject;
  readonly #hmac: KeyObject;
  #cipher: Cipher | undefined;
  #decipher: Decipher | undefined;

  /** @throws BadKeyError when the text is no key string. */
  constructor(keyString: string) {
    const bytes = Buffer.from(keyString.trim(), 'base64');
    if (bytes.length !== AES_KEY_BYTES + HMAC_KEY_BYTES) {
      throw new BadKeyError('Cannot read the key string: it has not the length of an AES and an HMAC key');
    }
    this.#aes = createSecretKey(bytes.subarray(0, AES_KEY_BYTES));
    this.#hmac = createSecretKey(bytes.subarray(AES_KEY_BYTES));
  }

  /** Encrypts and authenticates. `iv` is given by tests only: a second message with the same one would leak. */
  seal(plain: Uint8Array, iv?: Uint8Array): Buffer {
    return this.sealParts([plain], iv);
  }

  /** As `seal`, for what stands one after the other. */
  sealParts(parts: readonly Uint8Array[], iv?: Uint8Array): Buffer {
    const block = padded(parts);
    const ciphered = iv === undefined ? this.#ciphered(block) : this.#cipheredFrom(iv, block);
    const mac = createHmac('sha256', this.#hmac).update(ciphered).digest();
    return Buffer.concat([ciphered, mac], ciphered.length + MAC_BYTES);
  }

  /**
   * As `sealParts`, for much: ciphered in slices straight into its place, so that nothing large is copied twice. `head` comes before, open,
   * and is made of the length of what follows it.
   */
  sealLarge(parts: readonly Uint8Array[], head: (length: number) => Uint8Array): Buffer {
    const plain = parts.reduce((sum, part) => sum + part.length, IV_BYTES);
    const padding = BLOCK_BYTES - (plain % BLOCK_BYTES);
    const length = plain + padding + MAC_BYTES;
    const before = head(length);
    const sealed = Buffer.allocUnsafe(before.length + length);
    sealed.set(before);
    this.#cipher ??= createCipheriv(CIPHER, this.#aes, ANY_IV).setAutoPadding(false);
    const mac = createHmac('sha256', this.#hmac);
    let at = before.length;
    for (const slice of slicesOf([nextRandomBlock(), ...parts, Buffer.alloc(padding, padding)])) {
      const ciphered = this.#cipher.update(slice);
      mac.update(ciphered);
      sealed.set(ciphered, at);
      at += ciphered.length;
    }
    sealed.set(mac.digest(), at);
    return sealed;
  }

  #ciphered(block: Buffer): Buffer {
    nextRandomBlock().copy(block);
    // Where the chain begins does not matter: the first block is random.
    this.#cipher ??= createCipheriv(CIPHER, this.#aes, ANY_IV).setAutoPadding(false);
    return this.#cipher.update(block);
  }

  #cipheredFrom(iv: Uint8Array, block: Buffer): Buffer {
    const cipher = createCipheriv(CIPHER, this.#aes, iv).setAutoPadding(false);
    return Buffer.concat([iv, cipher.update(block.subarray(IV_BYTES))]);
  }

  /** Checks and decrypts. @throws TamperedError */
  open(sealed: Uint8Array): Buffer {
    const cipherBytes = sealed.length - IV_BYTES - MAC_BYTES;
    if (cipherBytes < BLOCK_BYTES || cipherBytes % BLOCK_BYTES !== 0) throw new TamperedError('Cannot open the load: it has an impossible length');
    const signed = sealed.subarray(0, sealed.length - MAC_BYTES);
    const mac = createHmac('sha256', this.#hmac).update(signed).digest();
    if (!timingSafeEqual(mac, sealed.subarray(sealed.length - MAC_BYTES))) {
      throw new TamperedError('Cannot open the load: its authentication code does not fit the key');
    }
    this.#decipher ??= createDecipheriv(CIPHER, this.#aes, ANY_IV).setAutoPadding(false);
    return withoutPadding(this.#decipher.update(signed).subarray(IV_BYTES));
  }
}

/** Small enough to stay in the cache of the processor. */
const SLICE_BYTES = 65_536;

function* slicesOf(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) for (let at = 0; at < part.length; at += SLICE_BYTES) yield part.subarray(at, at + SLICE_BYTES);
}

/** Random bytes are drawn for many blocks at once: asking for sixteen costs as much as sealing. Each is given out once. */
const randomPool = Buffer.allocUnsafeSlow(IV_BYTES * 256);
let randomAt = randomPool.length;

function nextRandomBlock(): Buffer {
  if (randomAt === randomPool.length) {
    randomFillSync(randomPool);
    randomAt = 0;
  }
  randomAt += IV_BYTES;
  return randomPool.subarray(randomAt - IV_BYTES, randomAt);
}

/** Room for an IV, the parts, and PKCS#7 padding: one to sixteen bytes, each the number of them. */
function padded(parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, IV_BYTES);
  const padding = BLOCK_BYTES - (length % BLOCK_BYTES);
  const block = Buffer.allocUnsafe(length + padding);
  let at = IV_BYTES;
  for (const part of parts) {
    block.set(part, at);
    at += part.length;
  }
  return block.fill(padding, at);
}

/** The code was right, so who sealed it knew the key: nothing is learned from how this fails. */
function withoutPadding(plain: Buffer): Buffer {
  const padding = plain[plain.length - 1] ?? 0;
  const end = plain.length - padding;
  let fits = padding >= 1 && padding <= BLOCK_BYTES;
  for (let at = end; fits && at < plain.length; at += 1) fits = plain[at] === padding;
  if (!fits) throw new TamperedError('Cannot open the load: its padding is wrong');
  return plain.subarray(0, end);
}

/** What a sealed load held. */
export interface OpenedLoad {
  /** Present in replies: the nonce of the request. */
  readonly nonce: string | undefined;
  /** msgpack of the load, network dialect. */
  readonly bytes: Buffer;
}

/** Seals msgpack bytes as Salt does; replies put the nonce of the request before them. `key` is a key string or what was made of one. */
export function sealLoad(key: Crypticle | string, load: Uint8Array, nonce?: string): Buffer {
  if (nonce !== undefined && nonce.length !== NONCE_CHARS) throw new RangeError('A nonce has 32 characters');
  return crypticleOf(key).sealParts(nonce === undefined ? [PREFIX, load] : [PREFIX, Buffer.from(nonce, 'latin1'), load]);
}

/** As `sealLoad` for a large reply, whose msgpack comes in parts; `head` is put before, open. */
export function sealLargeLoad(key: Crypticle, load: readonly Uint8Array[], nonce: string | undefined, head: (length: number) => Uint8Array): Buffer {
  if (nonce !== undefined && nonce.length !== NONCE_CHARS) throw new RangeError('A nonce has 32 characters');
  return key.sealLarge([PREFIX, ...(nonce === undefined ? [] : [Buffer.from(nonce, 'latin1')]), ...load], head);
}

/**
 * Opens a sealed load. Plain data without Salt's prefix gives an empty map, as in Salt.
 *
 * A nonce is recognised by its form: no msgpack value of more than one byte begins with a digit or a letter from a to f.
 *
 * @throws TamperedError
 */
export function openLoad(key: Crypticle | string, sealed: Uint8Array): OpenedLoad {
  const plain = crypticleOf(key).open(sealed);
  if (plain.length < PREFIX.length || PREFIX.compare(plain, 0, PREFIX.length) !== 0) {
    return { nonce: undefined, bytes: Buffer.of(EMPTY_MAP) };
  }
  const rest = plain.subarray(PREFIX.length);
  const head = rest.length > NONCE_CHARS && (rest[0] ?? 0) < FIRST_OF_MAP ? rest.toString('latin1', 0, NONCE_CHARS) : '';
  return NONCE.test(head) ? { nonce: head, bytes: rest.subarray(NONCE_CHARS) } : { nonce: undefined, bytes: rest };
}

/** Opens the reply to a request that was sent with `nonce`. @throws TamperedError, NonceMismatchError */
export function openReply(key: Crypticle | string, sealed: Uint8Array, nonce: string): Buffer {
  const opened = openLoad(key, sealed);
  if (opened.nonce === nonce) return opened.bytes;
  throw new NonceMismatchError(opened.nonce === undefined ? 'The reply has no nonce' : 'The reply has the nonce of another request');
}

function crypticleOf(key: Crypticle | string): Crypticle {
  return typeof key === 'string' ? new Crypticle(key) : key;
}
