/** A connection on which both sides speak in lines. Bounded in what it holds; ends with its signal. */
import { createConnection, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { CommandExecutionError } from '../../contract/errors.js';
import { asError } from '../../std/async.js';

const BYTES_MAX = 1024 * 1024;

export interface Peer {
  readonly host: string;
  readonly port: number;
  /** How messages call it. */
  readonly what: string;
}

export class LineSocket implements AsyncDisposable {
  readonly #peer: Peer;
  readonly #signal: AbortSignal;
  #socket: Socket;
  #received = Buffer.alloc(0);
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, peer: Peer, signal: AbortSignal) {
    this.#socket = socket;
    this.#peer = peer;
    this.#signal = signal;
    this.#listen();
  }

  /** @throws CommandExecutionError when nobody answers there */
  static async open(peer: Peer, signal: AbortSignal): Promise<LineSocket> {
    const socket = createConnection({ host: peer.host, port: peer.port, signal });
    await ready(socket, 'connect', peer);
    return new LineSocket(socket, peer, signal);
  }

  /** From here on encrypted. @throws CommandExecutionError for a certificate that is not trusted, and for bytes that came before */
  async startTls(options: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>): Promise<void> {
    if (this.#received.length > 0) throw new CommandExecutionError(`${this.#peer.what} sends before encryption begins`);
    const plain = this.#socket;
    plain.removeAllListeners();
    const { host } = this.#peer;
    const secure = connectTls({ socket: plain, ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), ...options });
    this.#socket = secure;
    await ready(secure, 'secureConnect', this.#peer);
    this.#listen();
  }

  /** The next line without its end. @throws CommandExecutionError when the connection ends before */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf('\n');
      if (end >= 0) {
        const line = this.#received.toString('utf8', 0, end);
        this.#received = this.#received.subarray(end + 1);
        return line.replace(/\r$/, '');
      }
      if (this.#failure !== undefined) throw this.#failed(this.#failure);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failed(this.#failure);
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(data, (error) => (error ? reject(this.#failed(error)) : resolve()));
    });
  }

  /** Says that nothing more comes, and waits until the other side has taken all. */
  async finish(): Promise<void> {
    this.#socket.end();
    while (this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!(this.#failure instanceof Ended)) throw this.#failed(this.#failure);
  }

  #failed(cause: Error): CommandExecutionError {
    return new CommandExecutionError(`${this.#peer.what}: the connection ended: ${cause.message}`, { cause });
  }

  #listen(): void {
    const end = (failure: Error): void => {
      this.#failure ??= failure;
      this.#wake?.();
    };
    this.#socket.on('data', (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
      if (this.#received.length > BYTES_MAX) this.#socket.destroy(new Error(`it answers with more than ${BYTES_MAX} bytes`));
      this.#wake?.();
    });
    this.#socket.on('error', (error) => end(this.#signal.aborted ? new Error('no answer in time') : error));
    this.#socket.on('close', () => end(new Ended('closed')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await Promise.resolve();
  }
}

/** The other side closed, as it may. */
class Ended extends Error {}

async function ready(socket: Socket, event: 'connect' | 'secureConnect', peer: Peer): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
  } catch (cause) {
    socket.destroy();
    throw new CommandExecutionError(`${peer.what} at ${peer.host}:${peer.port} cannot be reached: ${asError(cause).message}`, { cause });
  }
}
