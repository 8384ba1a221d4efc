/**
 * The request port: decode, prove, find the command, answer or refuse. Refusals are counted and logged, and the next
 * request is served.
 *
 * Source: wire-protocol 5.2; golden wire/errors.
 */
import { binaryFields, encodeNetwork, decodeNetwork } from '../../bus/codec/codec.js';
import { isEncryptionAlgorithm, isSignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import { encodeNetworkParts, largeHead } from '../../bus/codec/parts.js';
import { openLoad, sealLargeLoad, sealLoad, type Crypticle } from '../../bus/crypto/crypticle.js';
import { loadPublicKey } from '../../bus/crypto/rsa.js';
import { x931Verify } from '../../bus/crypto/x931.js';
import type { Sessions } from '../../bus/channel/sessions.js';
import type { Peer } from '../../bus/transport/contract.js';
import { encodeRefusal, EnvelopeShapeError, readRequest, REFUSED, type ClearRequest, type SealedRequest } from '../../bus/wire/request.js';
import { WireShapeError } from '../../bus/wire/shape.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import { parseMinionId, type MinionId } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { isBytes, isNumber, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KeyStore } from '../keys/key-store.js';
import type { CommandTable, MinionCommand, MinionSender, Reply } from './command.js';
import type { Bounds } from './bounds.js';
import { BOUNDS } from './bounds.data.js';
import { Refusals, shownCommand, shownName, type RefusalReason } from './refusals.js';

export interface ServeParts {
  readonly table: CommandTable;
  readonly sessions: Sessions;
  readonly keys: KeyStore;
  readonly minimumVersion: number;
  /** Requests older than this are refused; 0: age is not looked at. */
  readonly requestTtlSeconds: number;
  readonly bounds: Bounds;
  /** Hears how long each command took. */
  readonly times?: { note(command: string, tookMs: number): void };
  readonly log: Logger;
}

export interface ServeCounters {
  readonly served: number;
  /** Commands that failed. */
  readonly failed: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** Of list elements and map entries, a proven load may have as many as the codec allows. */
const { requestDepth: DEPTH_MAX, requestElements: UNPROVEN_ELEMENTS_MAX } = BOUNDS;
/** What the codec says of a message that is too much, not broken. */
const SHAPE_CODES: ReadonlySet<string> = new Set(['codec.too_deep', 'codec.too_large']);
const ROUTING_ERROR = { error: 'Routing error' } as const;
/** Source: golden wire/*; a reply can only repeat a nonce of this form. */
const NONCE = /^[0-9a-f]{32}$/;
const IV_BYTES = 16;
/** The proof of a load is no text. */
const BINARY = binaryFields('tok');

/** A request whose sender is known. The key is kept for the reply: the command may have ended the session. */
interface Proven {
  readonly kind: 'proven';
  readonly load: PlainMap;
  readonly sender: MinionSender;
  readonly crypticle: Crypticle;
}

export class RequestDesk {
  readonly #parts: ServeParts;
  readonly #refusals: Refusals;
  /** Requests of each minion that are being answered: one that asks for slow work must not take all places of the port. */
  readonly #open = new Map<string, number>();
  #served = 0;
  #failed = 0;

  constructor(parts: ServeParts) {
    this.#parts = parts;
    this.#refusals = new Refusals(parts.log);
  }

  get counters(): ServeCounters {
    return { served: this.#served, failed: this.#failed, refused: this.#refusals.counts };
  }

  /** Answers one frame. Gives undefined when there is to be no reply. */
  async answer(frame: Buffer, peer: Peer): Promise<Uint8Array | undefined> {
    let request;
    try {
      request = readRequest(frame, { bytesMax: this.#parts.table.bytesMax, depthMax: DEPTH_MAX, elementsMax: UNPROVEN_ELEMENTS_MAX });
    } catch (err) {
      if (err instanceof TsaltError && SHAPE_CODES.has(err.code)) this.#parts.bounds.hit('request_shape', { connection: peer.connection });
      this.#refuse('unreadable', { reason: err instanceof TsaltError ? err.code : 'unknown', bytes: frame.length, connection: peer.connection });
      if (err instanceof EnvelopeShapeError) return encodeRefusal(REFUSED.notMaps);
      return err instanceof WireShapeError ? encodeRefusal(REFUSED.badLoad) : encodeNetwork(ROUTING_ERROR);
    }
    try {
      return request.enc === 'clear' ? await this.#clear(request, peer, frame.length) : await this.#sealed(request, peer, frame.length);
    } catch (err) {
      if (err instanceof WireShapeError) {
        this.#refuse('unreadable', { reason: err.message, connection: peer.connection });
        return encodeRefusal(REFUSED.exception);
      }
      this.#failed += 1;
      this.#parts.log.error({ err, cmd: request.enc === 'clear' ? shownCommand(request.load['cmd']) : undefined, connection: peer.connection }, 'request failed');
      return encodeRefusal(REFUSED.exception);
    }
  }

  async #clear(request: ClearRequest, peer: Peer, bytes: number): Promise<Uint8Array | undefined> {
    const { load } = request;
    const command = this.#parts.table.find('open', load['cmd']);
    if (command === undefined) {
      this.#refuse('unknown_command', { cmd: shownCommand(load['cmd']), connection: peer.connection });
      return encodeNetwork({});
    }
    if (bytes > command.bytesMax) {
      this.#parts.bounds.hit('request_size', { cmd: command.name, bytes, connection: peer.connection });
      this.#refuse('too_large', { cmd: command.name, bytes, connection: peer.connection });
      return encodeRefusal(REFUSED.badLoad);
    }
    if (command.name === '_auth' && request.version < this.#parts.minimumVersion) {
      this.#refuse('old_protocol', { version: request.version, id: shownName(load['id']), connection: peer.connection });
      return encodeRefusal(REFUSED.badLoad);
    }
    const startedMs = performance.now();
    const answer = await command.run(load, { kind: 'unproven', peer });
    this.#parts.times?.note(command.name, performance.now() - startedMs);
    if (answer.kind === 'refused') {
      this.#refuse(answer.why, { cmd: command.name, connection: peer.connection });
      return answer.text === undefined ? undefined : encodeRefusal(answer.text);
    }
    this.#served += 1;
    return answer.kind === 'value' ? encodeNetwork(answer.value) : answer.kind === 'frame' ? answer.frame : undefined;
  }

  async #sealed(request: SealedRequest, peer: Peer, bytes: number): Promise<Uint8Array | undefined> {
    const proven = this.#prove(request);
    if (proven.kind === 'refused') {
      this.#refuse(proven.why, { id: shownName(request.id), connection: peer.connection });
      return encodeRefusal(proven.text);
    }
    const { load, sender, crypticle } = proven;
    peer.settle?.();
    const command = this.#parts.table.find('minion', load['cmd']);
    const answer = command === undefined ? this.#unknown(load, sender) : await this.#run(command, load, sender, bytes);
    if (answer.kind === 'nothing' || answer.kind === 'refused') return undefined;
    if (answer.kind === 'frame') return answer.frame;
    if (load['cmd'] === undefined) return encodeRefusal(REFUSED.exception);
    return sealedReply(crypticle, answer.value, sender.nonce === '' ? undefined : sender.nonce);
  }

  #unknown(load: PlainMap, sender: MinionSender): Reply {
    this.#refuse('unknown_command', { cmd: shownCommand(load['cmd']), id: sender.id });
    return { kind: 'value', value: {} };
  }

  async #run(command: MinionCommand, load: PlainMap, sender: MinionSender, bytes: number): Promise<Reply> {
    if (bytes > command.bytesMax) {
      this.#parts.bounds.hit('request_size', { cmd: command.name, bytes, id: sender.id });
      this.#refuse('too_large', { cmd: command.name, bytes, id: sender.id });
      return { kind: 'value', value: '' };
    }
    const open = this.#open.get(sender.id) ?? 0;
    if (open >= BOUNDS.requestsOfMinion) {
      this.#parts.bounds.hit('requests_of_minion', { id: sender.id });
      this.#refuse('too_many', { cmd: command.name, id: sender.id });
      return { kind: 'nothing' };
    }
    this.#open.set(sender.id, open + 1);
    const startedMs = performance.now();
    try {
      const answer = await command.run(load, sender);
      this.#served += 1;
      return answer;
    } catch (err) {
      if (err instanceof WireShapeError) this.#refuse('unreadable', { reason: err.message, cmd: command.name, id: sender.id });
      else this.#fail(err, command, sender);
      return { kind: 'value', value: '' };
    } finally {
      this.#parts.times?.note(command.name, performance.now() - startedMs);
      const left = (this.#open.get(sender.id) ?? 1) - 1;
      if (left > 0) this.#open.set(sender.id, left);
      else this.#open.delete(sender.id);
    }
  }

  #fail(err: unknown, command: MinionCommand, sender: MinionSender): void {
    this.#failed += 1;
    this.#parts.log.error({ err, cmd: command.name, id: sender.id }, 'command failed');
  }

  /** The sender's identity from its session key and its `tok`; nothing else in the request is believed. */
  #prove(request: SealedRequest): Proven | { kind: 'refused'; why: RefusalReason; text: string } {
    const refused = (why: RefusalReason, text: string = REFUSED.badLoad) => ({ kind: 'refused', why, text }) as const;
    const { sessions, keys, minimumVersion } = this.#parts;
    if (request.version < minimumVersion) return refused('old_protocol');
    if (typeof request.id !== 'string') return refused('bad_id', REFUSED.notText(request.id));
    const id = parseMinionId(request.id);
    if (id === undefined) return refused('bad_id', request.id.includes('\0') ? REFUSED.nullByte : REFUSED.badLoad);
    const crypticle = sessions.crypticle(id);
    if (crypticle === undefined) return refused('no_session');
    let load: Value;
    try {
      load = decodeNetwork(openLoad(crypticle, request.load).bytes, { depthMax: DEPTH_MAX, binary: BINARY });
    } catch {
      // Sealed with another key, or forged: both are answered alike, so that a sender learns nothing.
      return refused('not_sealed_by_session');
    }
    if (!isPlainMap(load)) return refused('no_map');
    if (load['id'] !== id) return refused('foreign_id');
    if (!this.#isFresh(load)) return refused('too_old');
    if (!this.#hasProof(id, load, keys)) return refused('no_proof');
    const nonce = load['nonce'] ?? '';
    if (typeof nonce !== 'string' || (nonce !== '' && !NONCE.test(nonce))) return refused('bad_nonce');
    const taken = sessions.take(id, request.load.subarray(0, IV_BYTES), secondsOf(load['ts']));
    if (taken !== 'taken') return refused(taken);
    const sender: MinionSender = {
      kind: 'minion', id, nonce,
      encAlgo: isEncryptionAlgorithm(request.encAlgo) ? request.encAlgo : 'OAEP-SHA1',
      sigAlgo: isSignatureAlgorithm(request.sigAlgo) ? request.sigAlgo : 'PKCS1v15-SHA1',
    };
    // Not `delete`: it makes a map slow for whoever has it next.
    const { tok: _tok, nonce: _nonce, ...rest } = load;
    return { kind: 'proven', load: rest, sender, crypticle };
  }

  #isFresh(load: PlainMap): boolean {
    const { requestTtlSeconds } = this.#parts;
    if (requestTtlSeconds <= 0) return true;
    return Math.abs(Date.now() / 1000 - secondsOf(load['ts'])) <= requestTtlSeconds;
  }

  /** `tok` must be signed by the accepted key. The same bytes are checked once for each session and key. */
  #hasProof(id: MinionId, load: PlainMap, keys: KeyStore): boolean {
    const pem = keys.readAccepted(id);
    const given = load['tok'];
    if (pem === undefined || !isBytes(given)) return false;
    const known = this.#parts.sessions.provenTok(id, pem);
    if (known !== undefined) return known.equals(given);
    const tok = Buffer.from(given);
    if (!x931Verify(loadPublicKey(pem), tok, Buffer.from('salt'))) return false;
    this.#parts.sessions.setProvenTok(id, pem, tok);
    return true;
  }

  #refuse(why: RefusalReason, facts: Readonly<Record<string, unknown>>): void {
    this.#refusals.add(why, facts);
  }
}

/** A time in whole seconds; 0 for what is none. */
const secondsOf = (value: Value | undefined): number => (isNumber(value) && Number.isFinite(Number(value)) ? Number(value) : 0);

/** The sealed reply as a network message. One with a piece of a file is made without copying that piece from buffer to buffer. */
function sealedReply(crypticle: Crypticle, value: Value, nonce: string | undefined): Uint8Array {
  const parts = encodeNetworkParts(value);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return encodeNetwork(sealLoad(crypticle, only, nonce));
  return sealLargeLoad(crypticle, parts, nonce, largeHead);
}
