/** Sends recorded requests to a running master: sealed ones with the session keys of this run. */
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { binaryFields, decodeNetwork, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { openLoad, sealLoad } from '../../../src/bus/crypto/crypticle.js';
import { pushEvents } from '../../../src/bus/event/local-client.js';
import { readSignInReply } from '../../../src/bus/wire/sign-in.js';
import { isEncryptionAlgorithm } from '../../../src/bus/crypto/algorithms.js';
import { isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { bytesOf, isJsonMap, type Json, type JsonMap, type KeyRing, type RecordedReply, type RecordedRequest } from '../../golden/wire/recordings.js';
import type { MasterHost } from '../../support/fleet/master.js';
import { askRaw, newNonce, nowSeconds } from '../../support/fleet/raw-minion.js';

export interface RecordedRun {
  readonly name: string;
  readonly cmd: string | null;
  readonly request: RecordedRequest & { readonly load?: Json };
  readonly reply: RecordedReply | null;
  readonly auth_events?: readonly { readonly data: JsonMap }[];
}

const OUTER = binaryFields('load', 'load.token', 'load.sig');
/** How long to wait for a reply that may be withheld. */
const REPLY_MS = 8000;

export class Replay {
  readonly keys: KeyRing;
  readonly #master: MasterHost;
  /** Recorded session key to that of this run. */
  readonly #sessions = new Map<string, string>();
  /** Frames made for recorded frames: the same bytes are sent where the same bytes were recorded. */
  readonly #frames = new Map<string, Buffer>();
  readonly #texts = new Map<string, string>();

  constructor(master: MasterHost, keys: KeyRing) {
    this.#master = master;
    this.keys = keys;
  }

  /** A text of the recording that is another one in this run: the key of a local user. */
  replaceText(recorded: string, ours: string): void {
    this.#texts.set(recorded, ours);
  }

  /** Gives a minion the recorded session key, as if it had signed in before. */
  async plantSession(id: string, key: string): Promise<void> {
    rmSync(this.#master.path('cache/sessions', id), { force: true });
    writeFileSync(this.#master.path('cache/sessions', id), key, { mode: 0o600 });
    // Nothing that was sent in the second of the master's start counts as new in a session from before.
    await sleep(1000);
  }

  /** The key that is now what the recorded one was then. */
  sessionFor(recorded: string): string {
    return this.#sessions.get(recorded) ?? recorded;
  }

  async fire(tag: string): Promise<void> {
    await pushEvents(this.#master.bus.pull, [{ tag, data: {} }]);
  }

  async play(run: RecordedRun): Promise<Buffer | undefined> {
    const known = this.#frames.get(run.request.raw_b64);
    const frame = known ?? this.#frameOf(run);
    this.#frames.set(run.request.raw_b64, frame);
    const reply = await askRaw(this.#master.requestPort, frame, REPLY_MS);
    if (reply !== undefined) {
      this.#learnSession(run, reply);
      this.#learnToken(run, reply);
    }
    return reply;
  }

  #frameOf({ request }: RecordedRun): Buffer {
    const raw = bytesOf(request.raw_b64);
    if (request.not_msgpack !== undefined || raw.length === 0 || !isReadable(raw)) return raw;
    const outer = decodeNetwork(raw, { binary: OUTER });
    if (!isPlainMap(outer)) return raw;
    if (request.crypt_key !== undefined && outer['enc'] === 'aes') return encodeNetwork({ ...outer, load: this.#sealedAnew(outer, request.crypt_key) });
    if (!isPlainMap(outer['load'])) return raw;
    return encodeNetwork({ ...outer, load: this.replaced(outer['load']) as Value });
  }

  /** The value with those texts of the recording that are other ones in this run. */
  replaced<T extends Value | Json>(value: T): T {
    if (typeof value === 'string') return (this.#texts.get(value) ?? value) as T;
    // The token of a sign-in is bytes, that of a login, in the same place, is text.
    if (value instanceof Uint8Array) return (this.#texts.get(Buffer.from(value).toString('latin1')) ?? value) as T;
    if (Array.isArray(value)) return value.map((item: Value | Json) => this.replaced(item)) as unknown as T;
    if (!isPlainMap(value as Value)) return value;
    return Object.fromEntries(Object.entries(value as PlainMap).map(([name, item]) => [name, this.replaced(item)])) as unknown as T;
  }

  #sealedAnew(outer: PlainMap, recordedKey: string): Buffer {
    const load = decodeNetwork(openLoad(recordedKey, outer['load'] as Buffer).bytes, { binary: binaryFields('tok', 'sig') });
    const fresh: PlainMap = isPlainMap(load) ? { ...load } : {};
    if ('nonce' in fresh) fresh['nonce'] = newNonce();
    if ('ts' in fresh) fresh['ts'] = nowSeconds();
    return sealLoad(this.sessionFor(recordedKey), encodeNetwork(fresh));
  }

  /** A token that was given then and now. */
  #learnToken(run: RecordedRun, frame: Buffer): void {
    const { value } = run.reply ?? {};
    if (run.name !== 'mk_token' || !isJsonMap(value) || typeof value['token'] !== 'string') return;
    const ours = decodeNetwork(frame);
    if (isPlainMap(ours) && typeof ours['token'] === 'string') this.replaceText(value['token'], ours['token']);
  }

  /** A sign-in that was accepted then and now: their session keys belong together. */
  #learnSession(run: RecordedRun, frame: Buffer): void {
    const { decrypted, decrypted_with_key: name, enc_algo: algo } = run.reply ?? {};
    if (decrypted === undefined || name === undefined || !isEncryptionAlgorithm(algo)) return;
    const { answer } = readSignInReply(frame);
    if (answer.kind === 'accepted') this.#sessions.set(decrypted.session, this.keys.privateKey(name).decrypt(answer.session, algo).toString('utf8'));
  }
}

function isReadable(raw: Buffer): boolean {
  try {
    decodeNetwork(raw);
    return true;
  } catch {
    // Recorded because it is broken.
    return false;
  }
}
