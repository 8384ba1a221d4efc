/**
 * The transport over ZeroMQ: with `connection-gate.ts` the only place that knows the package.
 *
 * Socket options. Source: read, Salt 3008.3 (wire-protocol, sections 1.1 and 1.2).
 */
import { randomInt } from 'node:crypto';
import * as zmq from 'zeromq';
import { deferred } from '../../kernel/std/async.js';
import { openGate } from './connection-gate.js';
import {
  BindError, RequestTimeoutError, TransportClosedError, type Peer, type PublishOptions, type PublishServer, type RequestClient,
  type RequestHandler, type RequestOptions, type RequestServer, type ServerOptions, type Subscriber,
} from './contract.js';

const HEARTBEAT = { heartbeatInterval: 10_000, heartbeatTimeout: 30_000 };
const SERVER_KEEPALIVE_IDLE_SECONDS = 60;
const SERVER_LINGER_MS = 1000;
/** A connection that does not say what it is by then is closed. */
const HANDSHAKE_MS = 10_000;
/** Requests being answered at once, and their bytes; more wait in the socket. */
const REQUESTS_OPEN_MAX = 20_000;
const REQUEST_BYTES_OPEN_MAX = 512 * 1024 * 1024;
/** Messages that one connection may have waiting unread; a client of the protocol has one. */
const REQUESTS_QUEUED_MAX = 100;
/** Replies that wait to be sent to one connection: a client that does not read loses its own. */
const REPLIES_QUEUED_MAX = 1000;
const SOCKETS_IDLE_MAX = 4;
/**
 * Bytes of the two buffers that each connection has for frames: ZeroMQ takes 8192, 24 KiB more for each minion and no more frames a
 * second (measured: bench, `limits`). Longer frames go around them. Socket options of libzmq that the package has no names for.
 */
const CONNECTION_BUFFER_BYTES = 512;
const ZMQ_IN_BATCH_SIZE = 101;
const ZMQ_OUT_BATCH_SIZE = 102;
const EMPTY = Buffer.alloc(0);
/** Messages of this size have memory of their own. */
const APART_BYTES_MIN = 65_536;

class ManyPeersRouter extends zmq.Router {
  constructor(options: zmq.SocketOptions<zmq.Router>) {
    super(options);
    this.setInt32Option(ZMQ_IN_BATCH_SIZE, CONNECTION_BUFFER_BYTES);
    this.setInt32Option(ZMQ_OUT_BATCH_SIZE, CONNECTION_BUFFER_BYTES);
  }
}

class ManyPeersPublisher extends zmq.XPublisher {
  constructor(options: zmq.SocketOptions<zmq.XPublisher>) {
    super(options);
    this.setInt32Option(ZMQ_IN_BATCH_SIZE, CONNECTION_BUFFER_BYTES);
    this.setInt32Option(ZMQ_OUT_BATCH_SIZE, CONNECTION_BUFFER_BYTES);
  }
}

/** A connection is known by its routing id; few want to see it. */
class RoutedPeer implements Peer {
  readonly #routing: Buffer;
  constructor(routing: Buffer) {
    this.#routing = routing;
  }
  get connection(): string {
    return this.#routing.toString('hex');
  }
}

/** What both ports want of their connections. */
function connectionOptions(options: ServerOptions, domain: string | undefined) {
  const { tcpKeepalive, tcpKeepaliveIdleSeconds, heartbeatMs, heartbeatTimeoutMs, handshakeMs } = options;
  return {
    ipv6: options.ipv6, backlog: options.backlog, linger: SERVER_LINGER_MS, handshakeInterval: handshakeMs ?? HANDSHAKE_MS, ...(domain === undefined ? {} : { zapDomain: domain }),
    heartbeatInterval: heartbeatMs ?? HEARTBEAT.heartbeatInterval, heartbeatTimeout: heartbeatTimeoutMs ?? HEARTBEAT.heartbeatTimeout,
    tcpKeepalive: tcpKeepalive === false ? 0 : 1, tcpKeepaliveIdle: tcpKeepaliveIdleSeconds ?? SERVER_KEEPALIVE_IDLE_SECONDS,
    tcpKeepaliveInterval: 15, tcpKeepaliveCount: 3,
  };
}

/** About 50 microseconds each. */
const SKIPPED_MAX = 600;

/**
 * ZeroMQ counts its routing ids up from a number that is the same in every process, and ends the process when a client has given itself
 * the next one. Each socket takes the next number of that row: of some hundred, nobody knows where we begin.
 */
function skipRoutingIds(): void {
  for (let left = randomInt(SKIPPED_MAX); left > 0; left -= 1) new zmq.Router({ linger: 0 }).close();
}

/** Binds the request port. A handler that throws is logged and the caller gets no reply. */
export async function serveRequests(options: ServerOptions, handle: RequestHandler): Promise<RequestServer> {
  skipRoutingIds();
  const gate = options.gate === undefined ? undefined : await openGate(options.gate, options.log);
  const socket = new ManyPeersRouter({
    handover: true, maxMessageSize: options.frameBytesMax, sendHighWaterMark: REPLIES_QUEUED_MAX, receiveHighWaterMark: REQUESTS_QUEUED_MAX,
    ...connectionOptions(options, gate?.domain),
  });
  await bind(socket, options.address, gate);
  const counters = { served: 0, refused: 0, waiting: 0 };
  const replies = writerOf(socket);
  let free = deferred<void>();
  let openBytes = 0;
  const answer = async (routing: Buffer, payload: Buffer): Promise<void> => {
    try {
      const reply = await handle(payload, new RoutedPeer(routing));
      counters.served += 1;
      if (reply !== undefined) await replies([routing, EMPTY, reply as Buffer]);
    } catch (err) {
      if (!socket.closed) options.log.error({ err }, 'request failed');
    } finally {
      counters.waiting -= 1;
      openBytes -= payload.length;
      free.resolve();
    }
  };
  const isFull = (): boolean => counters.waiting >= REQUESTS_OPEN_MAX || openBytes >= REQUEST_BYTES_OPEN_MAX;
  const loop = (async () => {
    for await (const frames of receive(socket)) {
      const [routing, empty, payload] = frames;
      if (routing === undefined || payload === undefined || empty?.length !== 0 || frames.length !== 3) {
        counters.refused += 1;
        options.log.debug({ frames: frames.length, connection: routing?.toString('hex') }, 'malformed request envelope refused');
        continue;
      }
      if (isFull()) options.onBound?.('open_requests', { waiting: counters.waiting });
      while (isFull()) {
        free = deferred<void>();
        await free.promise;
      }
      counters.waiting += 1;
      openBytes += payload.length;
      void answer(routing, payload);
    }
  })();
  return {
    address: socket.lastEndpoint ?? options.address,
    counters,
    async [Symbol.asyncDispose]() {
      socket.close();
      await loop;
      await gate?.[Symbol.asyncDispose]();
    },
  };
}

/** Binds the publish port. */
export async function servePublications(options: PublishOptions): Promise<PublishServer> {
  const gate = options.gate === undefined ? undefined : await openGate(options.gate, options.log);
  const socket = new ManyPeersPublisher({ sendHighWaterMark: options.hwm, maxMessageSize: 4096, ...connectionOptions(options, gate?.domain) });
  await bind(socket, options.address, gate);
  const send = writerOf(socket);
  const listeners: ((topic: Buffer, subscribed: boolean) => void)[] = [];
  const loop = (async () => {
    for await (const [frame] of receive(socket)) {
      if (frame === undefined || frame.length === 0 || (frame[0] !== 0 && frame[0] !== 1)) continue;
      for (const listener of listeners) listener(Buffer.from(frame.subarray(1)), frame[0] === 1);
    }
  })();
  return {
    address: socket.lastEndpoint ?? options.address,
    counters: {},
    publish: (frames) => send(frames as Buffer[]),
    onSubscription: (listener) => void listeners.push(listener),
    async [Symbol.asyncDispose]() {
      socket.close();
      await loop;
      await gate?.[Symbol.asyncDispose]();
    },
  };
}

export interface ClientOptions {
  readonly address: string;
  readonly ipv6: boolean;
  readonly frameBytesMax: number;
  readonly tcpKeepaliveIdleSeconds: number;
}

/**
 * The asking end. Each request in flight has a socket of its own (the protocol allows one at a time for each); sockets
 * are kept for the next request, and thrown away after a timeout, since a late reply would be taken for the next one's.
 */
export function requestClient(options: ClientOptions): RequestClient {
  const idle: zmq.Request[] = [];
  const busy = new Set<zmq.Request>();
  let closed = false;
  const open = (): zmq.Request => {
    const socket = new zmq.Request({
      ipv6: options.ipv6, linger: 1, reconnectInterval: 100, reconnectMaxInterval: 5000, maxMessageSize: options.frameBytesMax,
      tcpKeepalive: 1, tcpKeepaliveIdle: options.tcpKeepaliveIdleSeconds, ...HEARTBEAT,
    });
    socket.connect(options.address);
    return socket;
  };
  return {
    async request(frame: Uint8Array, { timeoutMs, signal }: RequestOptions): Promise<Buffer> {
      if (closed) throw new TransportClosedError(options.address);
      signal?.throwIfAborted();
      const socket = idle.pop() ?? open();
      busy.add(socket);
      const stop = (): void => socket.close();
      signal?.addEventListener('abort', stop, { once: true });
      socket.receiveTimeout = timeoutMs;
      socket.sendTimeout = timeoutMs;
      let usable = false;
      try {
        await socket.send(frame as Buffer);
        const [reply] = await socket.receive();
        usable = reply !== undefined;
        if (reply === undefined) return EMPTY;
        // A small one may share its memory with others; a large one has its own, and copying it costs as much as opening it.
        return reply.length < APART_BYTES_MIN ? Buffer.from(reply) : reply;
      } catch (err) {
        signal?.throwIfAborted();
        if (closed) throw new TransportClosedError(options.address);
        throw new RequestTimeoutError(options.address, timeoutMs, err);
      } finally {
        signal?.removeEventListener('abort', stop);
        busy.delete(socket);
        if (usable && !closed && idle.length < SOCKETS_IDLE_MAX && !socket.closed) idle.push(socket);
        else if (!socket.closed) socket.close();
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      for (const socket of [...idle.splice(0), ...busy]) if (!socket.closed) socket.close();
      await Promise.resolve();
    },
  };
}

export interface SubscribeOptions extends ClientOptions {
  readonly topics: readonly string[];
  readonly reconnectMs: number;
  readonly reconnectMaxMs: number;
  /** Called when the connection is up, and when it broke. */
  readonly onConnection?: (up: boolean) => void;
}

/** Subscribes to the publish port; reconnects by itself. */
export function subscribe(options: SubscribeOptions): Subscriber {
  const socket = new zmq.Subscriber({
    ipv6: options.ipv6, linger: 1, reconnectInterval: options.reconnectMs, reconnectMaxInterval: options.reconnectMaxMs,
    maxMessageSize: options.frameBytesMax, receiveHighWaterMark: 1000, tcpKeepalive: 1,
    tcpKeepaliveIdle: options.tcpKeepaliveIdleSeconds, ...HEARTBEAT,
  });
  if (options.onConnection !== undefined) {
    const tell = options.onConnection;
    socket.events.on('handshake', () => tell(true));
    socket.events.on('disconnect', () => tell(false));
  }
  for (const topic of options.topics) socket.subscribe(topic);
  socket.connect(options.address);
  return {
    [Symbol.asyncIterator]: () => receive(socket)[Symbol.asyncIterator](),
    async [Symbol.asyncDispose]() {
      if (!socket.closed) socket.close();
      await Promise.resolve();
    },
  };
}

async function bind(socket: zmq.Socket, address: string, gate: AsyncDisposable | undefined): Promise<void> {
  try {
    await socket.bind(address);
  } catch (err) {
    socket.close();
    await gate?.[Symbol.asyncDispose]();
    throw new BindError(address, err);
  }
}

/** Messages until the socket is closed. */
async function* receive(socket: zmq.Router | zmq.XPublisher | zmq.Subscriber): AsyncGenerator<Buffer[]> {
  while (!socket.closed) {
    let frames: Buffer[];
    try {
      frames = (await socket.receive()) as Buffer[];
    } catch (err) {
      // A close while a receive is pending ends it with EAGAIN.
      if (socket.closed) return;
      throw err;
    }
    yield frames;
  }
}

/** Sends one message at a time, in order: a second send at once throws EBUSY. */
function writerOf(socket: zmq.Router | zmq.XPublisher): (frames: Buffer[]) => Promise<void> {
  const waiting: { frames: Buffer[]; done: ReturnType<typeof deferred<void>> }[] = [];
  let writing = false;
  const pump = async (): Promise<void> => {
    writing = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await (socket as zmq.Router).send(next.frames);
        next.done.resolve();
      } catch (err) {
        next.done.reject(err);
      }
    }
    writing = false;
  };
  return (frames) => {
    const done = deferred<void>();
    waiting.push({ frames, done });
    if (!writing) void pump();
    return done.promise;
  };
}
