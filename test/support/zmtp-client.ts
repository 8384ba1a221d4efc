/** The other end of a connection, byte by byte: whatever it sends may be wrong. Reads frames by a few lines of its own. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

export interface RawFrame {
  readonly flags: number;
  readonly body: Buffer;
}

export const GREETING = Buffer.concat([
  Buffer.from('ff00000000000000017f0300', 'hex'), Buffer.from('NULL'), Buffer.alloc(16), Buffer.alloc(32),
]);

export const short = (flags: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(flags, body.length), body]);

export function long(flags: number, length: bigint, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head[0] = flags | 2;
  head.writeBigUInt64BE(length, 1);
  return Buffer.concat([head, body]);
}

export const command = (name: string, data: Uint8Array = Buffer.alloc(0)): Buffer =>
  short(4, Buffer.concat([Buffer.of(name.length), Buffer.from(name), data]));

export function property(name: string, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), length, bytes]);
}

export const ready = (type: string, ...more: readonly Buffer[]): Buffer => command('READY', Buffer.concat([property('Socket-Type', type), ...more]));

/** One request as REQ sends it. */
export const request = (text: string): Buffer => Buffer.concat([short(1, Buffer.alloc(0)), short(0, Buffer.from(text))]);

export class RawClient implements Disposable {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #bytes: Buffer = Buffer.alloc(0);
  #isGreeted = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on('close', () => this.#wake());
  }

  static async connect(address: string, from?: string): Promise<RawClient> {
    const { hostname, port } = new URL(address.replace('tcp:', 'http:'));
    const socket = createConnection({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true, ...(from === undefined ? {} : { localAddress: from }) });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Through the handshake as a socket of this type. */
  static async open(address: string, type: string, from?: string): Promise<RawClient> {
    const client = await RawClient.connect(address, from);
    client.send(GREETING, ready(type));
    const { body } = await client.frame();
    if (body.toString('latin1', 1, 6) !== 'READY') throw new Error('The server did not get ready');
    return client;
  }

  send(...pieces: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(pieces));
  }

  /** The next frame. @throws Error when the server closes before */
  async frame(): Promise<RawFrame> {
    for (;;) {
      const frame = this.#take();
      if (frame !== undefined) return frame;
      if (this.socket.destroyed) throw new Error('The server closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next message, its frames as text. */
  async message(): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const { flags, body } = await this.frame();
      if ((flags & 4) !== 0) continue;
      texts.push(body.toString('latin1'));
      if ((flags & 1) === 0) return texts;
    }
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #take(): RawFrame | undefined {
    if (!this.#isGreeted) {
      if (this.#bytes.length < 64) return undefined;
      this.#isGreeted = true;
      this.#bytes = this.#bytes.subarray(64);
    }
    const flags = this.#bytes[0];
    const head = flags !== undefined && (flags & 2) !== 0 ? 9 : 2;
    if (flags === undefined || this.#bytes.length < head) return undefined;
    const length = head === 9 ? Number(this.#bytes.readBigUInt64BE(1)) : (this.#bytes[1] ?? 0);
    if (this.#bytes.length < head + length) return undefined;
    const body = Buffer.from(this.#bytes.subarray(head, head + length));
    this.#bytes = this.#bytes.subarray(head + length);
    return { flags, body };
  }
}
