/**
 * What an app of Socket Mode needs of Slack, as it is documented: `apps.connections.open`, a WebSocket with envelopes that must be acknowledged,
 * `users.info`, `chat.postMessage`. Refuses every other question, wrong tokens, and addresses that were used before.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { loadDriver } from '../../../src/kernel/sys/driver.js';

interface Peer {
  on(event: 'message', listener: (data: Buffer) => void): void;
  send(text: string): void;
  close(): void;
}
interface Driver {
  readonly WebSocketServer: new (options: object) => { handleUpgrade(request: IncomingMessage, socket: Socket, head: Buffer, then: (peer: Peer) => void): void };
}

export class SlackServer implements AsyncDisposable {
  readonly posted: { readonly channel: string; readonly text: string }[] = [];
  readonly acknowledged: string[] = [];
  /** What it did not understand. */
  readonly faults: string[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #tickets = new Set<string>();
  readonly #tokens: { readonly app: string; readonly bot: string };
  #peer: Peer | undefined;
  #number = 0;

  private constructor(server: Server, tokens: { readonly app: string; readonly bot: string }) {
    this.#server = server;
    this.#tokens = tokens;
  }

  static async start(tokens: { readonly app: string; readonly bot: string }): Promise<SlackServer> {
    const { WebSocketServer } = await loadDriver<Driver>('This test', 'ws');
    const server = createServer();
    const slack = new SlackServer(server, tokens);
    const sockets = new WebSocketServer({ noServer: true });
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(slack.#answer(request, body))));
    });
    server.on('upgrade', (request, socket, head) => {
      if (!slack.#tickets.delete(request.url ?? '')) {
        slack.faults.push(`an address that is not open: ${request.url ?? ''}`);
        socket.destroy();
        return;
      }
      sockets.handleUpgrade(request, socket as Socket, head, (peer) => slack.#greet(peer));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return slack;
  }

  get api(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api`;
  }

  /** Tells an event, `times` with the same id; gives the ids of the envelopes. */
  tell(event: Readonly<Record<string, unknown>>, times = 1): string[] {
    this.#number += 1;
    return Array.from({ length: times }, (_none, at) => {
      const envelope = `envelope-${this.#number}-${at}`;
      this.#peer?.send(JSON.stringify({ envelope_id: envelope, type: 'events_api', accepts_response_payload: false, payload: { type: 'event_callback', event_id: `Ev${this.#number}`, event } }));
      return envelope;
    });
  }

  /** As Slack does each hour. */
  wantNewConnection(): void {
    this.#peer?.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
  }

  #answer({ url = '', method, headers }: IncomingMessage, body: string): object {
    const given = JSON.parse(body) as Record<string, unknown>;
    const isOf = (token: string): boolean => headers.authorization === `Bearer ${token}`;
    if (method === 'POST' && url === '/api/apps.connections.open' && isOf(this.#tokens.app)) {
      const ticket = `/link/?ticket=${this.connections}-${this.#tickets.size}`;
      this.#tickets.add(ticket);
      return { ok: true, url: `${this.api.replace('http:', 'ws:').replace('/api', '')}${ticket}` };
    }
    if (method === 'POST' && url === '/api/users.info' && isOf(this.#tokens.bot)) return { ok: true, user: { id: given['user'], name: `name-of-${String(given['user'])}` } };
    if (method === 'POST' && url === '/api/chat.postMessage' && isOf(this.#tokens.bot)) {
      this.posted.push({ channel: String(given['channel']), text: String(given['text']) });
      return { ok: true };
    }
    this.faults.push(`${method ?? ''} ${url}`);
    return { ok: false, error: 'invalid_auth' };
  }

  #greet(peer: Peer): void {
    this.connections += 1;
    this.#peer = peer;
    peer.on('message', (data) => {
      const { envelope_id: id, ...rest } = JSON.parse(data.toString('utf8')) as { envelope_id?: string };
      if (id === undefined || Object.keys(rest).length > 0) this.faults.push(data.toString('utf8'));
      else this.acknowledged.push(id);
    });
    peer.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#peer?.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
