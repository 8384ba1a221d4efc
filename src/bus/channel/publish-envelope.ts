/**
 * The master's side of publications: the AES key that all accepted minions share, its serial, the signature.
 *
 * Source: wire-protocol 3.3, 3.4, 6; golden wire/jobs, rotation, signed.
 */
import type { PlainMap } from '../../kernel/std/value.js';
import { encodeNetwork } from '../codec/codec.js';
import type { SignatureAlgorithm } from '../crypto/algorithms.js';
import { Crypticle, generateKeyString, sealLoad } from '../crypto/crypticle.js';
import type { RsaPrivateKey } from '../crypto/rsa.js';
import { encodePublicationEnvelope } from '../wire/publication.js';

export interface PublishEnvelopeOptions {
  readonly privateKey: RsaPrivateKey;
  /** Undefined: publications are not signed. */
  readonly signWith: SignatureAlgorithm | undefined;
}

export class PublishEnvelope {
  readonly #options: PublishEnvelopeOptions;
  #key = generateKeyString();
  #crypticle = new Crypticle(this.#key);
  #serial = 0;

  constructor(options: PublishEnvelopeOptions) {
    this.#options = options;
  }

  /** The shared key as text; given to each minion at sign-in, encrypted for it. */
  get keyString(): string {
    return this.#key;
  }

  /** A new key; minions notice with the next publication and sign in again. */
  rotate(): void {
    this.#key = generateKeyString();
    this.#crypticle = new Crypticle(this.#key);
    this.#serial = 0;
  }

  /** The frame of a publication. */
  seal(load: PlainMap): Buffer {
    this.#serial += 1;
    const sealed = sealLoad(this.#crypticle, encodeNetwork({ ...load, serial: this.#serial }));
    const { signWith, privateKey } = this.#options;
    if (signWith === undefined) return encodePublicationEnvelope({ load: sealed });
    return encodePublicationEnvelope({ load: sealed, sigAlgo: signWith, sig: privateKey.sign(sealed, signWith) });
  }
}
