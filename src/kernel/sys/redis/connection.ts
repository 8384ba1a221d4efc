/** A conversation with a Redis server: commands as lists of words, answers as plain values. RESP2, as every server speaks it. */
import { createConnection, type Socket } from 'node:net';
import { CommandExecutionError } from '../../contract/errors.js';

export type Reply = string | number | null | readonly Reply[];

const BYTES_MAX = 64 * 1024 * 1024;
const DEPTH_MAX = 10;

export class RedisError extends CommandExecutionError {}

export class RedisConnection implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;
  #received = Buffer.alloc(0);
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
    this.#onAbort = () => socket.destroy(new RedisError('Redis did not answer in time'));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    socket.on('data', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      if (this.#received.length > BYTES_MAX) socket.destroy(new RedisError(`Redis answers with more than ${BYTES_MAX} bytes`));
      this.#wake?.();
    });
    for (const name of ['error', 'close'] as const) {
      socket.on(name, (error?: unknown) => {
        this.#failure ??= error instanceof Error ? error : new RedisError('Redis closed the connection');
        this.#wake?.();
      });
    }
  }

  /** @throws RedisError */
  static async open({ host, port, path }: { host: string; port: number; path: string | undefined }, signal: AbortSignal): Promise<RedisConnection> {
    const socket = path === undefined ? createConnection({ host, port }) : createConnection({ path });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) => reject(new RedisError(`Redis cannot be reached: ${cause.message}`, { cause })));
      signal.addEventListener('abort', () => socket.destroy(new Error('no answer in time')), { once: true });
    });
    return new RedisConnection(socket, signal);
  }

  /** @throws RedisError for an error that the server answers */
  async command(...words: readonly string[]): Promise<Reply> {
    this.#socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    return this.#reply(0);
  }

  async #reply(depth: number): Promise<Reply> {
    if (depth > DEPTH_MAX) throw new RedisError('Redis answers with lists that are nested too deeply');
    const line = await this.#line();
    const rest = line.slice(1);
    switch (line.charAt(0)) {
      case '+': return rest;
      case '-': throw new RedisError(`Redis refuses: ${rest}`);
      case ':': return Number(rest);
      case '$': return Number(rest) < 0 ? null : this.#bulk(Number(rest));
      case '*': {
        if (Number(rest) < 0) return null;
        const items: Reply[] = [];
        for (let at = 0; at < Number(rest); at += 1) items.push(await this.#reply(depth + 1));
        return items;
      }
      default: throw new RedisError('What answers is no Redis server');
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#received.toString('utf8', 0, end);
        this.#received = this.#received.subarray(end + 2);
        return line;
      }
      await this.#more();
    }
  }

  async #bulk(length: number): Promise<string> {
    while (this.#received.length < length + 2) await this.#more();
    const text = this.#received.toString('utf8', 0, length);
    this.#received = this.#received.subarray(length + 2);
    return text;
  }

  async #more(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#socket.destroy();
    await Promise.resolve();
  }
}
