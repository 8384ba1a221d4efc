/** The server's side of one websocket: texts out, texts in, ping, close. */
import { deferred } from '../../kernel/std/async.js';
import type { LibraryWebSocket } from './fastify.js';

const WAITING_BYTES_MAX = 8 * 1024 * 1024;
const GOING_AWAY = 1001;
const POLICY = 1008;
const CLOSE_WITHIN_MS = 2000;

export class WebSocketLink {
  readonly #socket: LibraryWebSocket;
  readonly #closed = deferred<void>();
  onText: (text: string) => void = () => undefined;

  constructor(socket: LibraryWebSocket) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      if (!isBinary && data instanceof Buffer) this.onText(data.toString('utf8'));
    });
    socket.on('close', () => this.#closed.resolve());
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** A client that does not read is cut off. */
  send(text: string): void {
    if (!this.#isOpen) return;
    this.#socket.send(text);
    if (this.#socket.bufferedAmount > WAITING_BYTES_MAX) this.#socket.terminate();
  }

  ping(): void {
    if (this.#isOpen) this.#socket.ping();
  }

  close(code = GOING_AWAY): void {
    if (!this.#isOpen) return;
    this.#socket.close(code);
    setTimeout(() => this.#socket.terminate(), CLOSE_WITHIN_MS).unref();
  }

  /** The token is no longer valid. */
  refuse(): void {
    this.close(POLICY);
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }
}
