/** The recorded JSON as types, and the keys that belong to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPrivateKey, loadPublicKey, type RsaPrivateKey, type RsaPublicKey } from '../../../src/bus/crypto/rsa.js';
import { samePem } from '../../../src/bus/crypto/clean-pem.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonMap = { readonly [key: string]: Json };

export const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Data that was sealed, as recorded beside the frame that holds it. */
export interface Sealed {
  readonly crypt_key?: string;
  /** Left out when long. */
  readonly plain_b64?: string;
  readonly nonce_prefix?: string;
  readonly load?: Json;
}

export interface RecordedRequest extends Sealed {
  readonly raw_b64: string;
  readonly not_msgpack?: string;
  readonly outer?: Json;
}

export interface RecordedReply extends Sealed {
  readonly raw_b64: string;
  readonly value?: Json;
  readonly plain_value?: Json;
  readonly unsigned?: Json;
  readonly outer_fields?: readonly string[];
  readonly signed_load_b64?: string;
  readonly signed_load?: JsonMap;
  readonly decrypted?: { readonly aes: string; readonly session: string; readonly token?: string };
  readonly decrypted_with_key?: string;
  readonly enc_algo?: string;
  readonly one_time_key?: string;
  readonly signed_data_b64?: string;
  readonly sig_b64?: string;
  readonly signed_data?: Json;
}

export interface RecordedExchange {
  readonly request: RecordedRequest;
  readonly cmd: string | null;
  readonly reply: RecordedReply | null;
}

export interface RecordedPublication extends Sealed {
  readonly frames_b64: readonly string[];
  readonly topic?: string;
  readonly outer_fields: readonly string[];
  readonly sig_algo?: string;
  readonly sig_b64?: string;
  readonly signed_bytes_b64?: string;
}

export interface RecordedEvent {
  readonly frame_b64: string;
  readonly head: Json;
  readonly tag: string;
  readonly data: Json;
}

interface KeyFile {
  readonly keys: Readonly<Record<string, { readonly private_pem: string; readonly public_pem: string }>>;
}

/** The RSA pairs of keys.json. */
export class KeyRing {
  readonly #pairs: KeyFile['keys'];
  readonly #loaded = new Map<string, RsaPrivateKey>();

  constructor(dir: string) {
    this.#pairs = (JSON.parse(readFileSync(join(dir, 'keys.json'), 'utf8')) as KeyFile).keys;
  }

  names(): string[] {
    return Object.keys(this.#pairs);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#pairs, name);
  }

  privateKey(name: string): RsaPrivateKey {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    const key = loadPrivateKey(this.privatePem(name));
    this.#loaded.set(name, key);
    return key;
  }

  publicKey(name: string): RsaPublicKey {
    return loadPublicKey(this.publicPem(name));
  }

  privatePem(name: string): string {
    return this.#pair(name).private_pem;
  }

  publicPem(name: string): string {
    return this.#pair(name).public_pem;
  }

  /** The name of the pair whose public key this is. */
  nameOf(publicPem: string): string | undefined {
    return this.names().find((name) => samePem(this.publicPem(name), publicPem));
  }

  #pair(name: string): KeyFile['keys'][string] {
    const pair = this.#pairs[name];
    if (pair === undefined) throw new Error(`No key '${name}' in keys.json`);
    return pair;
  }
}
