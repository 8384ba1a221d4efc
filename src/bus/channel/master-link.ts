/**
 * A minion's secure conversation with one master: sign-in, requests under the session key, pillar, publications.
 * Refuses to know: what is asked and what a job does. Start at `MasterLink`.
 *
 * Source: wire-protocol sections 4, 5, 6, 11; golden wire/startup, restart, rotation.
 */
import { createHash, randomUUID } from 'node:crypto';
import { TsaltError } from '../../kernel/contract/errors.js';
import type { Publication } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { RateLimit } from '../../kernel/std/rate-limit.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { binaryFields, decodeNetwork, encodeNetwork } from '../codec/codec.js';
import { isSignatureAlgorithm, type EncryptionAlgorithm, type SignatureAlgorithm } from '../crypto/algorithms.js';
import { Crypticle, generateKeyString, openLoad, openReply, sealLoad } from '../crypto/crypticle.js';
import type { RsaPrivateKey, RsaPublicKey } from '../crypto/rsa.js';
import { x931Sign } from '../crypto/x931.js';
import { RequestTimeoutError, type RequestClient } from '../transport/contract.js';
import { readPillarData, readPillarEnvelope, readSignedPillar } from '../wire/pillar-reply.js';
import { readPublication, readPublicationEnvelope } from '../wire/publication.js';
import { encodeClearRequest, encodeSealedRequest } from '../wire/request.js';
import { readSignInReply, signInLoad } from '../wire/sign-in.js';
import { signedMessageBytes } from '../wire/signed-message.js';
import { checkAccepted, type MasterTrust } from './master-trust.js';
import { SignInError } from './sign-in-error.js';
import { signingInMemory, type SigningMemory } from './signing-memory.js';

/** The master answered something that cannot be opened: the session is gone. */
export class SessionLostError extends TsaltError {
  readonly code = 'channel.session_lost';
}

export interface MasterLinkOptions {
  readonly id: string;
  readonly privateKey: RsaPrivateKey;
  readonly publicPem: string;
  readonly client: RequestClient;
  readonly trust: MasterTrust;
  readonly encAlgo: EncryptionAlgorithm;
  readonly sigAlgo: SignatureAlgorithm;
  readonly signMessages: boolean;
  /** Refuse publications without a signature from the first one on; else from the first one on that the master signed. */
  readonly verifyPublications: boolean;
  /** Which masters are known to sign; without it, what this process saw. */
  readonly signing?: SigningMemory | undefined;
  readonly autosignGrains?: PlainMap | undefined;
  readonly log: Logger;
}

export interface RequestTries {
  /** For each try. */
  readonly timeoutMs: number;
  /** How often a request without reply is sent, each time under a new nonce; it may then be acted on more than once. */
  readonly tries: number;
  readonly signal?: AbortSignal | undefined;
}

interface Session {
  /** Session key as text; a secret. */
  readonly keyString: string;
  readonly key: Crypticle;
  /** The key of publications as text; a secret. */
  readonly aesString: string;
  readonly aes: Crypticle;
  readonly masterKey: RsaPublicKey;
  readonly masterPem: string;
  readonly publishPort: number;
  readonly isOurMaster: boolean;
  serial: number;
}

/** New sign-ins because of publications that cannot be opened: a stream of old or forged ones must not become a stream of sign-ins. */
const SIGN_INS = { perSecond: 0.1, burst: 3 };

const newNonce = (): string => randomUUID().replaceAll('-', '');

export class MasterLink {
  readonly #options: MasterLinkOptions;
  /** Proof sent with a sign-in once the master's key is known; the same for the life of the process, as real Salt. */
  readonly #token = generateKeyString();
  readonly #tok: Buffer;
  readonly #signing: SigningMemory;
  readonly #signIns = new RateLimit(SIGN_INS);
  #session: Session | undefined;
  #signingIn: Promise<Session> | undefined;

  constructor(options: MasterLinkOptions) {
    this.#options = options;
    this.#tok = x931Sign(options.privateKey, Buffer.from('salt'));
    this.#signing = options.signing ?? signingInMemory();
  }

  get publishPort(): number | undefined {
    return this.#session?.publishPort;
  }

  get isOurMaster(): boolean {
    return this.#session?.isOurMaster === true;
  }

  /** Topic that only this minion and its master can name; subscribing to it tells the master who is there. */
  presenceTopic(): string | undefined {
    const key = this.#session?.keyString;
    return key === undefined ? undefined : presenceTopic(key);
  }

  /** One sign-in; those who ask at the same time share it. @throws SignInError, RequestTimeoutError */
  async signIn(tries: RequestTries): Promise<void> {
    await this.#signIn(tries);
  }

  #signIn(tries: RequestTries): Promise<Session> {
    this.#signingIn ??= inTries(tries, () => this.#signInOnce(tries)).finally(() => {
      this.#signingIn = undefined;
    });
    return this.#signingIn;
  }

  async #signInOnce(tries: RequestTries): Promise<Session> {
    const { id, publicPem, privateKey, encAlgo, sigAlgo, trust, client } = this.#options;
    const nonce = newNonce();
    const load = signInLoad({
      id, nonce, encAlgo, sigAlgo, pub: publicPem, token: trust.encryptToken(this.#token, encAlgo),
      autosignGrains: this.#options.autosignGrains,
    });
    const reply = readSignInReply(await client.request(encodeClearRequest(load), requestOptions(tries)));
    const { answer } = reply;
    if (answer.kind === 'unsigned') throw new SignInError('unreadable', `The master refused the sign-in: ${answer.text}`);
    if (answer.kind === 'refused') {
      trust.checkRefusal(reply, sigAlgo, nonce);
      throw refusal(answer.ret);
    }
    const masterKey = checkAccepted({ reply, answer, nonce, sigAlgo, encAlgo, token: this.#token, privateKey, trust });
    const aesString = privateKey.decrypt(answer.aes, encAlgo).toString('utf8');
    const keyString = privateKey.decrypt(answer.session, encAlgo).toString('utf8');
    // Under the same key the serials go on: what was published before stays refused after a new sign-in.
    const serial = this.#session?.aesString === aesString ? this.#session.serial : 0;
    this.#session = {
      keyString, key: new Crypticle(keyString), aesString, aes: new Crypticle(aesString), masterKey,
      masterPem: masterKey.toPem(), publishPort: answer.publishPort, isOurMaster: answer.isOurs, serial,
    };
    return this.#session;
  }

  /**
   * Sends a load under the session key and gives the value of the reply. When the session is gone it signs in again and
   * repeats once.
   *
   * @throws RequestTimeoutError, SignInError, SessionLostError
   */
  async request(load: PlainMap, tries: RequestTries): Promise<Value> {
    return this.#repeatable(tries, async (session) => {
      const nonce = newNonce();
      const reply = await this.#options.client.request(this.#seal(session, this.#complete(load, nonce)), requestOptions(tries));
      return readReply(session, reply, nonce, load['cmd'] === '_serve_file' ? PIECE : undefined);
    });
  }

  /** Asks for the pillar: the reply comes sealed for this minion and signed by the master. */
  async pillar(load: PlainMap, tries: RequestTries): Promise<PlainMap> {
    return this.#repeatable(tries, async (session) => {
      const nonce = newNonce();
      const frame = await this.#options.client.request(this.#seal(session, this.#complete(load, nonce)), requestOptions(tries));
      const envelope = readPillarEnvelope(frame);
      if (envelope === undefined) throw new SessionLostError('The master sent no pillar: the session is gone');
      const { privateKey, encAlgo, sigAlgo } = this.#options;
      const key = privateKey.decrypt(envelope.key, encAlgo).toString('utf8');
      const { data, sig } = readSignedPillar(openLoad(key, envelope.pillar).bytes);
      if (!session.masterKey.verify(data, sig, sigAlgo)) throw new SignInError('untrusted', 'The pillar is not signed by the master');
      const inner = readPillarData(data);
      if (!inner.key.equals(envelope.key) || inner.nonce !== nonce) throw new SignInError('untrusted', 'The pillar belongs to another request');
      return isPlainMap(inner.pillar) ? inner.pillar : {};
    });
  }

  /**
   * Opens a publication. When the key has changed it signs in and tries once more. Gives undefined for one that is not
   * for us to act on: an old serial, or a signature that does not fit.
   */
  async openPublication(frame: Uint8Array, tries: RequestTries): Promise<Publication | undefined> {
    const envelope = readPublicationEnvelope(frame);
    let session = this.#session ?? (await this.#signIn(tries));
    let bytes = tryOpen(session, envelope.load);
    if (bytes === undefined && this.#signIns.take()) {
      session = await this.#signIn(tries);
      bytes = tryOpen(session, envelope.load);
    }
    if (bytes === undefined) {
      this.#options.log.warn({}, 'publication refused: it cannot be opened with the key of this master');
      return undefined;
    }
    if (!this.#isSigned(session, envelope)) return undefined;
    const load = decodeNetwork(bytes);
    const serial = isPlainMap(load) ? Number(load['serial'] ?? 0) : 0;
    if (serial > 0) {
      if (serial <= session.serial) {
        this.#options.log.warn({ serial }, 'publication refused: its serial was seen before');
        return undefined;
      }
      session.serial = serial;
    }
    return readPublication(load);
  }

  #isSigned(session: Session, envelope: { sig: Buffer | undefined; sigAlgo: string; load: Buffer }): boolean {
    const { verifyPublications, log } = this.#options;
    const pem = session.masterPem;
    if (envelope.sig === undefined) {
      if (!verifyPublications && !this.#signing.isSigner(pem)) return true;
      log.warn(verifyPublications ? {} : { forget: this.#signing.place }, 'publication refused: it is not signed');
      return false;
    }
    if (isSignatureAlgorithm(envelope.sigAlgo) && session.masterKey.verify(envelope.load, envelope.sig, envelope.sigAlgo)) {
      this.#noteSigner(pem);
      return true;
    }
    log.warn({}, 'publication refused: its signature is not the master\'s');
    return false;
  }

  #noteSigner(pem: string): void {
    try {
      this.#signing.note(pem);
    } catch (err) {
      // Known for the life of this process all the same; a full disk must not cost the job.
      this.#options.log.warn({ err }, 'not kept on disk that this master signs');
    }
  }

  async #repeatable<T>(tries: RequestTries, ask: (session: Session) => Promise<T>): Promise<T> {
    const session = this.#session ?? (await this.#signIn(tries));
    try {
      return await inTries(tries, () => ask(session));
    } catch (error) {
      if (!(error instanceof SessionLostError)) throw error;
      this.#options.log.debug({}, 'session lost: signing in again');
      const renewed = await this.#signIn(tries);
      return inTries(tries, () => ask(renewed));
    }
  }

  /** Adds what every load carries. The signature covers the load without nonce and tok. */
  #complete(load: PlainMap, nonce: string): PlainMap {
    const full: PlainMap = { ...load, id: this.#options.id, ts: Math.floor(Date.now() / 1000) };
    if (this.#options.signMessages) {
      full['sig'] = this.#options.privateKey.sign(signedMessageBytes(full), this.#options.sigAlgo);
    }
    return { ...full, nonce, tok: this.#tok };
  }

  #seal(session: Session, load: PlainMap): Buffer {
    const { id, encAlgo, sigAlgo } = this.#options;
    return encodeSealedRequest({ load: sealLoad(session.key, encodeNetwork(load)), id, encAlgo, sigAlgo });
  }
}

/** Source: ours; a topic that fits no publication, known only to the two ends of a session. */
export function presenceTopic(sessionKey: string): string {
  return createHash('sha256').update(`tsalt presence ${sessionKey}`).digest('hex');
}

/** What `ask` gives; after a timeout it is called again, as often as `tries` says. */
async function inTries<T>({ tries, signal }: RequestTries, ask: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RequestTimeoutError) || left <= 1 || signal?.aborted === true) throw error;
    }
  }
}

function requestOptions(tries: RequestTries): { timeoutMs: number; signal?: AbortSignal } {
  return { timeoutMs: tries.timeoutMs, ...(tries.signal === undefined ? {} : { signal: tries.signal }) };
}

function tryOpen(session: Session, sealed: Buffer): Buffer | undefined {
  try {
    return openLoad(session.aes, sealed).bytes;
  } catch {
    // Any failure means the same: sealed with another key. The caller signs in and tries again.
    return undefined;
  }
}

/** Pieces of files are bytes, also where they happen to be text: they are written as they came. */
const PIECE = binaryFields('data');

function readReply(session: Session, frame: Buffer, nonce: string, binary?: typeof PIECE): Value {
  const sealed = decodeNetwork(frame, { rawBytes: true });
  if (!Buffer.isBuffer(sealed)) throw new SessionLostError('The master did not answer under the session key');
  let bytes: Buffer;
  try {
    bytes = openReply(session.key, sealed, nonce);
  } catch (cause) {
    throw new SessionLostError('The master did not answer under the session key', { cause });
  }
  return decodeNetwork(bytes, binary === undefined ? {} : { binary });
}

function refusal(ret: true | false | 'full'): SignInError {
  if (ret === true) return new SignInError('pending', 'The key waits on the master to be accepted');
  if (ret === 'full') return new SignInError('full', 'The master has as many minions as it may (max_minions)');
  return new SignInError('rejected', 'The master rejected the key of this minion');
}
