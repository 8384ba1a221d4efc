/**
 * The key exchange `_auth`, as both sides write and read it.
 *
 * Source: wire-protocol section 4; golden wire/auth, startup, restart, signed.
 */
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { binaryFields, decodeNetwork, encodeNetwork } from '../codec/codec.js';
import { optionalText, readBytes, readMap, readText } from './shape.js';

/**
 * By this word a minion and a master of our own know each other: the minion says it, and the master answers it in the signed part. A
 * real master reads the fields it knows by name; a real minion gets what it gets from its own.
 */
const OURS = 'tsalt';

export interface SignInRequest {
  /** Not yet checked: may be anything. */
  readonly id: Value | undefined;
  readonly nonce: string | undefined;
  readonly encAlgo: string;
  readonly sigAlgo: string;
  /** Public key, PEM. */
  readonly pub: string | undefined;
  /** Encrypted with the master's key; comes back decrypted as proof. */
  readonly token: Buffer | undefined;
  readonly autosignGrains: PlainMap;
  /** The minion is of our own kind. */
  readonly isOurs: boolean;
}

export function readSignIn(load: PlainMap): SignInRequest {
  const token = load['token'];
  const grains = load['autosign_grains'];
  return {
    id: load['id'],
    nonce: optionalText(load['nonce']),
    encAlgo: optionalText(load['enc_algo']) ?? 'OAEP-SHA1',
    sigAlgo: optionalText(load['sig_algo']) ?? 'PKCS1v15-SHA1',
    pub: optionalText(load['pub']),
    token: token === undefined || token === null ? undefined : readBytes(token, 'load.token'),
    autosignGrains: isPlainMap(grains) ? grains : {},
    isOurs: load[OURS] === true,
  };
}

export function signInLoad(request: {
  id: string; nonce: string; encAlgo: string; sigAlgo: string; pub: string; token?: Uint8Array | undefined; autosignGrains?: PlainMap | undefined;
}): PlainMap {
  return {
    cmd: '_auth', id: request.id, nonce: request.nonce, enc_algo: request.encAlgo, sig_algo: request.sigAlgo, pub: request.pub,
    ...(request.token === undefined ? {} : { token: request.token }),
    ...(request.autosignGrains === undefined ? {} : { autosign_grains: request.autosignGrains }),
    [OURS]: true,
  };
}

/** What is inside the signed part of an accepting reply. Binary fields as bytes. */
export interface SignInAccepted {
  readonly kind: 'accepted';
  readonly publishPort: number;
  readonly masterPub: string;
  readonly aes: Buffer;
  readonly session: Buffer;
  readonly token: Buffer | undefined;
  /** X9.31 over the hex digest of the AES key text. */
  readonly keySignature: Buffer;
  readonly pubSignature: string | undefined;
  readonly nonce: string | undefined;
  /** The master is of our own kind. */
  readonly isOurs: boolean;
}

export type SignInAnswer =
  | SignInAccepted
  | { readonly kind: 'refused'; readonly ret: true | false | 'full'; readonly nonce: string | undefined }
  /** Not signed: the master does not know the algorithm, or could not read the request. */
  | { readonly kind: 'unsigned'; readonly text: string };

export interface SignInReply {
  readonly answer: SignInAnswer;
  /** Exactly the bytes that were signed; empty when unsigned. */
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
}

const OUTER = binaryFields('load', 'sig');
const INNER = binaryFields('aes', 'session', 'token', 'sig');

/** @throws CodecError, WireShapeError */
export function readSignInReply(frame: Uint8Array): SignInReply {
  const outer = decodeNetwork(frame, { binary: OUTER });
  const unsigned = (text: string): SignInReply => ({
    answer: { kind: 'unsigned', text }, signedBytes: Buffer.alloc(0), signature: Buffer.alloc(0),
  });
  if (typeof outer === 'string') return unsigned(outer);
  const reply = readMap(outer, 'reply');
  if (isPlainMap(reply['load'])) return unsigned(String(reply['load']['ret'] ?? 'no reason'));
  if (reply['load'] === undefined || reply['sig'] === undefined) return unsigned(optionalText(reply['error']) ?? 'the reply has no signature');
  const signedBytes = readBytes(reply['load'], 'reply.load');
  const inner = readMap(decodeNetwork(signedBytes, { binary: INNER }), 'reply.load');
  return { answer: readAnswer(inner), signedBytes, signature: readBytes(reply['sig'], 'reply.sig') };
}

function readAnswer(inner: PlainMap): SignInAnswer {
  const nonce = optionalText(inner['nonce']);
  if ('ret' in inner) {
    const ret = inner['ret'];
    return { kind: 'refused', ret: ret === true ? true : ret === 'full' ? 'full' : false, nonce };
  }
  return {
    kind: 'accepted',
    publishPort: Number(inner['publish_port'] ?? 0),
    masterPub: readText(inner['pub_key'], 'reply.pub_key'),
    aes: readBytes(inner['aes'], 'reply.aes'),
    session: readBytes(inner['session'], 'reply.session'),
    token: inner['token'] === undefined ? undefined : readBytes(inner['token'], 'reply.token'),
    keySignature: readBytes(inner['sig'], 'reply.sig'),
    pubSignature: optionalText(inner['pub_sig']),
    nonce,
    isOurs: inner[OURS] === true,
  };
}

/** The part of the reply that is signed: order of fields as real Salt. */
export function encodeAccepted(fields: {
  masterPub: string; publishPort: number; aes: Uint8Array; session: Uint8Array; token: Uint8Array | undefined;
  keySignature: Uint8Array; pubSignature: string | undefined; nonce: string; isOurs: boolean;
}): Buffer {
  return encodeNetwork({
    enc: 'pub',
    pub_key: fields.masterPub,
    publish_port: fields.publishPort,
    ...(fields.pubSignature === undefined ? {} : { pub_sig: fields.pubSignature }),
    ...(fields.token === undefined ? {} : { token: fields.token }),
    aes: fields.aes,
    session: fields.session,
    sig: fields.keySignature,
    nonce: fields.nonce,
    ...(fields.isOurs ? { [OURS]: true } : {}),
  });
}

export function encodeRefused(ret: boolean | 'full', nonce: string): Buffer {
  return encodeNetwork({ ret, nonce });
}

export function encodeSigned(load: Uint8Array, signature: Uint8Array): Buffer {
  return encodeNetwork({ enc: 'clear', load, sig: signature });
}

export function encodeUnsignedRefusal(text: string): Buffer {
  return encodeNetwork({ enc: 'clear', load: { ret: text } });
}
