/**
 * The four ports of the transport inside one process, for tests: the same promises as over ZeroMQ, no sockets. Addresses are any text.
 */
import { asError, BoundedQueue, deferred, type Deferred } from '../../kernel/std/async.js';
import type { Logger } from '../../kernel/contract/log.js';
import {
  BindError, RequestTimeoutError, TransportClosedError, type PublishServer, type RequestClient, type RequestHandler, type RequestOptions,
  type RequestServer, type Subscriber,
} from './contract.js';

/** Publications a subscriber may be behind; the oldest are kept, as ZeroMQ does. */
const BEHIND_MAX = 1000;

interface Reader {
  readonly topics: readonly string[];
  readonly queue: BoundedQueue<Buffer[]>;
}

type SubscriptionListener = (topic: Buffer, subscribed: boolean) => void;

/** Servers and clients of one network find each other by address. */
export class MemoryNetwork {
  readonly #handlers = new Map<string, RequestHandler>();
  readonly #publishers = new Map<string, SubscriptionListener[]>();
  readonly #readers = new Map<string, Set<Reader>>();
  /** Told when a request server comes. */
  readonly #awaiting = new Map<string, Deferred<void>>();
  #connections = 0;

  /** @throws BindError */
  async serveRequests(options: { address: string; log: Logger }, handle: RequestHandler): Promise<RequestServer> {
    const { address, log } = options;
    if (this.#handlers.has(address)) throw new BindError(address, new Error('Address already in use'));
    const counters = { served: 0, refused: 0, waiting: 0 };
    this.#handlers.set(address, async (frame, peer) => {
      counters.waiting += 1;
      try {
        const reply = await handle(frame, peer);
        counters.served += 1;
        return reply;
      } catch (err) {
        log.error({ err }, 'request failed');
        return undefined;
      } finally {
        counters.waiting -= 1;
      }
    });
    this.#awaiting.get(address)?.resolve();
    this.#awaiting.delete(address);
    return {
      address, counters,
      [Symbol.asyncDispose]: () => Promise.resolve(void this.#handlers.delete(address)),
    };
  }

  requestClient(address: string): RequestClient {
    const connection = String((this.#connections += 1));
    const inFlight = new Set<Deferred<never>>();
    let closed = false;
    const ask = async (frame: Uint8Array): Promise<Buffer> => {
      let handle = this.#handlers.get(address);
      for (; handle === undefined; handle = this.#handlers.get(address)) await this.#served(address);
      const reply = await handle(Buffer.from(frame), { connection });
      return reply === undefined ? new Promise<Buffer>(() => undefined) : Buffer.from(reply);
    };
    return {
      async request(frame: Uint8Array, { timeoutMs, signal }: RequestOptions): Promise<Buffer> {
        if (closed) throw new TransportClosedError(address);
        signal?.throwIfAborted();
        const failed = deferred<never>();
        const timer = setTimeout(() => failed.reject(new RequestTimeoutError(address, timeoutMs)), timeoutMs);
        const onAbort = (): void => failed.reject(asError(signal?.reason));
        inFlight.add(failed);
        signal?.addEventListener('abort', onAbort, { once: true });
        try {
          return await Promise.race([ask(frame), failed.promise]);
        } finally {
          clearTimeout(timer);
          inFlight.delete(failed);
          signal?.removeEventListener('abort', onAbort);
        }
      },
      async [Symbol.asyncDispose]() {
        closed = true;
        for (const request of inFlight) request.reject(new TransportClosedError(address));
        await Promise.resolve();
      },
    };
  }

  /** @throws BindError */
  async servePublications(address: string): Promise<PublishServer> {
    if (this.#publishers.has(address)) throw new BindError(address, new Error('Address already in use'));
    const listeners: SubscriptionListener[] = [];
    this.#publishers.set(address, listeners);
    let closed = false;
    return {
      address,
      counters: {},
      publish: async (frames) => {
        if (closed) throw new TransportClosedError(address);
        const topic = Buffer.from(frames[0] ?? []).toString('latin1');
        for (const { topics, queue } of this.#readers.get(address) ?? []) {
          if (topics.some((wanted) => topic.startsWith(wanted))) queue.push(frames.map((frame) => Buffer.from(frame)));
        }
        await Promise.resolve();
      },
      onSubscription: (listener) => {
        listeners.push(listener);
        for (const { topics } of this.#readers.get(address) ?? []) for (const topic of topics) listener(Buffer.from(topic), true);
      },
      [Symbol.asyncDispose]: () => {
        closed = true;
        this.#publishers.delete(address);
        return Promise.resolve();
      },
    };
  }

  subscribe(address: string, topics: readonly string[]): Subscriber {
    const reader: Reader = { topics, queue: new BoundedQueue(BEHIND_MAX) };
    const readers = this.#readers.get(address) ?? new Set();
    this.#readers.set(address, readers.add(reader));
    this.#tell(address, topics, true);
    return {
      [Symbol.asyncIterator]: () => reader.queue[Symbol.asyncIterator](),
      [Symbol.asyncDispose]: () => {
        if (readers.delete(reader)) this.#tell(address, topics, false);
        reader.queue.close();
        return Promise.resolve();
      },
    };
  }

  #tell(address: string, topics: readonly string[], subscribed: boolean): void {
    for (const listener of this.#publishers.get(address) ?? []) for (const topic of topics) listener(Buffer.from(topic), subscribed);
  }

  #served(address: string): Promise<void> {
    const known = this.#awaiting.get(address) ?? deferred<void>();
    this.#awaiting.set(address, known);
    return known.promise;
  }
}
