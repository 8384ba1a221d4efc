/**
 * A TCP proxy between programs, with faults: delay, cuts, silence in one or both directions, connections that stay open and carry
 * nothing any more, changed bytes. What is random comes from a seed.
 */
import { createServer, createConnection, type Server, type Socket } from 'node:net';
import { seededRandom, type Random } from './scale.js';

/** Seen from the client, which is who connected to the proxy. */
export type Direction = 'to_server' | 'to_client';
const BOTH: readonly Direction[] = ['to_server', 'to_client'];

export interface ProxyCounters {
  connections: number;
  refused: number;
  cut: number;
  corrupted: number;
  bytes: number;
}

interface Corruption {
  readonly direction: Direction;
  /** One byte in so many, on the average. */
  readonly everyBytes: number;
}

export class TcpProxy implements AsyncDisposable {
  readonly port: number;
  readonly counters: ProxyCounters = { connections: 0, refused: 0, cut: 0, corrupted: 0, bytes: 0 };
  readonly #server: Server;
  readonly #target: number;
  readonly #random: Random;
  readonly #pairs = new Set<Pair>();
  readonly #silent = new Set<Direction>();
  #delayMs = 0;
  #jitterMs = 0;
  #refuses = false;
  #corruption: Corruption | undefined;

  private constructor(server: Server, port: number, target: number, seed: number) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    this.#random = seededRandom(seed);
    server.on('connection', (client: Socket) => this.#accept(client));
  }

  /** Listens on a port of its own in front of a port of this machine. */
  static async to(target: number, seed: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The system gave no port');
    return new TcpProxy(server, address.port, target, seed);
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** Every piece arrives later, in order. */
  delay(ms: number, jitterMs = 0): void {
    this.#delayMs = ms;
    this.#jitterMs = jitterMs;
  }

  /** Nothing arrives, in one direction or both, also on new connections; what was sent meanwhile arrives after `heal`, as TCP does it. */
  partition(...directions: readonly Direction[]): void {
    for (const direction of directions.length === 0 ? BOTH : directions) this.#silent.add(direction);
    for (const pair of this.#pairs) pair.update();
  }

  /** Ends partitions, refusals, delays and corruption; connections that were frozen stay so. */
  heal(): void {
    this.#silent.clear();
    this.#refuses = false;
    this.#corruption = undefined;
    this.delay(0);
    for (const pair of this.#pairs) pair.update();
  }

  /** The connections of now stay open for ever and carry nothing any more, as when the other machine lost its power. New ones work. */
  freeze(): void {
    for (const pair of this.#pairs) pair.freeze();
  }

  /** Breaks all connections of now, in the middle of whatever they carry. */
  cut(): void {
    for (const pair of this.#pairs) this.#cut(pair);
  }

  /** Breaks some of the connections of now. */
  cutSome(): void {
    for (const pair of this.#pairs) if (this.#random.below(2) === 0) this.#cut(pair);
  }

  /** New connections are closed at once. */
  refuse(): void {
    this.#refuses = true;
  }

  corrupt(direction: Direction, everyBytes: number): void {
    this.#corruption = { direction, everyBytes };
  }

  #cut(pair: Pair): void {
    this.counters.cut += 1;
    pair.destroy();
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      this.counters.refused += 1;
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    this.counters.connections += 1;
    const pair: Pair = new Pair(client, createConnection({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }), {
      isSilent: (direction) => this.#silent.has(direction),
      waitMs: () => this.#delayMs + (this.#jitterMs === 0 ? 0 : this.#random.below(this.#jitterMs)),
      change: (bytes, direction) => this.#change(bytes, direction),
      closed: () => void this.#pairs.delete(pair),
    });
    this.#pairs.add(pair);
  }

  #change(bytes: Buffer, direction: Direction): Buffer {
    this.counters.bytes += bytes.length;
    if (this.#corruption?.direction !== direction) return bytes;
    const { everyBytes } = this.#corruption;
    const changed = Buffer.from(bytes);
    for (let at = this.#random.below(2 * everyBytes); at < changed.length; at += 1 + this.#random.below(2 * everyBytes)) {
      changed[at] = (changed[at] ?? 0) ^ (1 << this.#random.below(8));
      this.counters.corrupted += 1;
    }
    return changed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#pairs) pair.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

interface PairRules {
  readonly isSilent: (direction: Direction) => boolean;
  readonly waitMs: () => number;
  readonly change: (bytes: Buffer, direction: Direction) => Buffer;
  readonly closed: () => void;
}

/** The two connections that the proxy joins. */
class Pair {
  readonly #ways: readonly Way[];
  readonly #sockets: readonly Socket[];
  #frozen = false;

  constructor(client: Socket, server: Socket, rules: PairRules) {
    this.#sockets = [client, server];
    this.#ways = [new Way(client, server, 'to_server', rules), new Way(server, client, 'to_client', rules)];
    for (const socket of this.#sockets) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (this.#frozen) return;
        rules.closed();
        this.destroy();
      });
    }
  }

  update(): void {
    if (!this.#frozen) for (const way of this.#ways) way.update();
  }

  freeze(): void {
    this.#frozen = true;
    for (const way of this.#ways) way.freeze();
  }

  destroy(): void {
    this.#frozen = false;
    for (const socket of this.#sockets) if (!socket.destroyed) socket.resetAndDestroy();
  }
}

/** One direction of a pair. */
class Way {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #rules: PairRules;
  /** Pieces arrive in order, whatever each one's delay. */
  #last: Promise<void> = Promise.resolve();
  #frozen = false;

  constructor(from: Socket, to: Socket, direction: Direction, rules: PairRules) {
    this.#from = from;
    this.#to = to;
    this.#direction = direction;
    this.#rules = rules;
    from.on('data', (bytes: Buffer) => this.#pass(bytes));
    from.on('end', () => this.#after(0, () => void to.end()));
    to.on('drain', () => this.update());
    this.update();
  }

  /** In silence nothing is read: what was sent waits in the kernel, on the sender's side. */
  update(): void {
    if (this.#frozen || this.#rules.isSilent(this.#direction) || this.#to.writableNeedDrain) this.#from.pause();
    else this.#from.resume();
  }

  freeze(): void {
    this.#frozen = true;
    this.update();
  }

  #pass(bytes: Buffer): void {
    const changed = this.#rules.change(bytes, this.#direction);
    this.#after(this.#rules.waitMs(), () => {
      if (this.#to.destroyed) return;
      this.#to.write(changed);
      this.update();
    });
  }

  #after(ms: number, act: () => void): void {
    const due = ms === 0 ? Promise.resolve() : new Promise<void>((resolve) => void setTimeout(resolve, ms));
    this.#last = Promise.all([this.#last, due]).then(() => {
      if (!this.#frozen) act();
    });
  }
}
