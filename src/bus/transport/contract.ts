/** The four ports of the transport. Frames are opaque: no cryptography, no codec. */
import { TsaltError } from '../../kernel/contract/errors.js';

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
  /** Routing id in hex; changes with each connection. */
  readonly connection: string;
}

/** Gives the reply, or undefined for none: the caller will ask again. */
export type RequestHandler = (frame: Buffer, peer: Peer) => Promise<Uint8Array | undefined>;

export interface RequestServer extends AsyncDisposable {
  /** As bound, e.g. `tcp://127.0.0.1:4506`. */
  readonly address: string;
  readonly counters: { readonly served: number; readonly refused: number; readonly waiting: number };
}

export interface PublishServer extends AsyncDisposable {
  readonly address: string;
  /** `frames` are one payload, or a topic and a payload. Rejects when closed. */
  publish(frames: readonly Uint8Array[]): Promise<void>;
  /** Topics somebody subscribed to since the last call ended, and those nobody subscribes to any more. */
  onSubscription(listener: (topic: Buffer, subscribed: boolean) => void): void;
}

/** A subscription; iterating gives the frames of each publication. */
export interface Subscriber extends AsyncDisposable, AsyncIterable<Buffer[]> {}
