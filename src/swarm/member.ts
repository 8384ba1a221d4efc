/**
 * One minion of a swarm: its key, its session, its two connections. Proves what a minion proves; checks of the master only what
 * shows a fault. What a minion decrypts for itself is decrypted when it is first needed: here all minions share one processor.
 *
 * Source: wire-protocol sections 4, 5, 6.
 */
import { randomUUID } from 'node:crypto';
import { presenceTopic } from '../bus/channel/master-link.js';
import { SignInError } from '../bus/channel/sign-in-error.js';
import { decodeNetwork, encodeNetwork } from '../bus/codec/codec.js';
import { Crypticle, generateKeyString, openReply, sealLoad } from '../bus/crypto/crypticle.js';
import { loadPublicKey, type RsaPrivateKey, type RsaPublicKey } from '../bus/crypto/rsa.js';
import { x931Sign } from '../bus/crypto/x931.js';
import { readPillarEnvelope } from '../bus/wire/pillar-reply.js';
import { encodeClearRequest, encodeSealedRequest } from '../bus/wire/request.js';
import { readSignInReply, signInLoad, type SignInAccepted } from '../bus/wire/sign-in.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import type { KeyHolder } from './publications.js';
import type { ZmtpRequester } from './zmtp.js';

const ENC = 'OAEP-SHA1';
const SIG = 'PKCS1v15-SHA1';

/** The master as the whole swarm knows it. */
export interface KnownMaster {
  pem: string;
}

export interface MemberOptions {
  readonly id: string;
  readonly privateKey: RsaPrivateKey;
  readonly requester: ZmtpRequester;
  readonly master: KnownMaster;
  readonly timeoutMs: number;
  /** Told after each sign-in. */
  readonly onSignIn: (holder: KeyHolder) => void;
}

interface Session {
  readonly answer: SignInAccepted;
  key: { readonly text: string; readonly crypticle: Crypticle } | undefined;
  aesText: string | undefined;
}

const newNonce = (): string => randomUUID().replaceAll('-', '');

export class Member implements KeyHolder {
  readonly id: string;
  keyNumber = 0;
  readonly #options: MemberOptions;
  readonly publicPem: string;
  readonly #token = Buffer.from(generateKeyString());
  readonly #tok: Buffer;
  #session: Session | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.id = options.id;
    this.publicPem = options.privateKey.publicKey.toPem();
    this.#tok = x931Sign(options.privateKey, Buffer.from('salt'));
  }

  /** @throws when it has not signed in */
  get masterKey(): RsaPublicKey {
    return loadPublicKey(this.#options.master.pem);
  }

  get publishPort(): number {
    return this.#current().answer.publishPort;
  }

  /** @throws SignInError, Error of the connection */
  readonly signIn = async (): Promise<void> => {
    const { id, master, requester, timeoutMs } = this.#options;
    const nonce = newNonce();
    const token = master.pem === '' ? undefined : loadPublicKey(master.pem).encrypt(this.#token, ENC);
    const load = signInLoad({ id, nonce, encAlgo: ENC, sigAlgo: SIG, pub: this.publicPem, token });
    const reply = readSignInReply(await requester.request(encodeClearRequest(load), timeoutMs));
    const { answer } = reply;
    if (answer.kind === 'unsigned') throw new SignInError('unreadable', `The master refused the sign-in: ${answer.text}`);
    if (answer.kind === 'refused') throw refusal(answer.ret);
    if (master.pem === '') master.pem = answer.masterPub;
    const isGenuine = answer.masterPub === master.pem && answer.nonce === nonce && loadPublicKey(master.pem).verify(reply.signedBytes, reply.signature, SIG);
    if (!isGenuine) throw new SignInError('untrusted', 'The sign-in reply is not that of the master');
    this.#session = { answer, key: undefined, aesText: undefined };
    this.#options.onSignIn(this);
  };

  readonly keyText = (): string => {
    const session = this.#current();
    session.aesText ??= this.#options.privateKey.decrypt(session.answer.aes, ENC).toString('utf8');
    return session.aesText;
  };

  /** Decrypts what the last sign-in brought. */
  settle(): void {
    this.#key();
  }

  /** Topic by which the master knows that this minion listens. */
  presenceTopic(): string {
    return presenceTopic(this.#key().text);
  }

  /** Sends a load under the session key; when the session is gone signs in once and repeats. */
  async request(load: PlainMap): Promise<Value> {
    for (let triesLeft = 1; ; triesLeft -= 1) {
      const nonce = newNonce();
      const { crypticle } = this.#key();
      const sealed = decodeNetwork(await this.#send(load, nonce), { rawBytes: true });
      if (Buffer.isBuffer(sealed)) return decodeNetwork(openReply(crypticle, sealed, nonce));
      if (triesLeft === 0) throw new Error(`The master refused a request: ${String(sealed).slice(0, 100)}`);
      await this.signIn();
    }
  }

  /** Asks for the pillar; that it is sealed for this minion is taken as proof that it is its own. */
  async pillar(load: PlainMap): Promise<void> {
    const envelope = readPillarEnvelope(await this.#send(load, newNonce()));
    if (envelope === undefined) throw new Error('The master sent no pillar');
  }

  #send(load: PlainMap, nonce: string): Promise<Buffer> {
    const { requester, timeoutMs } = this.#options;
    const { crypticle } = this.#key();
    const full: PlainMap = { ...load, id: this.id, ts: Math.floor(Date.now() / 1000), nonce, tok: this.#tok };
    const frame = encodeSealedRequest({ load: sealLoad(crypticle, encodeNetwork(full)), id: this.id, encAlgo: ENC, sigAlgo: SIG });
    return requester.request(frame, timeoutMs);
  }

  #key(): { readonly text: string; readonly crypticle: Crypticle } {
    const session = this.#current();
    if (session.key === undefined) {
      const text = this.#options.privateKey.decrypt(session.answer.session, ENC).toString('utf8');
      session.key = { text, crypticle: new Crypticle(text) };
    }
    return session.key;
  }

  #current(): Session {
    if (this.#session === undefined) throw new Error(`${this.id} has not signed in`);
    return this.#session;
  }
}

function refusal(ret: true | false | 'full'): SignInError {
  if (ret === true) return new SignInError('pending', 'The key waits on the master to be accepted');
  if (ret === 'full') return new SignInError('full', 'The master has as many minions as it may (max_minions)');
  return new SignInError('rejected', 'The master rejected the key, or has another key under this id');
}
