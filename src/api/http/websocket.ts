/** The server's side of one websocket (RFC 6455): texts out, texts in, ping, close. No extensions. */
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { deferred } from '../../kernel/std/async.js';
import { headerOf, type Ask } from './exchange.js';
import { HttpError } from './http-error.js';
import { frameBytes, OPCODES, readFrame, type Frame } from './websocket-frame.js';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
const GOING_AWAY = 1001;
const PROTOCOL_ERROR = 1002;
const POLICY = 1008;
const CLOSE_WITHIN_MS = 2000;

export class WebSocketLink {
  readonly #socket: Duplex;
  readonly #closed = deferred<void>();
  #rest: Buffer;
  #isClosing = false;
  onText: (text: string) => void = () => undefined;

  /** Answers the handshake. @throws HttpError */
  constructor(ask: Ask, socket: Duplex, head: Buffer) {
    const key = headerOf(ask, 'sec-websocket-key');
    if (ask.method !== 'GET' || headerOf(ask, 'upgrade')?.toLowerCase() !== 'websocket' || key === undefined || !/^[A-Za-z0-9+/]{22}==$/.test(key)) throw new HttpError(400, 'No websocket handshake');
    if (headerOf(ask, 'sec-websocket-version') !== '13') throw new HttpError(426, 'Upgrade Required', { 'Sec-WebSocket-Version': '13' });
    this.#socket = socket;
    this.#rest = head;
    const accept = createHash('sha1').update(key + MAGIC).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => this.#closed.resolve());
    if (head.length > 0) setImmediate(() => this.#take(Buffer.alloc(0)));
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** A client that does not read is cut off. */
  send(text: string): void {
    if (this.#isClosing) return;
    this.#socket.write(frameBytes(OPCODES.text, Buffer.from(text)));
    if (this.#socket.writableLength > WAITING_BYTES_MAX) this.#socket.destroy();
  }

  ping(): void {
    if (!this.#isClosing) this.#socket.write(frameBytes(OPCODES.ping, Buffer.alloc(0)));
  }

  close(code = GOING_AWAY): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const body = Buffer.alloc(2);
    body.writeUInt16BE(code);
    this.#socket.write(frameBytes(OPCODES.close, body));
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), CLOSE_WITHIN_MS).unref();
  }

  /** The token is no longer valid. */
  refuse(): void {
    this.close(POLICY);
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const read = readFrame(this.#rest);
      if (read === 'wrong') return this.close(PROTOCOL_ERROR);
      if (read === undefined) return;
      this.#rest = this.#rest.subarray(read.length);
      this.#react(read.frame);
    }
  }

  #react({ opcode, payload }: Frame): void {
    if (opcode === OPCODES.text) this.onText(payload.toString('utf8'));
    else if (opcode === OPCODES.ping && !this.#isClosing) this.#socket.write(frameBytes(OPCODES.pong, payload));
    else if (opcode === OPCODES.close) this.close(1000);
  }
}
