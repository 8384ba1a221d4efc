/** Requests to an API, and its streams of events, over HTTP as any client sends them. */
import { Agent, request } from 'node:http';

export interface Stream {
  /** Lines seen that begin with what is counted. */
  readonly count: number;
  readonly isOpen: boolean;
  /** The server, or a failure, has ended it. */
  readonly isEnded: boolean;
  close(): void;
}

export class ApiClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  send(method: string, path: string, { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: object } = {}): Promise<{ status: number; text: string; token: string }> {
    const text = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: this.#port, method, path, agent: this.#agent, headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }), ...headers } }, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          answer += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: answer, token: String(response.headers['x-auth-token'] ?? '') }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** Counts `part` in what a stream brings. */
  stream(headers: Readonly<Record<string, string>>, part: string): Stream {
    const state = { count: 0, isOpen: false, isEnded: false, close: () => void sent.destroy() };
    let rest = '';
    const sent = request({ host: '127.0.0.1', port: this.#port, path: '/events', agent: false, headers: { Accept: 'text/event-stream', ...headers } }, (response) => {
      state.isOpen = response.statusCode === 200;
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        state.count += lines.filter((line) => line.startsWith(part)).length;
      });
      response.on('close', () => {
        state.isEnded = true;
      });
      response.on('error', () => undefined);
    });
    sent.on('error', () => {
      state.isEnded = true;
    });
    sent.end();
    return state;
  }
}
