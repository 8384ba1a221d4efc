/**
 * `_auth`: a minion shows its public key; the key store decides; the reply is signed.
 *
 * Source: wire-protocol section 4; golden wire/auth, events/auth-*.
 */
import { createHash } from 'node:crypto';
import { isEncryptionAlgorithm, isSignatureAlgorithm, type EncryptionAlgorithm, type SignatureAlgorithm } from '../../../bus/crypto/algorithms.js';
import { DecryptError } from '../../../bus/crypto/errors.js';
import { checkPublicKey } from '../../../bus/crypto/key-strength.js';
import { loadPublicKey, type RsaPrivateKey, type RsaPublicKey } from '../../../bus/crypto/rsa.js';
import { x931Sign } from '../../../bus/crypto/x931.js';
import type { PublishEnvelope } from '../../../bus/channel/publish-envelope.js';
import type { Sessions } from '../../../bus/channel/sessions.js';
import type { EventBus } from '../../../bus/event/bus.js';
import { encodeRefusal, REFUSED } from '../../../bus/wire/request.js';
import {
  encodeAccepted, encodeRefused, encodeSigned, encodeUnsignedRefusal, readSignIn, type SignInRequest,
} from '../../../bus/wire/sign-in.js';
import { parseMinionId, type MinionId } from '../../../kernel/contract/job.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { decideAutosign, type AutosignOptions } from '../../keys/autosign.js';
import { cleanPem, type KeyStore } from '../../keys/key-store.js';
import type { Bounds } from '../../requests/bounds.js';
import { SIZES, type OpenCommand, type Reply } from '../../requests/command.js';
import { shownName } from '../../requests/refusals.js';
import { SignInBudget } from './sign-in-budget.js';

export interface SignInParts {
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  readonly envelope: PublishEnvelope;
  readonly privateKey: RsaPrivateKey;
  readonly publicPem: string;
  readonly publishPort: number;
  /** Signature of the master_sign key over our public key, base64 with a newline; only with `master_sign_pubkey`. */
  readonly pubSignature: ((algo: SignatureAlgorithm) => string) | undefined;
  readonly autosign: AutosignOptions;
  readonly openMode: boolean;
  readonly authEvents: boolean;
  /** 0: no limit. */
  readonly minionsMax: number;
  /** Pending keys kept; more new ids are answered `full`. */
  readonly pendingMax: number;
  readonly isConnected: (id: MinionId) => boolean | undefined;
  readonly connectedCount: () => number;
  readonly bus: EventBus;
  readonly bounds: Bounds;
  /** New keys come faster than they are taken. */
  readonly onFlood: () => void;
  readonly log: Logger;
}

type Act = 'accept' | 'pend' | 'reject' | 'denied' | 'full' | 'unusable';
type Decision = { readonly act: Act; readonly ret: true | false | 'full' };

const ACCEPT: Decision = { act: 'accept', ret: true };
const PEND: Decision = { act: 'pend', ret: true };
const REJECT: Decision = { act: 'reject', ret: false };
const DENY: Decision = { act: 'denied', ret: false };
const FULL: Decision = { act: 'full', ret: 'full' };
const UNUSABLE: Decision = { act: 'unusable', ret: false };

export function signInCommand(parts: SignInParts): OpenCommand {
  const keySignature = keySignatureOf(parts);
  const budget = new SignInBudget(parts);
  return {
    name: '_auth', from: 'open', bytesMax: SIZES.small,
    rule: 'Anyone; the key that is shown must be the accepted one of its id, and only its holder can open the reply',
    async run(load, sender) {
      const request = readSignIn(load);
      if (typeof request.id !== 'string') return clearText(REFUSED.notText(request.id));
      if (request.id.includes('\0')) return clearText(REFUSED.nullByte);
      if (!isSignatureAlgorithm(request.sigAlgo)) return { kind: 'frame', frame: encodeUnsignedRefusal('bad sig algo') };
      if (request.nonce === undefined || request.pub === undefined) return clearText(REFUSED.exception);
      if (!isEncryptionAlgorithm(request.encAlgo)) {
        return request.token === undefined ? clearText(REFUSED.exception) : { kind: 'frame', frame: encodeUnsignedRefusal('bad enc algo') };
      }
      if (!budget.mayAsk(parseMinionId(request.id), cleanPem(request.pub), sender.kind === 'unproven' ? sender.peer : { connection: sender.id })) return { kind: 'refused', why: 'too_many' };
      return answer(parts, { ...request, id: request.id, nonce: request.nonce, pub: request.pub, encAlgo: request.encAlgo, sigAlgo: request.sigAlgo }, keySignature);
    },
  };
}

const clearText = (text: string): Reply => ({ kind: 'frame', frame: encodeRefusal(text) });

type ReadableRequest = Omit<SignInRequest, 'id' | 'encAlgo' | 'sigAlgo'> & {
  readonly id: string; readonly nonce: string; readonly pub: string; readonly encAlgo: EncryptionAlgorithm; readonly sigAlgo: SignatureAlgorithm;
};

async function answer(parts: SignInParts, request: ReadableRequest, keySignature: () => Buffer): Promise<Reply> {
  const { sigAlgo, nonce } = request;
  const id = parseMinionId(request.id);
  const pem = cleanPem(request.pub);
  const decision = id === undefined ? DENY : decide(parts, id, pem, request);
  if (parts.authEvents && id !== undefined && decision !== UNUSABLE) {
    parts.bus.fire('salt/auth', { result: decision.ret === 'full' ? false : decision.ret, act: decision.act, id, pub: pem });
  }
  parts.log[decision.act === 'accept' ? 'debug' : 'info']({ id: shownName(request.id), act: decision.act }, 'sign-in');
  if (id === undefined || decision.act !== 'accept') {
    return signed(parts, encodeRefused(decision.ret, nonce), sigAlgo);
  }
  return signed(parts, await accepted(parts, id, pem, request, keySignature()), sigAlgo);
}

async function signed(parts: SignInParts, load: Buffer, sigAlgo: SignatureAlgorithm): Promise<Reply> {
  return { kind: 'frame', frame: encodeSigned(load, await parts.privateKey.signAsync(load, sigAlgo)) };
}

async function accepted(parts: SignInParts, id: MinionId, pem: string, request: ReadableRequest, keySignature: Buffer): Promise<Buffer> {
  const minionKey = loadPublicKey(pem);
  // All that the decision grants is made at once; only the proof is waited for, off the loop.
  const aes = minionKey.encrypt(Buffer.from(parts.envelope.keyString), request.encAlgo);
  const session = minionKey.encrypt(Buffer.from(parts.sessions.issue(id, pem)), request.encAlgo);
  const token = request.token === undefined ? undefined : await decrypted(parts.privateKey, request.token, request.encAlgo);
  return encodeAccepted({
    masterPub: parts.publicPem,
    publishPort: parts.publishPort,
    aes,
    session,
    token: token === undefined ? undefined : encryptedFor(minionKey, token, request.encAlgo),
    keySignature,
    pubSignature: parts.pubSignature?.(request.sigAlgo),
    nonce: request.nonce,
    isOurs: request.isOurs,
  });
}

/** The proof comes back only when it could be opened; a minion then knows that we hold the key. */
async function decrypted(key: RsaPrivateKey, block: Buffer, algo: EncryptionAlgorithm): Promise<Buffer | undefined> {
  try {
    return await key.decryptAsync(block, algo);
  } catch (error) {
    if (!(error instanceof DecryptError)) throw error;
    // Made for another key: the reply goes without it and the minion refuses us. Source: golden wire/auth.
    return undefined;
  }
}

function encryptedFor(key: RsaPublicKey, plain: Buffer, algo: EncryptionAlgorithm): Buffer | undefined {
  try {
    return key.encrypt(plain, algo);
  } catch {
    // Longer than a block of this key can hold: not a proof that a minion made.
    return undefined;
  }
}

/** Order of the decisions: wire-protocol 4.3. */
function decide(parts: SignInParts, id: MinionId, pem: string, request: ReadableRequest): Decision {
  const { keys } = parts;
  const weak = checkPublicKey(pem);
  if (weak !== undefined) {
    parts.log.warn({ id, weak }, 'sign-in refused: unusable key');
    return UNUSABLE;
  }
  if (parts.minionsMax > 0 && parts.connectedCount() >= parts.minionsMax && parts.isConnected(id) !== true) return FULL;
  if (parts.openMode) {
    keys.write('accepted', id, pem);
    return ACCEPT;
  }
  const known = keys.stateOf(id);
  if (known?.state === 'rejected') return REJECT;
  if (known?.state === 'accepted') return known.pem === pem ? ACCEPT : deny(parts, id, pem);
  const auto = decideAutosign(id, request.autosignGrains, parts.autosign);
  if (known === undefined) return decideNew(parts, id, pem, auto);
  if (auto === 'reject') {
    keys.remove('pending', id);
    keys.write('rejected', id, pem);
    return REJECT;
  }
  if (known.pem !== pem) return deny(parts, id, pem);
  if (auto === 'ask') return PEND;
  keys.move(id, 'pending', 'accepted');
  return ACCEPT;
}

function decideNew(parts: SignInParts, id: MinionId, pem: string, auto: 'accept' | 'reject' | 'ask'): Decision {
  if (auto === 'accept') {
    parts.keys.write('accepted', id, pem);
    return ACCEPT;
  }
  if (auto === 'reject') {
    parts.keys.write('rejected', id, pem);
    return REJECT;
  }
  if (parts.keys.count('pending') >= parts.pendingMax) {
    parts.bounds.hit('pending_keys', { id });
    return FULL;
  }
  parts.keys.write('pending', id, pem);
  return PEND;
}

/** Keeps the first key that came under a name that is not its own. */
function deny(parts: SignInParts, id: MinionId, pem: string): Decision {
  if (parts.keys.read('denied', id) !== undefined) return DENY;
  if (parts.keys.count('denied') < parts.pendingMax) parts.keys.write('denied', id, pem);
  else parts.bounds.hit('denied_keys', { id });
  return DENY;
}

/** The inner signature covers only the shared key: it is made once for each key. */
function keySignatureOf(parts: SignInParts): () => Buffer {
  let signedKey = '';
  let signature: Buffer = Buffer.alloc(0);
  return () => {
    const key = parts.envelope.keyString;
    if (signedKey !== key) {
      signature = x931Sign(parts.privateKey, Buffer.from(createHash('sha256').update(key).digest('hex')));
      signedKey = key;
    }
    return signature;
  };
}
