/**
 * Opens publications for all members of a swarm: one that is the same for all is opened once. Which key a member has is known
 * without decrypting it, as long as the master does not change it.
 */
import { Crypticle, openLoad } from '../bus/crypto/crypticle.js';
import { isSignatureAlgorithm } from '../bus/crypto/algorithms.js';
import type { RsaPublicKey } from '../bus/crypto/rsa.js';
import { decodeNetwork } from '../bus/codec/codec.js';
import { readPublication, readPublicationEnvelope } from '../bus/wire/publication.js';
import type { Publication } from '../kernel/contract/job.js';

/** A member's part in it. */
export interface KeyHolder {
  /** Number of the key that the member has; 0: none yet. */
  keyNumber: number;
  /** Decrypts what the member got at its sign-in. */
  readonly keyText: () => string;
  readonly signIn: () => Promise<void>;
}

export class Publications {
  #text = '';
  #crypticle: Crypticle | undefined;
  #number = 0;
  #last: { readonly frame: Buffer; readonly job: Publication } | undefined;

  /** A member has signed in: it has the newest key that is known, or brings the first. */
  signedIn(holder: KeyHolder): void {
    if (this.#number === 0) this.#take(holder.keyText());
    holder.keyNumber = this.#number;
  }

  /** @throws when it cannot be opened, or the master did not sign it */
  async open(frame: Buffer, holder: KeyHolder, masterKey: RsaPublicKey): Promise<Publication> {
    const job = this.#last?.frame.equals(frame) === true ? this.#last.job : await this.#openFirst(frame, holder, masterKey);
    // Another key since it signed in: a minion signs in before it can read on.
    if (holder.keyNumber !== this.#number) {
      if (holder.keyText() !== this.#text) await holder.signIn();
      holder.keyNumber = this.#number;
    }
    return job;
  }

  async #openFirst(frame: Buffer, holder: KeyHolder, masterKey: RsaPublicKey): Promise<Publication> {
    const { sig, sigAlgo, load } = readPublicationEnvelope(frame);
    let bytes = this.#tryOpen(load);
    if (bytes === undefined) {
      await holder.signIn();
      this.#take(holder.keyText());
      holder.keyNumber = this.#number;
      bytes = this.#tryOpen(load);
    }
    if (bytes === undefined) throw new Error('A publication cannot be opened with the key of this master');
    if (sig !== undefined && !(isSignatureAlgorithm(sigAlgo) && masterKey.verify(load, sig, sigAlgo))) {
      throw new Error('A publication is not signed by the master');
    }
    this.#last = { frame, job: readPublication(decodeNetwork(bytes)) };
    return this.#last.job;
  }

  #take(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#crypticle = new Crypticle(text);
    this.#number += 1;
  }

  #tryOpen(sealed: Buffer): Buffer | undefined {
    if (this.#crypticle === undefined) return undefined;
    try {
      return openLoad(this.#crypticle, sealed).bytes;
    } catch {
      // Sealed with another key: the caller gets it and tries again.
      return undefined;
    }
  }
}
