/** A local HTTP server for services that no package registry has: each test says what the documented API takes, and refuses all else. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface WebRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export interface WebAnswer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class WebServer implements AsyncDisposable {
  readonly requests: WebRequest[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (request: WebRequest) => WebAnswer, options: { port?: number; secure?: { cert: Buffer; key: Buffer } } = {}): Promise<WebServer> {
    const server = options.secure === undefined ? createServer() : createSecureServer(options.secure);
    const web = new WebServer(server);
    server.on('request', (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') };
        web.requests.push(request);
        const { status = 200, body = '', headers = {} } = answer(request);
        response.writeHead(status, headers).end(body);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return web;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
