/** The four ports of the transport. Frames are opaque: no cryptography, no codec. */
import { TsaltError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';

/** No reply arrived in time. The request may have been acted on. */
export class RequestTimeoutError extends TsaltError {
  readonly code = 'transport.timeout';
  constructor(peer: string, timeoutMs: number, cause?: unknown) {
    super(`No reply from ${peer} within ${timeoutMs} ms`, { context: { peer, timeoutMs }, cause });
  }
}

/** The transport was closed while something waited for it. */
export class TransportClosedError extends TsaltError {
  readonly code = 'transport.closed';
  constructor(peer: string) {
    super(`Connection to ${peer} is closed`, { context: { peer } });
  }
}

/** An address cannot be bound: taken, not ours, or not allowed. */
export class BindError extends TsaltError {
  readonly code = 'transport.bind';
  constructor(address: string, cause: unknown) {
    super(`Cannot listen on ${address}: ${cause instanceof Error ? cause.message : String(cause)}`, { context: { address }, cause });
  }
}

/** The asking end of the request port. One instance serves many callers; replies never cross. */
export interface RequestClient extends AsyncDisposable {
  /**
   * @throws RequestTimeoutError when no reply came in time
   * @throws TransportClosedError after disposal
   */
  request(frame: Uint8Array, options: RequestOptions): Promise<Buffer>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Who sent a request, as far as the transport knows: not an identity. */
export interface Peer {
  /** A hexadecimal number that changes with each connection. */
  readonly connection: string;
  /** Where it comes from; undefined when the transport does not tell. */
  readonly address?: string | undefined;
  /** An accepted minion speaks here: of those that are not known, one goes first when room is short. */
  settle?(): void;
  /** Nothing more of it is read for so long, unless it is settled. */
  rest?(ms: number): void;
}

/** Gives the reply, or undefined for none: the caller will ask again. */
export type RequestHandler = (frame: Buffer, peer: Peer) => Promise<Uint8Array | undefined>;

/** Says whether a connection of this address may be opened. */
export type ConnectionGate = (address: string) => boolean;

/** What a port takes at most: whoever goes beyond it is refused something, and `onBound` is told. */
export type TransportBound =
  | 'open_requests' | 'unfinished_requests' | 'slow_messages' | 'waiting_replies' | 'waiting_publications' | 'subscriptions' | 'handshakes';

export interface ServerOptions {
  /** `tcp://127.0.0.1:4506`, `tcp://[::1]:4506`; with `*` as port one that is free. */
  readonly address: string;
  readonly ipv6: boolean;
  readonly backlog: number;
  /** Of all frames of one message. */
  readonly frameBytesMax: number;
  /** Asked before anything of a new connection is read. */
  readonly gate?: ConnectionGate | undefined;
  readonly onBound?: ((name: TransportBound, facts: Readonly<Record<string, string | number>>) => void) | undefined;
  /** Probes of the system on silent connections: on unless false. */
  readonly tcpKeepalive?: boolean;
  readonly tcpKeepaliveIdleSeconds?: number;
  /** A connection that does not say what it is by then is closed. */
  readonly handshakeMs?: number;
  /** So many connections may be in their handshake; one more, and the oldest of them goes. */
  readonly handshakesMax?: number;
  /** A connection that is silent for so long is asked for a sign of life; 0: never. */
  readonly heartbeatMs?: number;
  /** How long such a sign may take. */
  readonly heartbeatTimeoutMs?: number;
  readonly log: Logger;
}

export interface RequestServer extends AsyncDisposable {
  /** As bound, e.g. `tcp://127.0.0.1:4506`. */
  readonly address: string;
  readonly counters: Readonly<Record<'served' | 'refused' | 'waiting', number>>;
}

export interface PublishOptions extends ServerOptions {
  /** Messages that one subscriber may be behind; beyond these it loses messages. */
  readonly hwm: number;
}

export interface PublishServer extends AsyncDisposable {
  readonly address: string;
  readonly counters: Readonly<Record<string, number>>;
  /** `frames` are one payload, or a topic and a payload. Rejects when closed. */
  publish(frames: readonly Uint8Array[]): Promise<void>;
  /** Topics somebody subscribed to since the last call ended, and those nobody subscribes to any more. */
  onSubscription(listener: (topic: Buffer, subscribed: boolean) => void): void;
}

/** A subscription; iterating gives the frames of each publication. */
export interface Subscriber extends AsyncDisposable, AsyncIterable<Buffer[]> {}
