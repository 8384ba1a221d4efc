/**
 * RSA keys and what Salt does with them: sign, verify, encrypt, decrypt. X9.31 is in `x931.ts`.
 *
 * Source: golden wire/rsa; read, wire protocol section 3.
 */
import {
  constants, createPrivateKey, createPublicKey, generateKeyPair, privateDecrypt, publicEncrypt, sign, verify, webcrypto, type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { ENCRYPTION_HASHES, SIGNATURE_HASHES, type EncryptionAlgorithm, type SignatureAlgorithm } from './algorithms.js';
import { cleanPem } from './clean-pem.js';
import { BadKeyError, DecryptError } from './errors.js';

const generate = promisify(generateKeyPair);
const PUBLIC_EXPONENT = 65_537;
export const KEY_BITS_MIN = 2048;
export const KEY_BITS_MAX = 16_384;

const PRIVATE_MARK = /^-----BEGIN (?:RSA |ENCRYPTED )?PRIVATE KEY-----/;
/** Only these: the engine would also take a private key or a certificate where a public key is asked for. */
const PUBLIC_MARK = /^-----BEGIN (?:RSA )?PUBLIC KEY-----/;

/** A public key, ready for use. */
export class RsaPublicKey {
  readonly key: KeyObject;
  /** Length of the modulus, and of every signature and encrypted block, in bytes. */
  readonly bytes: number;
  constructor(key: KeyObject) {
    this.key = key;
    this.bytes = Math.ceil(bitsOf(key) / 8);
  }

  /** False for every signature that does not fit, also a malformed one. */
  verify(data: Uint8Array, signature: Uint8Array, algorithm: SignatureAlgorithm): boolean {
    return verify(SIGNATURE_HASHES[algorithm], data, { key: this.key, padding: constants.RSA_PKCS1_PADDING }, signature);
  }

  /** As `verify`, off the loop. */
  verifyAsync(data: Uint8Array, signature: Uint8Array, algorithm: SignatureAlgorithm): Promise<boolean> {
    return new Promise((resolve, reject) => {
      verify(SIGNATURE_HASHES[algorithm], data, { key: this.key, padding: constants.RSA_PKCS1_PADDING }, signature, (error, fits) => {
        if (error === null) resolve(fits);
        else reject(error);
      });
    });
  }

  /** @throws RangeError when `plain` is longer than the key can take. */
  encrypt(plain: Uint8Array, algorithm: EncryptionAlgorithm): Buffer {
    const hashBytes = algorithm === 'OAEP-SHA1' ? 20 : 28;
    if (plain.length > this.bytes - 2 * hashBytes - 2) throw new RangeError('Too many bytes for one RSA block');
    return publicEncrypt(oaep(this.key, algorithm), plain);
  }

  /** PEM in the form that travels. */
  toPem(): string {
    return cleanPem(this.key.export({ type: 'spki', format: 'pem' }).toString());
  }
}

/** A private key, ready for use. Its bytes are never shown. */
export class RsaPrivateKey {
  readonly key: KeyObject;
  readonly publicKey: RsaPublicKey;
  #webKey: Promise<webcrypto.CryptoKey> | undefined;
  constructor(key: KeyObject) {
    this.key = key;
    this.publicKey = new RsaPublicKey(createPublicKey(key));
  }

  sign(data: Uint8Array, algorithm: SignatureAlgorithm): Buffer {
    return sign(SIGNATURE_HASHES[algorithm], data, { key: this.key, padding: constants.RSA_PKCS1_PADDING });
  }

  /** As `sign`, in node's thread pool: a signature costs about a millisecond. */
  signAsync(data: Uint8Array, algorithm: SignatureAlgorithm): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      sign(SIGNATURE_HASHES[algorithm], data, { key: this.key, padding: constants.RSA_PKCS1_PADDING }, (error, signature) => {
        if (error === null) resolve(signature);
        else reject(error);
      });
    });
  }

  /** As `decrypt`, in node's thread pool where the algorithm allows it. @throws DecryptError */
  async decryptAsync(block: Uint8Array, algorithm: EncryptionAlgorithm): Promise<Buffer> {
    if (algorithm !== 'OAEP-SHA1') return this.decrypt(block, algorithm);
    this.#webKey ??= webKeyOf(this.key);
    const key = await this.#webKey;
    try {
      return Buffer.from(await webcrypto.subtle.decrypt('RSA-OAEP', key, block));
    } catch (cause) {
      throw undecryptable(algorithm, cause);
    }
  }

  /** @throws DecryptError */
  decrypt(block: Uint8Array, algorithm: EncryptionAlgorithm): Buffer {
    try {
      return privateDecrypt(oaep(this.key, algorithm), block);
    } catch (cause) {
      throw undecryptable(algorithm, cause);
    }
  }
}

function undecryptable(algorithm: EncryptionAlgorithm, cause: unknown): DecryptError {
  return new DecryptError(`Cannot decrypt a block with ${algorithm}: it was made for another key or changed`, { cause });
}

/** The engine's own form of a key for decrypting off the loop; only its Web Crypto interface does that, and it knows no SHA-224. */
function webKeyOf(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), { name: 'RSA-OAEP', hash: 'SHA-1' }, false, ['decrypt']);
}

/** Reads a private key: PKCS#1 or PKCS#8, encrypted when a passphrase is given. @throws BadKeyError */
export function loadPrivateKey(pem: string, passphrase?: string): RsaPrivateKey {
  if (!PRIVATE_MARK.test(pem.trimStart())) throw new BadKeyError('Cannot read the private key: it is no PEM of a private key');
  const key = engineKey('private', () => createPrivateKey({ key: pem, format: 'pem', passphrase: passphrase ?? '' }));
  return new RsaPrivateKey(key);
}

/** Keys read of late: reading one costs as much as five verifications. */
const known = new Map<string, RsaPublicKey>();
const KNOWN_MAX = 8192;

/** Reads a public key. @throws BadKeyError */
export function loadPublicKey(pem: string): RsaPublicKey {
  const before = known.get(pem);
  if (before !== undefined) return before;
  if (!PUBLIC_MARK.test(pem.trimStart())) throw new BadKeyError('Cannot read the public key: it is no PEM of a public key');
  const key = new RsaPublicKey(engineKey('public', () => createPublicKey({ key: pem, format: 'pem' })));
  const oldest = known.size < KNOWN_MAX ? undefined : known.keys().next();
  if (oldest !== undefined && oldest.done !== true) known.delete(oldest.value);
  known.set(pem, key);
  return key;
}

function engineKey(kind: 'private' | 'public', make: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = make();
  } catch {
    // The engine's message is dropped on purpose: it may quote the text it was given.
    throw new BadKeyError(`Cannot read the ${kind} key: it is damaged, or its passphrase is wrong`);
  }
  if (key.asymmetricKeyType !== 'rsa') throw new BadKeyError(`Cannot use the ${kind} key: it is no RSA key`);
  return key;
}

/** Texts of a new pair: PKCS#1 private, SubjectPublicKeyInfo public, each with a final newline as files have it. */
export interface KeyPairPem {
  readonly privatePem: string;
  readonly publicPem: string;
}

/** Makes a pair in node's thread pool; 2048 bits take 50 to 500 ms. @throws RangeError for a size out of range. */
export async function generateRsaKeyPair(bits: number = KEY_BITS_MIN, passphrase?: string): Promise<KeyPairPem> {
  if (!Number.isInteger(bits) || bits < KEY_BITS_MIN || bits > KEY_BITS_MAX) {
    throw new RangeError(`Cannot make a key of ${bits} bits: ${KEY_BITS_MIN} to ${KEY_BITS_MAX} are allowed`);
  }
  const pair = await generate('rsa', {
    modulusLength: bits,
    publicExponent: PUBLIC_EXPONENT,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) },
  });
  return { privatePem: pair.privateKey, publicPem: pair.publicKey };
}

function oaep(key: KeyObject, algorithm: EncryptionAlgorithm): { key: KeyObject; padding: number; oaepHash: string } {
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: ENCRYPTION_HASHES[algorithm] };
}

/** Length of the modulus in bits. */
export function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}
