/** Lines of text to a server: over TCP, TLS or as datagrams. It connects when there is something to say, and again after the connection was lost. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';

export interface LineServer {
  readonly host: string;
  readonly port: number;
  readonly proto: 'tcp' | 'tls' | 'udp';
}

const CONNECT_MS = 10_000;
const WRITE_MS = 10_000;
const DATAGRAM_BYTES_MAX = 65_000;

export class LineSink implements Disposable {
  readonly #server: LineServer;
  #socket: Socket | undefined;
  #datagrams: DatagramSocket | undefined;

  constructor(server: LineServer) {
    this.#server = server;
  }

  /** Resolves when the system took it. @throws Error when the server cannot be reached */
  async send(line: string): Promise<void> {
    if (this.#server.proto === 'udp') return this.#sendDatagram(Buffer.from(line));
    this.#socket ??= await this.#connect();
    const socket = this.#socket;
    try {
      await written(socket, `${line}\n`);
    } catch (error) {
      socket.destroy();
      this.#socket = undefined;
      throw error;
    }
  }

  #sendDatagram(bytes: Buffer): Promise<void> {
    const { host, port } = this.#server;
    if (bytes.length > DATAGRAM_BYTES_MAX) throw new CommandExecutionError(`${bytes.length} bytes are too many for a datagram: use tcp`);
    const socket = this.#datagrams ?? createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#datagrams = socket;
    return new Promise((resolve, reject) => socket.send(bytes, port, host, (error) => (error === null ? resolve() : reject(error))));
  }

  #connect(): Promise<Socket> {
    const { host, port, proto } = this.#server;
    return new Promise((resolve, reject) => {
      const socket: Socket = proto === 'tls' ? connectSecure({ host, port, servername: host }) : connectPlain({ host, port });
      const fail = (error: Error): void => {
        socket.destroy();
        reject(error);
      };
      socket.setTimeout(CONNECT_MS, () => fail(new CommandExecutionError(`no connection to ${host}:${port} within ${CONNECT_MS} ms`)));
      socket.once('error', fail);
      socket.once(proto === 'tls' ? 'secureConnect' : 'connect', () => {
        socket.setTimeout(0);
        socket.off('error', fail);
        // The server may close while nothing is sent: the next line connects anew.
        const lost = (): void => {
          socket.destroy();
          if (this.#socket === socket) this.#socket = undefined;
        };
        for (const name of ['error', 'end', 'close'] as const) socket.on(name, lost);
        socket.resume();
        resolve(socket);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
    this.#datagrams?.close();
  }
}

function written(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandExecutionError(`the server took nothing for ${WRITE_MS} ms`)), WRITE_MS);
    const settle = (error: Error | null | undefined): void => {
      clearTimeout(timer);
      socket.off('close', closed);
      if (error === null || error === undefined) resolve();
      else reject(error);
    };
    const closed = (): void => settle(new CommandExecutionError('the connection was closed'));
    socket.once('close', closed);
    socket.write(text, settle);
  });
}
