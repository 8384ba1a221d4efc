/** A small websocket client: what browsers do, with bytes of its own where a test wants them. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { until } from './until.js';

export class WebSocketClient implements Disposable {
  readonly #socket: Socket;
  #rest = Buffer.alloc(0);
  /** The answer to the handshake. */
  head = '';
  readonly texts: string[] = [];
  closeCode: number | undefined;
  isClosed = false;

  constructor(address: string, path: string, headers: Readonly<Record<string, string>> = {}) {
    const { hostname, port, host } = new URL(address);
    this.#socket = connect(Number(port), hostname);
    const lines = { Host: host, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'), ...headers };
    this.#socket.write(`GET ${path} HTTP/1.1\r\n${Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isClosed = true;
    });
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.head)?.[1] ?? 0);
  }

  async answered(): Promise<number> {
    await until('the answer to the handshake', () => this.head !== '' || this.isClosed);
    return this.status;
  }

  send(text: string): void {
    this.raw(frame(1, Buffer.from(text)));
  }

  raw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  async sees(part: string): Promise<void> {
    await until(`${part} in the websocket`, () => this.texts.some((text) => text.includes(part)));
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.head === '') {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#rest.toString('latin1', 0, end);
      this.#rest = this.#rest.subarray(end + 4);
    }
    if (this.status !== 101) return;
    for (let read = this.#frame(); read !== undefined; read = this.#frame()) {
      if (read.opcode === 1) this.texts.push(read.payload.toString('utf8'));
      if (read.opcode === 8) this.closeCode = read.payload.length >= 2 ? read.payload.readUInt16BE(0) : 1005;
    }
  }

  #frame(): { opcode: number; payload: Buffer } | undefined {
    const bytes = this.#rest;
    const short = (bytes[1] ?? 0) & 0x7f;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < at) return undefined;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    if (bytes.length < at + length) return undefined;
    this.#rest = bytes.subarray(at + length);
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(at, at + length) };
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** As clients have to send it: masked. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const head = payload.length < 126 ? Buffer.from([0x80 | opcode, 0x80 | payload.length]) : Buffer.from([0x80 | opcode, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}
