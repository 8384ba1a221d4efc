/**
 * The unix sockets on which other programs of the host listen to the bus and fire: Salt's own names and frames.
 *
 * Source: golden wire/events (frames, socket modes).
 */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Logger } from '../../kernel/contract/log.js';
import type { BusEvent, EventBus } from './bus.js';
import { readEventFrame } from './frame.js';
import { Subscribers } from './subscribers.js';

export interface LocalSocketOptions {
  readonly bus: EventBus;
  readonly publishPath: string;
  readonly pullPath: string;
  /** Mode of the publishing socket: 0o660 on a master, 0o600 on a minion. */
  readonly publishMode: number;
  readonly eventBytesMax: number;
  /** A subscriber that is further behind than this loses events. */
  readonly subscriberBytesMax: number;
  /** What to do with an event that a local program fired. */
  readonly onPushed: (event: BusEvent) => void;
  /** A subscriber begins to lose events, or is disconnected, since it does not read. */
  readonly onSlow?: (behindBytes: number) => void;
  /** A connection was closed since there are too many. */
  readonly onFull?: (path: string) => void;
  readonly log: Logger;
}

const LENGTH_BYTES = 4;
/** Programs of the host on one socket at a time; more are closed at once. */
const CONNECTIONS_MAX = 1000;

export interface LocalSockets extends AsyncDisposable {
  /** Subscribers now; how many were disconnected since they did not read; events that slow ones did not get. */
  readonly counters: Subscribers['counters'];
}

export async function serveLocalSockets(options: LocalSocketOptions): Promise<LocalSockets> {
  const { eventBytesMax, subscriberBytesMax: bytesMax, onSlow, log } = options;
  const subscribers = new Subscribers({ eventBytesMax, bytesMax, onSlow, log, steadyNow: () => performance.now() });
  mkdirSync(dirname(options.publishPath), { recursive: true, mode: 0o750 });
  const onError = (err: unknown): void => options.log.error({ err }, 'local connection not accepted');
  const { onFull } = options;
  const publisher = await listen(options.publishPath, options.publishMode, publishTo(options, subscribers), { onError, onFull });
  const puller = await listen(options.pullPath, 0o600, pullFrom(options), { onError, onFull });
  return {
    counters: subscribers.counters,
    async [Symbol.asyncDispose]() {
      subscribers.flush();
      await Promise.all([publisher.stop(), puller.stop()]);
      for (const path of [options.publishPath, options.pullPath]) rmSync(path, { force: true });
    },
  };
}

interface Listening {
  stop(): Promise<void>;
}

/** Opens a unix socket; it is never reachable with wider rights than `mode`. */
export async function listen(
  path: string, mode: number, serve: (socket: Socket) => void,
  { onError, onFull }: { onError: (error: unknown) => void; onFull?: ((path: string) => void) | undefined },
): Promise<Listening> {
  if (existsSync(path)) rmSync(path);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('drop', () => onFull?.(path));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The socket is made inside this call: no other file of the process gets this mask.
    const umask = process.umask(0o777 & ~mode);
    try {
      server.listen(path, () => resolve());
    } finally {
      process.umask(umask);
    }
  });
  chmodSync(path, mode);
  // Such as too many open files: this connection is lost, the next is served.
  server.on('error', onError);
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Each subscriber gets every event. */
function publishTo({ bus, log }: LocalSocketOptions, subscribers: Subscribers): (socket: Socket) => void {
  let subscription: Disposable | undefined;
  return (socket) => {
    subscribers.add(socket);
    subscription ??= bus.subscribe('', (event) => subscribers.deliver(event));
    socket.resume();
    socket.on('error', (err) => log.debug({ err }, 'event subscriber failed'));
    socket.on('close', () => {
      subscribers.delete(socket);
      if (subscribers.size > 0) return;
      subscription?.[Symbol.dispose]();
      subscription = undefined;
    });
  };
}

function pullFrom(options: LocalSocketOptions): (socket: Socket) => void {
  return (socket) => {
    let pending: Buffer = Buffer.alloc(0);
    socket.on('error', (err) => options.log.debug({ err }, 'event pusher failed'));
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      try {
        pending = takeFrames(pending, options);
      } catch (err) {
        options.log.warn({ err }, 'unreadable event refused');
        socket.destroy();
      }
    });
  };
}

function takeFrames(bytes: Buffer, options: LocalSocketOptions): Buffer {
  let rest = bytes;
  while (rest.length >= LENGTH_BYTES) {
    const length = rest.readUInt32BE(0);
    if (length > options.eventBytesMax * 2) throw new RangeError(`Event of ${length} bytes is too large`);
    if (rest.length < LENGTH_BYTES + length) break;
    options.onPushed(readEventFrame(rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length)));
    rest = rest.subarray(LENGTH_BYTES + length);
  }
  return rest;
}
