/**
 * The request port: decode, prove, find the command, answer or refuse. Refusals are counted and logged, and the next
 * request is served.
 *
 * Source: wire-protocol 5.2; golden wire/errors.
 */
import { encodeNetwork, decodeNetwork } from '../../bus/codec/codec.js';
import { isEncryptionAlgorithm, isSignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import { openLoad, sealLoad } from '../../bus/crypto/crypticle.js';
import { loadPublicKey } from '../../bus/crypto/rsa.js';
import { x931Verify } from '../../bus/crypto/x931.js';
import type { Sessions } from '../../bus/channel/sessions.js';
import type { Peer } from '../../bus/transport/contract.js';
import { encodeRefusal, readRequest, REFUSED, type ClearRequest, type SealedRequest } from '../../bus/wire/request.js';
import { readBytes } from '../../bus/wire/shape.js';
import { parseMinionId, type MinionId } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KeyStore } from '../keys/key-store.js';
import type { CommandTable, MinionCommand, MinionSender, Reply } from './command.js';

export interface ServeParts {
  readonly table: CommandTable;
  readonly sessions: Sessions;
  readonly keys: KeyStore;
  readonly minimumVersion: number;
  /** Requests older than this are refused; 0: age is not looked at. */
  readonly requestTtlSeconds: number;
  readonly log: Logger;
}

export interface ServeCounters {
  served: number;
  refused: Record<string, number>;
}

/** Depth of nesting that a request may have. */
const DEPTH_MAX = 256;
const ROUTING_ERROR = { error: 'Routing error' } as const;
/** A real minion repeats the pillar request with the nonce of its first try. */
const NONCE_REUSED_BY = new Set(['_pillar']);

export class RequestDesk {
  readonly #parts: ServeParts;
  readonly counters: ServeCounters = { served: 0, refused: {} };

  constructor(parts: ServeParts) {
    this.#parts = parts;
  }

  /** Answers one frame. Gives undefined when there is to be no reply. */
  async answer(frame: Buffer, peer: Peer): Promise<Uint8Array | undefined> {
    let request;
    try {
      request = readRequest(frame, { bytesMax: this.#parts.table.bytesMax, depthMax: DEPTH_MAX });
    } catch (err) {
      this.#refuse('unreadable', { err, bytes: frame.length, connection: peer.connection });
      return isUnreadable(frame) ? encodeNetwork(ROUTING_ERROR) : encodeRefusal(REFUSED.badLoad);
    }
    try {
      return request.enc === 'clear' ? await this.#clear(request, peer, frame.length) : await this.#sealed(request, peer, frame.length);
    } catch (err) {
      this.#parts.log.error({ err, cmd: request.enc === 'clear' ? request.load['cmd'] : undefined }, 'request failed');
      return encodeRefusal(REFUSED.exception);
    }
  }

  async #clear(request: ClearRequest, peer: Peer, bytes: number): Promise<Uint8Array | undefined> {
    const { load } = request;
    const command = this.#parts.table.find('open', load['cmd']);
    if (command === undefined) {
      this.#refuse('unknown_command', { cmd: String(load['cmd']).slice(0, 80), connection: peer.connection });
      return load['cmd'] === undefined ? encodeRefusal(REFUSED.exception) : encodeNetwork({});
    }
    if (bytes > command.bytesMax) {
      this.#refuse('too_large', { cmd: command.name, bytes, connection: peer.connection });
      return encodeRefusal(REFUSED.badLoad);
    }
    if (command.name === '_auth' && request.version < this.#parts.minimumVersion) {
      this.#refuse('old_protocol', { version: request.version, id: String(load['id']).slice(0, 80) });
      return encodeRefusal(REFUSED.badLoad);
    }
    const answer = await command.run(load, { kind: 'unproven', connection: peer.connection });
    this.counters.served += 1;
    return answer.kind === 'value' ? encodeNetwork(answer.value) : answer.kind === 'frame' ? answer.frame : undefined;
  }

  async #sealed(request: SealedRequest, peer: Peer, bytes: number): Promise<Uint8Array | undefined> {
    const proven = this.#prove(request);
    if (proven.kind === 'refused') {
      this.#refuse(proven.why, { id: String(request.id).slice(0, 80), connection: peer.connection });
      return encodeRefusal(proven.text);
    }
    const { load, sender } = proven;
    const command = this.#parts.table.find('minion', load['cmd']);
    const answer = command === undefined ? this.#unknown(load, sender) : await this.#run(command, load, sender, bytes);
    if (answer.kind === 'nothing') return undefined;
    if (answer.kind === 'frame') return answer.frame;
    if (load['cmd'] === undefined) return encodeRefusal(REFUSED.exception);
    const crypticle = this.#parts.sessions.crypticle(sender.id);
    if (crypticle === undefined) return encodeRefusal(REFUSED.badLoad);
    return encodeNetwork(sealLoad(crypticle, encodeNetwork(answer.value), sender.nonce === '' ? undefined : sender.nonce));
  }

  #unknown(load: PlainMap, sender: MinionSender): Reply {
    this.#refuse('unknown_command', { cmd: String(load['cmd']).slice(0, 80), id: sender.id });
    return { kind: 'value', value: {} };
  }

  async #run(command: MinionCommand, load: PlainMap, sender: MinionSender, bytes: number): Promise<Reply> {
    if (bytes > command.bytesMax) {
      this.#refuse('too_large', { cmd: command.name, bytes, id: sender.id });
      return { kind: 'value', value: '' };
    }
    try {
      const answer = await command.run(load, sender);
      this.counters.served += 1;
      return answer;
    } catch (err) {
      this.#parts.log.error({ err, cmd: command.name, id: sender.id }, 'command failed');
      return { kind: 'value', value: '' };
    }
  }

  /** The sender's identity from its session key and its `tok`; nothing else in the request is believed. */
  #prove(request: SealedRequest): { kind: 'proven'; load: PlainMap; sender: MinionSender } | { kind: 'refused'; why: string; text: string } {
    const refused = (why: string, text: string = REFUSED.badLoad) => ({ kind: 'refused', why, text }) as const;
    const { sessions, keys, minimumVersion } = this.#parts;
    if (request.version < minimumVersion) return refused('old_protocol');
    if (typeof request.id !== 'string') return refused('bad_id', REFUSED.notText(request.id));
    const id = parseMinionId(request.id);
    if (id === undefined) return refused('bad_id', request.id.includes('\0') ? REFUSED.nullByte : REFUSED.badLoad);
    const crypticle = sessions.crypticle(id);
    if (crypticle === undefined) return refused('no_session');
    let load: Value;
    try {
      load = decodeNetwork(openLoad(crypticle, request.load).bytes, { depthMax: DEPTH_MAX });
    } catch {
      // Sealed with another key, or forged: both are answered alike, so that a sender learns nothing.
      return refused('not_sealed_by_session');
    }
    if (!isPlainMap(load)) return refused('no_map');
    if (load['id'] !== id) return refused('foreign_id');
    if (!this.#isFresh(load)) return refused('too_old');
    if (!this.#hasProof(id, load, keys)) return refused('no_proof');
    const nonce = typeof load['nonce'] === 'string' ? load['nonce'] : '';
    if (nonce !== '' && !sessions.takeNonce(id, nonce) && !NONCE_REUSED_BY.has(String(load['cmd']))) return refused('repeated');
    const sender: MinionSender = {
      kind: 'minion', id, nonce,
      encAlgo: isEncryptionAlgorithm(request.encAlgo) ? request.encAlgo : 'OAEP-SHA1',
      sigAlgo: isSignatureAlgorithm(request.sigAlgo) ? request.sigAlgo : 'PKCS1v15-SHA1',
    };
    delete load['tok'];
    delete load['nonce'];
    return { kind: 'proven', load, sender };
  }

  #isFresh(load: PlainMap): boolean {
    const { requestTtlSeconds } = this.#parts;
    if (requestTtlSeconds <= 0) return true;
    const ts = Number(load['ts'] ?? 0);
    return Math.abs(Date.now() / 1000 - ts) <= requestTtlSeconds;
  }

  /** `tok` must be signed by the accepted key. The same bytes are checked once for each session and key. */
  #hasProof(id: MinionId, load: PlainMap, keys: KeyStore): boolean {
    const pem = keys.read('accepted', id);
    if (pem === undefined || load['tok'] === undefined) return false;
    const tok = readBytes(load['tok'], 'load.tok');
    const known = this.#parts.sessions.provenTok(id, pem);
    if (known !== undefined) return known.equals(tok);
    if (!x931Verify(loadPublicKey(pem), tok, Buffer.from('salt'))) return false;
    this.#parts.sessions.setProvenTok(id, pem, Buffer.from(tok));
    return true;
  }

  #refuse(why: string, facts: Record<string, unknown>): void {
    this.counters.refused[why] = (this.counters.refused[why] ?? 0) + 1;
    this.#parts.log.warn({ why, ...facts }, 'request refused');
  }
}

/** True when the bytes are not even msgpack. */
function isUnreadable(frame: Buffer): boolean {
  try {
    decodeNetwork(frame, { depthMax: DEPTH_MAX });
    return false;
  } catch {
    // The reason was logged by the caller; here only the kind of refusal is wanted.
    return true;
  }
}
