/**
 * The request port (ROUTER): each request is answered on the connection it came by, whatever that calls itself.
 *
 * Who sends much has to wait: beyond its share, or that of all, a connection is not read until there is room.
 */
import { deferred, within } from '../../../kernel/std/async.js';
import type { RequestHandler, RequestServer, ServerOptions } from '../contract.js';
import { encodeFrame, encodeHead, encodeMessage, MORE } from './frames.js';
import { Listener } from './listener.js';
import type { PeerOwner, PeerRules, ZmtpPeer } from './peer.js';
import { Strangers } from './strangers.js';
import { ZmtpError } from './zmtp-error.js';

const MIB = 1024 * 1024;

/** Replaced in tests. */
export interface RequestLimits {
  /** Requests being answered at once, and their bytes. */
  readonly open: number;
  readonly openBytes: number;
  /** Of one connection; a client of the protocol has one. */
  readonly openOfPeer: number;
  /** Bytes of requests that are not whole, of all connections. */
  readonly unfinishedBytes: number;
  /** Replies that wait to be written to one connection: beyond these bytes it is not read. */
  readonly behindBytes: number;
  /** Beyond these its replies are dropped. */
  readonly behindBytesMax: number;
  readonly behindBytesOfAll: number;
}

const LIMITS: RequestLimits = {
  open: 20_000, openBytes: 512 * MIB, openOfPeer: 100, unfinishedBytes: 512 * MIB, behindBytes: MIB, behindBytesMax: 64 * MIB, behindBytesOfAll: 512 * MIB,
};
/** How often it is looked whether a rest is over. */
const SLOWED_LOOK_MS = 100;
/** At the end requests that are being answered get this time. */
const ANSWER_MS = 500;
/** Longer payloads are not copied behind their head. */
const COPIED_BYTES_MAX = 16 * 1024;
const EMPTY = Buffer.alloc(0);
const DELIMITER = encodeFrame(MORE, EMPTY);

/** @throws BindError */
export async function serveRequests(options: ServerOptions, handle: RequestHandler, limits: Partial<RequestLimits> = {}): Promise<RequestServer> {
  const port = new RequestPort(options, handle, { ...LIMITS, ...limits });
  await port.open();
  return port;
}

class RequestPort implements RequestServer, PeerOwner {
  readonly rules: PeerRules;
  readonly #options: ServerOptions;
  readonly #handle: RequestHandler;
  readonly #limits: RequestLimits;
  readonly #listener: Listener;
  readonly #counters = { served: 0, refused: 0, waiting: 0, dropped: 0 };
  /** Connections that are not read, until there is room again. */
  readonly #resting = new Set<ZmtpPeer>();
  /** Connections that are not read until a time, the earliest first. */
  readonly #slowed = new Map<ZmtpPeer, number>();
  readonly #strangers = new Strangers<ZmtpPeer>();
  #slowTimer: NodeJS.Timeout | undefined;
  readonly #idle = deferred<void>();
  #willWake = false;
  #address = '';
  #isClosed = false;
  #openBytes = 0;
  #unfinishedBytes = 0;
  #behindBytes = 0;

  constructor(options: ServerOptions, handle: RequestHandler, limits: RequestLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#handle = handle;
    this.#listener = new Listener(options, this.#strangers);
    this.rules = { socketType: 'ROUTER', peerTypes: new Set(['REQ', 'DEALER', 'ROUTER']), messageBytesMax: options.frameBytesMax, framesKept: 2 };
  }
  async open(): Promise<void> {
    this.#address = await this.#listener.open(this);
  }

  get address(): string {
    return this.#address;
  }

  get counters() {
    return { ...this.#counters, ...this.#listener.counters, connections: this.#listener.peers.size };
  }

  opened(peer: ZmtpPeer): void {
    this.#listener.opened(peer);
  }

  message(peer: ZmtpPeer, [empty, payload]: Buffer[], count: number): void {
    if (this.#isClosed) return;
    if (payload === undefined || empty?.length !== 0 || count !== 2) {
      this.#counters.refused += 1;
      this.#options.log.debug({ frames: count, connection: peer.connection }, 'malformed request envelope refused');
      return;
    }
    this.#counters.waiting += 1;
    this.#openBytes += payload.length;
    peer.open += 1;
    void this.#answer(peer, payload);
    if (peer.open >= this.#limits.openOfPeer) this.#rest(peer);
    if (!this.#isFull()) return;
    this.#options.onBound?.('open_requests', { waiting: this.#counters.waiting });
    this.#rest(peer);
  }

  command(): void {
    // Nothing but messages is asked of this port.
  }

  moved(peer: ZmtpPeer): void {
    if (peer.isGone) return;
    const [unfinished, behind] = [peer.unfinishedBytes, peer.waitingBytes];
    this.#unfinishedBytes += unfinished - peer.unfinished;
    this.#behindBytes += behind - peer.behind;
    peer.unfinished = unfinished;
    peer.behind = behind;
    if (behind > this.#limits.behindBytes || this.#isFull()) this.#rest(peer);
    else if (this.#resting.size > 0) this.#wake();
    if (unfinished > 0 && this.#unfinishedBytes > this.#limits.unfinishedBytes) this.#closeLargest();
  }

  closed(peer: ZmtpPeer, fault: ZmtpError | undefined): void {
    this.#forget(peer);
    this.#resting.delete(peer);
    this.#slowed.delete(peer);
    this.#listener.closed(peer, fault);
  }

  settled(peer: ZmtpPeer): void {
    this.#strangers.delete(peer);
  }

  rests(peer: ZmtpPeer, ms: number): void {
    peer.pause();
    this.#slowed.delete(peer);
    this.#slowed.set(peer, performance.now() + ms);
    this.#slowTimer ??= setInterval(() => this.#endRests(), SLOWED_LOOK_MS).unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#slowTimer);
    for (const peer of this.#listener.peers) peer.pause();
    if (this.#counters.waiting > 0) await within(this.#idle.promise, ANSWER_MS, undefined);
    await this.#listener.close();
  }

  async #answer(peer: ZmtpPeer, payload: Buffer): Promise<void> {
    try {
      const reply = await this.#handle(payload, peer);
      this.#counters.served += 1;
      if (reply !== undefined) this.#reply(peer, Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength));
    } catch (err) {
      if (!this.#isClosed) this.#options.log.error({ err }, 'request failed');
    } finally {
      this.#counters.waiting -= 1;
      this.#openBytes -= payload.length;
      peer.open -= 1;
      if (this.#resting.size > 0) this.#wake();
      if (this.#isClosed && this.#counters.waiting === 0) this.#idle.resolve();
    }
  }

  #reply(peer: ZmtpPeer, payload: Buffer): void {
    const { waitingBytes } = peer;
    if (waitingBytes > 0 && (waitingBytes + payload.length > this.#limits.behindBytesMax || this.#behindBytes + payload.length > this.#limits.behindBytesOfAll)) {
      this.#counters.dropped += 1;
      this.#options.onBound?.('waiting_replies', { connection: peer.connection, bytes: waitingBytes });
      return;
    }
    if (payload.length <= COPIED_BYTES_MAX) peer.send(encodeMessage([EMPTY, payload]));
    else peer.send(DELIMITER, encodeHead(0, payload.length), payload);
    this.moved(peer);
  }

  #isFull(): boolean {
    return this.#counters.waiting >= this.#limits.open || this.#openBytes >= this.#limits.openBytes;
  }

  #rest(peer: ZmtpPeer): void {
    peer.pause();
    this.#resting.add(peer);
  }

  /** Whoever has room goes on, in the next turn of the loop: nobody holds it. */
  #wake(): void {
    if (this.#willWake) return;
    this.#willWake = true;
    setImmediate(() => {
      this.#willWake = false;
      if (this.#isClosed) return;
      for (const peer of this.#resting) {
        if (this.#isFull()) return;
        if (this.#slowed.has(peer)) continue;
        if (peer.open > this.#limits.openOfPeer / 2 || peer.waitingBytes > this.#limits.behindBytes) continue;
        this.#resting.delete(peer);
        peer.goOn();
      }
    });
  }

  /** Whose time is over is read again. */
  #endRests(): void {
    const now = performance.now();
    for (const [peer, untilMs] of this.#slowed) {
      if (untilMs > now) break;
      this.#slowed.delete(peer);
      this.#resting.add(peer);
    }
    if (this.#resting.size > 0) this.#wake();
    if (this.#slowed.size > 0) return;
    clearInterval(this.#slowTimer);
    this.#slowTimer = undefined;
  }

  #forget(peer: ZmtpPeer): void {
    this.#unfinishedBytes -= peer.unfinished;
    this.#behindBytes -= peer.behind;
    peer.unfinished = 0;
    peer.behind = 0;
  }

  /** Who holds most has to begin anew. */
  #closeLargest(): void {
    let largest: ZmtpPeer | undefined;
    for (const peer of this.#listener.peers) if (peer.unfinished > (largest?.unfinished ?? 0)) largest = peer;
    if (largest === undefined) return;
    this.#options.onBound?.('unfinished_requests', { address: largest.address, bytes: largest.unfinished });
    this.#forget(largest);
    largest.close(new ZmtpError('too_large', { bytes: largest.unfinishedBytes }));
  }
}
