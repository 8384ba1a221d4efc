/**
 * Whether a master is the one this minion trusts: its cached key, `master_finger`, `verify_master_pubkey_sign`.
 *
 * Source: wire-protocol 4.2 (order of the checks), config.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cleanPem } from '../crypto/clean-pem.js';
import { pemFingerprint } from '../crypto/fingerprint.js';
import type { EncryptionAlgorithm, SignatureAlgorithm } from '../crypto/algorithms.js';
import type { HashType } from '../crypto/digest.js';
import { loadPublicKey, type RsaPrivateKey, type RsaPublicKey } from '../crypto/rsa.js';
import { x931Verify } from '../crypto/x931.js';
import type { SignInAccepted, SignInReply } from '../wire/sign-in.js';
import { SignInError } from './sign-in-error.js';

export interface MasterTrustOptions {
  /** The master's key that was seen first, trusted from then on. */
  readonly memory: KeyMemory;
  /** `master_finger`, or empty. */
  readonly fingerprint: string;
  readonly hashType: HashType;
  /** `open_mode` of the minion: a changed key is taken. */
  readonly openMode: boolean;
  /** Public key that must sign the master's key (`verify_master_pubkey_sign`), PEM; undefined: not asked. */
  readonly signingPub: string | undefined;
  readonly alwaysVerifySignature: boolean;
}

/** Where a minion keeps the key of its master. */
export interface KeyMemory {
  /** PEM, or undefined before the first contact. */
  read(): string | undefined;
  write(pem: string): void;
  /** For messages: how to forget it. */
  readonly place: string;
}

/** `minion_master.pub`. */
export function keyFile(path: string): KeyMemory {
  return {
    place: path,
    read() {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write(pem) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.${process.pid}`, pem, { mode: 0o644 });
      renameSync(`${path}.${process.pid}`, path);
    },
  };
}

export class MasterTrust {
  readonly #options: MasterTrustOptions;

  constructor(options: MasterTrustOptions) {
    this.#options = options;
  }

  /** Clean PEM of the key trusted so far. */
  cached(): string | undefined {
    const pem = this.#options.memory.read();
    return pem === undefined ? undefined : cleanPem(pem);
  }

  /** Encrypts the proof for the known master; undefined before the first contact. */
  encryptToken(token: string, algo: EncryptionAlgorithm): Buffer | undefined {
    const pem = this.cached();
    return pem === undefined ? undefined : loadPublicKey(pem).encrypt(Buffer.from(token), algo);
  }

  /** A refusal counts only when the known master signed it. @throws SignInError */
  checkRefusal(reply: SignInReply, sigAlgo: SignatureAlgorithm, nonce: string): void {
    const pem = this.cached();
    if (pem === undefined) return;
    const isGenuine = loadPublicKey(pem).verify(reply.signedBytes, reply.signature, sigAlgo);
    const isForThis = reply.answer.kind !== 'unsigned' && reply.answer.nonce === nonce;
    if (!isGenuine || !isForThis) {
      throw new SignInError('untrusted',
        `The refusal is not signed by the known master. If the master has a new key, delete ${this.#options.memory.place} and start the minion again; `
        + 'else somebody is in between');
    }
  }

  /** Gives the key when it may be trusted. Nothing is remembered: see `remember`. @throws SignInError */
  check(pem: string, pubSignature: string | undefined, sigAlgo: SignatureAlgorithm): RsaPublicKey {
    const cached = this.cached();
    const changed = cached !== undefined && cached !== pem;
    if (this.#options.signingPub !== undefined && (changed || cached === undefined || this.#options.alwaysVerifySignature)) {
      this.#checkSignature(pem, pubSignature, sigAlgo);
    } else if (changed && !this.#options.openMode) {
      throw new SignInError('untrusted',
        `The master's key has changed. If that is right, delete ${this.#options.memory.place} and start the minion again; else somebody is in between`);
    }
    const { fingerprint, hashType } = this.#options;
    if (fingerprint !== '' && pemFingerprint(pem, hashType) !== fingerprint.toLowerCase()) {
      throw new SignInError('untrusted', `The fingerprint of the master's key is ${pemFingerprint(pem, hashType)}, but master_finger says ${fingerprint}`);
    }
    return loadPublicKey(pem);
  }

  /** Trusts this key from now on; after all checks. */
  remember(pem: string): void {
    if (this.cached() !== pem) this.#options.memory.write(pem);
  }

  #checkSignature(pem: string, pubSignature: string | undefined, sigAlgo: SignatureAlgorithm): void {
    const { signingPub } = this.#options;
    const good = signingPub !== undefined && pubSignature !== undefined
      && loadPublicKey(signingPub).verify(Buffer.from(pem), Buffer.from(pubSignature, 'base64'), sigAlgo);
    if (!good) throw new SignInError('untrusted', 'The master\'s key is not signed by the key in master_sign.pub (verify_master_pubkey_sign)');
  }
}

/** All checks of an accepting reply; gives the master's key, trusted from now on. @throws SignInError */
export function checkAccepted(given: {
  reply: SignInReply; answer: SignInAccepted; nonce: string; sigAlgo: SignatureAlgorithm; encAlgo: EncryptionAlgorithm; token: string;
  privateKey: RsaPrivateKey; trust: MasterTrust;
}): RsaPublicKey {
  const { reply, answer, trust, privateKey, encAlgo, sigAlgo } = given;
  const pem = cleanPem(answer.masterPub);
  const knownBefore = trust.cached() === pem;
  const candidate = loadPublicKey(pem);
  if (!candidate.verify(reply.signedBytes, reply.signature, sigAlgo)) throw new SignInError('untrusted', 'The sign-in reply is not signed by the master');
  if (answer.nonce !== given.nonce) throw new SignInError('untrusted', 'The sign-in reply belongs to another request');
  const masterKey = trust.check(pem, answer.pubSignature, sigAlgo);
  if (knownBefore) {
    const back = answer.token === undefined ? '' : privateKey.decrypt(answer.token, encAlgo).toString('utf8');
    if (back !== given.token) throw new SignInError('untrusted', 'The master could not prove that it holds its key');
  }
  const aes = privateKey.decrypt(answer.aes, encAlgo);
  const digest = createHash('sha256').update(aes).digest('hex');
  if (!x931Verify(masterKey, answer.keySignature, Buffer.from(digest))) {
    throw new SignInError('untrusted', 'The publication key is not signed by the master');
  }
  trust.remember(pem);
  return masterKey;
}
