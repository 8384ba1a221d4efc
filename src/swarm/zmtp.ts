/**
 * Just enough of ZMTP 3.0 over plain TCP for thousands of peers in one process: a REQ-like and a SUB-like connection.
 * A ZeroMQ socket takes three descriptors and 55 KiB; this takes one and a few KiB.
 */
import { createConnection, type Socket } from 'node:net';
import { COMMAND, encodeMessage, encodeReady, MORE, readCommand, readPing } from '../bus/transport/zmtp/frames.js';
import { FrameReader } from '../bus/transport/zmtp/frame-reader.js';
import { encodeGreeting } from '../bus/transport/zmtp/greeting.js';
import { ZmtpError } from '../bus/transport/zmtp/zmtp-error.js';
import { TsaltError } from '../kernel/contract/errors.js';
import { deferred, type Deferred } from '../kernel/std/async.js';

const FRAME_BYTES_MAX = 256 * 1024 * 1024;
/** Subscriptions are messages in this version. */
const GREETING = encodeGreeting(0);

/** Nobody listens there, or the connection broke. */
export class ConnectionError extends TsaltError {
  readonly code = 'swarm.connection';
  constructor(host: string, port: number, cause: Error | undefined) {
    const why = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'closed by the other side';
    super(`Cannot reach the master at ${host}:${port}: ${why}`, { context: { host, port }, cause });
  }
}

/** One connection to a ZeroMQ socket. Gives whole messages; reconnecting is the caller's. */
export class ZmtpConnection {
  readonly #socket: Socket;
  readonly #onMessage: (frames: Buffer[]) => void;
  readonly #ready = deferred<void>();
  readonly #reader: FrameReader;
  #frames: Buffer[] = [];
  #wasReady = false;
  #error: Error | undefined;

  constructor(host: string, port: number, type: 'REQ' | 'SUB', on: { message: (frames: Buffer[]) => void; close: () => void }) {
    this.#onMessage = on.message;
    this.#reader = new FrameReader({
      begins: (_flags, bytes) => {
        if (bytes > FRAME_BYTES_MAX) throw new ZmtpError('too_large', { bytes });
      },
      frame: (flags, body) => this.#frame(flags, body),
    });
    this.#socket = createConnection({ host, port, noDelay: true });
    this.#socket.on('connect', () => this.#socket.write(Buffer.concat([GREETING, encodeReady(type)])));
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('close', () => {
      this.#ready.reject(new ConnectionError(host, port, this.#error));
      on.close();
    });
    this.#ready.promise.catch(() => undefined);
  }

  /** Resolves when the other side has greeted. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get wasReady(): boolean {
    return this.#wasReady;
  }

  send(frames: readonly Uint8Array[]): void {
    this.#socket.write(encodeMessage(frames));
  }

  subscribe(topic: string): void {
    this.send([Buffer.concat([Buffer.from([1]), Buffer.from(topic)])]);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof ZmtpError)) throw error;
      this.#socket.destroy(error);
    }
  }

  #frame(flags: number, body: Buffer): void {
    if ((flags & COMMAND) !== 0) {
      this.#command(body);
      return;
    }
    this.#frames.push(body);
    if ((flags & MORE) !== 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#onMessage(frames);
  }

  #command(body: Buffer): void {
    const { name, data } = readCommand(body);
    if (name === 'READY') {
      this.#wasReady = true;
      this.#ready.resolve();
    }
    if (name === 'PING') this.#socket.write(readPing(data).pong);
  }
}

/** Asks one question at a time over one connection. */
export class ZmtpRequester {
  readonly #host: string;
  readonly #port: number;
  #connection: ZmtpConnection | undefined;
  #waiting: Deferred<Buffer> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  request(payload: Uint8Array, timeoutMs: number): Promise<Buffer> {
    const asked = this.#turn.then(() => this.#ask(payload, timeoutMs));
    this.#turn = asked.catch(() => undefined);
    return asked;
  }

  async #ask(payload: Uint8Array, timeoutMs: number): Promise<Buffer> {
    const connection = await this.#open();
    const waiting = deferred<Buffer>();
    this.#waiting = waiting;
    const timer = setTimeout(() => {
      waiting.reject(new Error(`No reply within ${timeoutMs / 1000} s`));
      this.close();
    }, timeoutMs);
    connection.send([Buffer.alloc(0), payload]);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  async #open(): Promise<ZmtpConnection> {
    this.#connection ??= new ZmtpConnection(this.#host, this.#port, 'REQ', {
      message: (frames) => this.#waiting?.resolve(frames.at(-1) ?? Buffer.alloc(0)),
      close: () => {
        this.#connection = undefined;
        this.#waiting?.reject(new ConnectionError(this.#host, this.#port, undefined));
      },
    });
    const connection = this.#connection;
    await connection.ready;
    return connection;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}
