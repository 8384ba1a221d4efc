/** A minion written by hand, so that each of its messages can be wrong: it signs in, seals loads and reads replies. */
import { randomBytes } from 'node:crypto';
import { decodeNetwork, encodeNetwork, binaryFields } from '../../../src/bus/codec/codec.js';
import { openLoad, sealLoad } from '../../../src/bus/crypto/crypticle.js';
import { generateRsaKeyPair, loadPrivateKey, type RsaPrivateKey } from '../../../src/bus/crypto/rsa.js';
import { x931Sign } from '../../../src/bus/crypto/x931.js';
import { RequestTimeoutError } from '../../../src/bus/transport/contract.js';
import { requestClient } from '../../../src/bus/transport/zeromq.js';
import { readSignInReply, signInLoad, type SignInAnswer } from '../../../src/bus/wire/sign-in.js';
import { isBytes, type PlainMap, type Value } from '../../../src/kernel/std/value.js';

const REPLY_MS = 20_000;
/** IV, one block, authentication code; the texts of refusals are shorter. */
const SEALED_BYTES_MIN = 64;
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

/** What came back: a sealed value, a value in clear, or nothing. */
export type RawReply =
  | { readonly kind: 'sealed'; readonly value: Value; readonly nonce: string | undefined }
  | { readonly kind: 'clear'; readonly value: Value }
  | { readonly kind: 'none' };

export const newNonce = (): string => randomBytes(16).toString('hex');
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Sends one frame on a connection of its own; undefined when no reply comes in time. `from`: the local address of the connection. */
export async function askRaw(port: number, frame: Uint8Array, timeoutMs = REPLY_MS, from?: string): Promise<Buffer | undefined> {
  const to = `127.0.0.1:${port}`;
  const client = requestClient({ address: from === undefined ? `tcp://${to}` : `tcp://${from}:0;${to}`, ipv6: false, frameBytesMax: FRAME_BYTES_MAX, tcpKeepaliveIdleSeconds: 300 });
  try {
    return await client.request(frame, { timeoutMs });
  } catch (error) {
    if (error instanceof RequestTimeoutError) return undefined;
    throw error;
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

/** Asks in clear. */
export async function askClear(port: number, load: Value, outer: PlainMap = {}, timeoutMs = REPLY_MS): Promise<Value | undefined> {
  const reply = await askRaw(port, encodeNetwork({ enc: 'clear', load, version: 3, ...outer }), timeoutMs);
  return reply === undefined ? undefined : decodeNetwork(reply, { binary: binaryFields('load', 'sig') });
}

export class RawMinion {
  readonly id: string;
  readonly port: number;
  readonly privateKey: RsaPrivateKey;
  readonly publicPem: string;
  readonly from: string | undefined;
  session = '';

  constructor(id: string, port: number, privatePem: string, from?: string) {
    this.from = from;
    this.id = id;
    this.port = port;
    this.privateKey = loadPrivateKey(privatePem);
    this.publicPem = this.privateKey.publicKey.toPem();
  }

  static async make(id: string, port: number, from?: string): Promise<RawMinion> {
    return new RawMinion(id, port, (await generateRsaKeyPair()).privatePem, from);
  }

  async signIn(timeoutMs = REPLY_MS): Promise<SignInAnswer | undefined> {
    const load = signInLoad({ id: this.id, nonce: newNonce(), encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub: this.publicPem });
    const frame = await askRaw(this.port, encodeNetwork({ enc: 'clear', load, version: 3 }), timeoutMs, this.from);
    if (frame === undefined) return undefined;
    const { answer } = readSignInReply(frame);
    if (answer.kind === 'accepted') this.session = this.privateKey.decrypt(answer.session, 'OAEP-SHA1').toString('utf8');
    return answer;
  }

  /** The load with what every load of this minion carries; what is given wins. */
  complete(load: PlainMap, tok: Value = x931Sign(this.privateKey, Buffer.from('salt'))): PlainMap {
    return { nonce: newNonce(), ts: nowSeconds(), tok, id: this.id, ...load };
  }

  /** A sealed frame of exactly this load. */
  seal(load: Value, outer: PlainMap = {}): Buffer {
    return encodeNetwork({
      enc: 'aes', load: sealLoad(this.session, encodeNetwork(load)), version: 3, id: this.id, enc_algo: 'OAEP-SHA1', sig_algo: 'PKCS1v15-SHA1', ...outer,
    });
  }

  async send(frame: Uint8Array, timeoutMs = REPLY_MS): Promise<RawReply> {
    const reply = await askRaw(this.port, frame, timeoutMs, this.from);
    return reply === undefined ? { kind: 'none' } : this.read(reply);
  }

  read(frame: Buffer): RawReply {
    const value = decodeNetwork(frame, { rawBytes: true });
    if (!isBytes(value) || value.length < SEALED_BYTES_MIN) return { kind: 'clear', value: decodeNetwork(frame) };
    const { nonce, bytes } = openLoad(this.session, value);
    return { kind: 'sealed', value: decodeNetwork(bytes), nonce };
  }

  /** Asks as an honest minion does, with whatever the load overrides. */
  async ask(load: PlainMap, outer: PlainMap = {}, timeoutMs = REPLY_MS): Promise<RawReply> {
    return this.send(this.seal(this.complete(load), outer), timeoutMs);
  }
}
