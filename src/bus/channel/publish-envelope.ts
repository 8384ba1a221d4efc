/**
 * The master's side of publications: the AES key that all accepted minions share, its serial, the signature.
 *
 * Source: wire-protocol 3.3, 3.4, 6; golden wire/jobs, rotation, signed.
 */
import type { KeyObject } from 'node:crypto';
import type { PlainMap } from '../../kernel/std/value.js';
import { encodeNetwork } from '../codec/codec.js';
import { newKeyString, sealLoad } from '../crypto/crypticle.js';
import { sign, type SigningAlgorithm } from '../crypto/rsa.js';
import { encodePublicationEnvelope } from '../wire/publication.js';

export interface PublishEnvelopeOptions {
  readonly privateKey: KeyObject;
  /** Undefined: publications are not signed. */
  readonly signWith: SigningAlgorithm | undefined;
}

export class PublishEnvelope {
  readonly #options: PublishEnvelopeOptions;
  #key = newKeyString();
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
    this.#key = newKeyString();
    this.#serial = 0;
  }

  /** The frame of a publication. */
  seal(load: PlainMap): Buffer {
    this.#serial += 1;
    const sealed = sealLoad(this.#key, encodeNetwork({ ...load, serial: this.#serial }));
    const { signWith, privateKey } = this.#options;
    if (signWith === undefined) return encodePublicationEnvelope({ load: sealed });
    return encodePublicationEnvelope({ load: sealed, sigAlgo: signWith, sig: sign(privateKey, signWith, sealed) });
  }
}
