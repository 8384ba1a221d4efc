/**
 * Listens on an address and keeps the connections of one port: who may come, how long a greeting may take, who is still there.
 *
 * Intervals: read, Salt 3008.3 (wire-protocol, sections 1.1 and 1.2).
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from '../../../kernel/contract/log.js';
import { within } from '../../../kernel/std/async.js';
import { RateLimit } from '../../../kernel/std/rate-limit.js';
import { BindError, type ServerOptions } from '../contract.js';
import { hostsOf, readEndpoint } from './endpoint.js';
import { plainAddress, ZmtpPeer, type PeerOwner } from './peer.js';
import { Strangers } from './strangers.js';
import { ZmtpError } from './zmtp-error.js';

const HEARTBEAT_MS = 10_000;
const HEARTBEAT_TIMEOUT_MS = 30_000;
const KEEPALIVE_IDLE_SECONDS = 60;
const HANDSHAKE_MS = 10_000;
/** When a master begins anew all minions come at once: as many as the system lets wait, 1000, in one turn of the loop. */
const HANDSHAKES_MAX = 4000;
/** Refused connections that are left waiting, so that the other side does not try again at once. */
const REFUSED_MAX = 50;
/** In one of these parts of a second each connection is looked at. */
const LOOKS_A_SECOND = 4;
/** A look that comes so late found the process standing still (stopped, its machine paused): that is nobody's silence. */
const LATE_MS = 1000;
const LINGER_MS = 1000;
const FAULT_LINES = { perSecond: 1, burst: 10 };

export interface ListenerCounters {
  /** Connections that were closed because they did not follow the protocol. */
  broken: number;
  /** Connections that gave no sign of life. */
  silent: number;
}

export class Listener {
  readonly counters: ListenerCounters = { broken: 0, silent: 0 };
  readonly peers = new Set<ZmtpPeer>();
  readonly #options: ServerOptions;
  readonly #log: Logger;
  readonly #servers: Server[] = [];
  /** Connections before their handshake and when they came, the oldest first. */
  readonly #shaking = new Map<ZmtpPeer, number>();
  readonly #refused = new Map<Socket, number>();
  readonly #lines = new RateLimit(FAULT_LINES);
  /** Where connections can show who they are: those that did not yet. */
  readonly #strangers: Strangers<ZmtpPeer> | undefined;
  #owner: PeerOwner | undefined;
  #serial = 0;
  #looks = 0;
  #lookedMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ServerOptions, strangers?: Strangers<ZmtpPeer>) {
    this.#options = options;
    this.#strangers = strangers;
    this.#log = options.log;
  }

  /** Gives the address as bound. @throws BindError */
  async open(owner: PeerOwner): Promise<string> {
    this.#owner = owner;
    const { address } = this.#options;
    try {
      const endpoint = readEndpoint(address);
      let { port } = endpoint;
      for (const host of hostsOf(endpoint, this.#options.ipv6)) port = await this.#listen(host, port);
    } catch (cause) {
      for (const server of this.#servers) server.close();
      throw new BindError(address, cause);
    }
    this.#lookedMs = performance.now();
    this.#timer = setInterval(() => this.#look(), 1000 / LOOKS_A_SECOND).unref();
    return this.#servers.map((server) => addressText(server.address() as AddressInfo)).join(',');
  }

  /** Through the handshake. */
  opened(peer: ZmtpPeer): void {
    this.#shaking.delete(peer);
  }

  closed(peer: ZmtpPeer, fault: ZmtpError | undefined): void {
    this.peers.delete(peer);
    this.#shaking.delete(peer);
    this.#strangers?.delete(peer);
    if (fault === undefined) return;
    this.counters.broken += 1;
    if (fault.fault === 'internal') this.#log.error({ err: fault.cause, connection: peer.connection }, 'connection closed, reading it failed');
    else if (this.#lines.take()) this.#log.warn({ connection: peer.connection, ...fault.context }, 'connection closed, it does not follow the protocol');
  }

  /** No new connections; what is written goes out, for a moment. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#refused.keys()) socket.destroy();
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const peer of this.peers) peer.finish();
    await within(Promise.all(closed), LINGER_MS, undefined);
    for (const peer of this.peers) peer.close();
    await Promise.all(closed);
  }

  #listen(host: string, port: number): Promise<number> {
    const { tcpKeepalive, tcpKeepaliveIdleSeconds = KEEPALIVE_IDLE_SECONDS, backlog } = this.#options;
    const server = createServer({ noDelay: true, keepAlive: tcpKeepalive !== false, keepAliveInitialDelay: Math.max(0, tcpKeepaliveIdleSeconds) * 1000 });
    this.#servers.push(server);
    server.on('connection', (socket) => this.#connected(socket));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog }, () => {
        server.off('error', reject);
        server.on('error', (err) => {
          if (this.#lines.take()) this.#log.error({ err }, 'connection not taken');
        });
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #connected(socket: Socket): void {
    if (this.#owner === undefined || !(this.#mayCome(plainAddress(socket.remoteAddress)) || this.#makesRoom())) {
      this.#refuse(socket);
      return;
    }
    this.#serial += 1;
    const peer = new ZmtpPeer(socket, this.#serial, this.#owner);
    this.peers.add(peer);
    this.#shaking.set(peer, performance.now());
    this.#strangers?.add(peer);
    const [oldest] = this.#shaking.keys();
    const { handshakesMax = HANDSHAKES_MAX } = this.#options;
    if (this.#shaking.size <= handshakesMax || oldest === undefined) return;
    this.#options.onBound?.('handshakes', { address: oldest.address });
    this.#shaking.delete(oldest);
    oldest.close();
  }

  /** A gate that fails lets everybody in: it holds back floods, it does not prove anything. */
  #mayCome(address: string): boolean {
    try {
      return this.#options.gate?.(address) !== false;
    } catch (err) {
      this.#log.error({ err, address }, 'connection not looked at');
      return true;
    }
  }

  /** For a newcomer a stranger goes, of the address that has most of them: a crowd takes the place of nobody but itself. */
  #makesRoom(): boolean {
    const stranger = this.#strangers?.oldestOfCrowd();
    stranger?.close();
    return stranger !== undefined;
  }

  #refuse(socket: Socket): void {
    socket.pause();
    socket.on('error', () => undefined);
    socket.on('close', () => this.#refused.delete(socket));
    this.#refused.set(socket, performance.now());
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_MAX) oldest?.destroy();
  }

  #look(): void {
    const now = performance.now();
    const { heartbeatMs = HEARTBEAT_MS, heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS, handshakeMs = HANDSHAKE_MS } = this.#options;
    const lateMs = now - this.#lookedMs - 1000 / LOOKS_A_SECOND;
    this.#lookedMs = now;
    if (lateMs > LATE_MS) this.#excuse(lateMs);
    for (const [peer, sinceMs] of this.#shaking) {
      if (now - sinceMs < handshakeMs) break;
      this.counters.silent += 1;
      peer.close();
    }
    for (const [socket, sinceMs] of this.#refused) {
      if (now - sinceMs < handshakeMs) break;
      socket.destroy();
    }
    this.#looks += 1;
    for (const peer of this.peers) {
      if (peer.isReady && peer.serial % LOOKS_A_SECOND === this.#looks % LOOKS_A_SECOND) this.#lookAt(peer, now, heartbeatMs || Infinity, heartbeatTimeoutMs);
    }
  }

  #excuse(ms: number): void {
    for (const peer of this.peers) peer.excuse(ms);
    for (const [peer, sinceMs] of this.#shaking) this.#shaking.set(peer, sinceMs + ms);
  }

  #lookAt(peer: ZmtpPeer, now: number, heartbeatMs: number, timeoutMs: number): void {
    // Connections that came together are not all asked together.
    const spread = 1.1 + (peer.serial % 16) / 64;
    const state = peer.look(now, heartbeatMs * spread, heartbeatMs + timeoutMs);
    if (state === 'alive') return;
    if (state === 'slow') this.#options.onBound?.('slow_messages', { address: peer.address });
    else this.counters.silent += 1;
    peer.close();
  }
}

function addressText({ address, port }: AddressInfo): string {
  return `tcp://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
