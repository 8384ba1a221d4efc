/**
 * Just enough of ZMTP 3.0 over plain TCP for thousands of peers in one process: a REQ-like and a SUB-like connection.
 * A ZeroMQ socket takes three descriptors and 55 KiB; this takes one and a few KiB.
 *
 * Source: ZMTP 3.0 (RFC 23/ZMTP): greeting, NULL mechanism, framing, subscriptions as messages.
 */
import { createConnection, type Socket } from 'node:net';
import { TsaltError } from '../kernel/contract/errors.js';
import { deferred, type Deferred } from '../kernel/std/async.js';

const MORE = 1;
const LONG = 2;
const COMMAND = 4;
const GREETING_BYTES = 64;
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

function greeting(): Buffer {
  const bytes = Buffer.alloc(GREETING_BYTES);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes[10] = 3;
  bytes.write('NULL', 12, 'latin1');
  return bytes;
}

function ready(socketType: string): Buffer {
  const name = 'Socket-Type';
  const value = Buffer.alloc(4);
  value.writeUInt32BE(socketType.length);
  const body = Buffer.concat([
    Buffer.from([5]), Buffer.from('READY'), Buffer.from([name.length]), Buffer.from(name), value, Buffer.from(socketType),
  ]);
  return frame(COMMAND, body);
}

function frame(flags: number, body: Uint8Array): Buffer {
  if (body.length < 256) return Buffer.concat([Buffer.from([flags, body.length]), body]);
  const head = Buffer.alloc(9);
  head[0] = flags | LONG;
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

const GREETING = greeting();

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
  #rest: Buffer = Buffer.alloc(0);
  #greeted = false;
  #frames: Buffer[] = [];
  #wasReady = false;
  #error: Error | undefined;

  constructor(host: string, port: number, type: 'REQ' | 'SUB', on: { message: (frames: Buffer[]) => void; close: () => void }) {
    this.#onMessage = on.message;
    this.#socket = createConnection({ host, port, noDelay: true });
    this.#socket.on('connect', () => this.#socket.write(Buffer.concat([GREETING, ready(type)])));
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
    this.#socket.write(Buffer.concat(frames.map((body, at) => frame(at < frames.length - 1 ? MORE : 0, body))));
  }

  subscribe(topic: string): void {
    this.send([Buffer.concat([Buffer.from([1]), Buffer.from(topic)])]);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#greeted) {
      if (bytes.length < GREETING_BYTES) {
        this.#rest = bytes;
        return;
      }
      this.#greeted = true;
      bytes = bytes.subarray(GREETING_BYTES);
    }
    let at = 0;
    while (at + 2 <= bytes.length) {
      const flags = bytes[at] as number;
      const isLong = (flags & LONG) !== 0;
      const head = isLong ? 9 : 2;
      if (at + head > bytes.length) break;
      const length = isLong ? Number(bytes.readBigUInt64BE(at + 1)) : (bytes[at + 1] as number);
      if (length > FRAME_BYTES_MAX) {
        this.close();
        return;
      }
      if (at + head + length > bytes.length) break;
      this.#frame(flags, bytes.subarray(at + head, at + head + length));
      at += head + length;
    }
    this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }

  #frame(flags: number, body: Buffer): void {
    if ((flags & COMMAND) !== 0) {
      this.#command(body);
      return;
    }
    this.#frames.push(Buffer.from(body));
    if ((flags & MORE) !== 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#onMessage(frames);
  }

  #command(body: Buffer): void {
    const name = body.toString('latin1', 1, 1 + (body[0] ?? 0));
    if (name === 'READY') {
      this.#wasReady = true;
      this.#ready.resolve();
    }
    // The two bytes after PING are its time to live; the rest comes back.
    if (name === 'PING') this.#socket.write(frame(COMMAND, Buffer.concat([Buffer.from([4]), Buffer.from('PONG'), body.subarray(7)])));
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
