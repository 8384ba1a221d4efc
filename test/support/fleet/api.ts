/** A `tsalt-api` beside a master of ours, and ways to speak to it. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import type { MasterHost } from './master.js';
import type { Program } from './program.js';
import { repository } from './salt-venv.js';
import { freePort, type Site } from './site.js';
import { until } from './until.js';

const ANSWER_MS = 60_000;

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Send {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A map is sent as JSON. */
  readonly body?: string | PlainMap | readonly PlainMap[];
  readonly tls?: RequestOptions;
}

export class ApiHost {
  readonly #site: Site;
  readonly #master: MasterHost;
  readonly address: string;
  #program: Program | undefined;

  private constructor(site: Site, master: MasterHost, address: string) {
    this.#site = site;
    this.#master = master;
    this.address = address;
  }

  /** The options of `rest_cherrypy` for a free port. */
  static async options(more: PlainMap = {}): Promise<PlainMap> {
    return { host: '127.0.0.1', port: await freePort(), disable_ssl: true, ...more };
  }

  /** Starts the service of a master that has those options. */
  static async start(site: Site, master: MasterHost, options: PlainMap, env: NodeJS.ProcessEnv = {}): Promise<ApiHost> {
    const api = new ApiHost(site, master, `${options['disable_ssl'] === true ? 'http' : 'https'}://127.0.0.1:${String(options['port'])}`);
    api.#program = site.start({
      name: 'api', argv: [process.execPath, join(repository, 'bin', 'tsalt-api'), '-c', master.configDir, '--log-file', master.path('log', 'api'), '--log-file-level', 'debug', '--pid-file', master.path('run', 'api.pid')],
      outputFile: master.path('log', 'api-output'), logFile: master.path('log', 'api'), env,
    });
    await until('the API', async () => {
      if (api.program.exitCode !== undefined) throw new Error(`the API ended: ${api.program.lastWords()}`);
      return api.send('/', { method: 'HEAD', tls: { rejectUnauthorized: false } }).then(() => true, (error: NodeJS.ErrnoException) => error.code !== 'ECONNREFUSED');
    });
    return api;
  }

  get program(): Program {
    if (this.#program === undefined) throw new Error('The API was not started');
    return this.#program;
  }

  get master(): MasterHost {
    return this.#master;
  }

  get site(): Site {
    return this.#site;
  }

  send(path: string, send: Send = {}): Promise<Reply> {
    return sendTo(`${this.address}${path}`, send);
  }

  async json(path: string, send: Send = {}): Promise<PlainMap> {
    const { status, text } = await this.send(path, send);
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return JSON.parse(text) as PlainMap;
  }

  /** The id of a new session. */
  async login(username: string, password = 'secret', eauth = 'file'): Promise<string> {
    const { return: [{ token }] } = await this.json('/login', { body: { username, password, eauth } }) as unknown as { return: [{ token: string }] };
    return token;
  }

  /** Opens a stream of events; `text` grows. */
  stream(session: string, headers: Readonly<Record<string, string>> = {}): OpenStream {
    return new OpenStream(`${this.address}/events`, { 'X-Auth-Token': session, ...headers });
  }
}

export function sendTo(url: string, { method, headers = {}, body, tls = {} }: Send): Promise<Reply> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const isJson = body !== undefined && typeof body !== 'string';
  return new Promise((resolve, reject) => {
    const all = { Accept: 'application/json', ...(isJson ? { 'Content-Type': 'application/json' } : {}), ...(text === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(text)) }), ...headers };
    const options = { method: method ?? (body === undefined ? 'GET' : 'POST'), headers: all, timeout: ANSWER_MS, agent: false as const };
    const sent = url.startsWith('https:') ? httpsRequest(url, { ...options, ...tls }) : httpRequest(url, options);
    sent.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${url}`)));
    sent.on('error', reject);
    sent.end(text);
  });
}

export class OpenStream implements Disposable {
  readonly #sent;
  text = '';
  status = 0;
  isEnded = false;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#sent = httpRequest(url, { headers: { Accept: 'text/event-stream', ...headers }, agent: false }, (response) => {
      this.status = response.statusCode ?? 0;
      response.setEncoding('utf8').on('data', (chunk: string) => {
        this.text += chunk;
      });
      response.on('close', () => {
        this.isEnded = true;
      });
    });
    this.#sent.on('error', () => {
      this.isEnded = true;
    });
    this.#sent.end();
  }

  /** Resolves when the stream has begun. */
  async begun(): Promise<void> {
    await until('the stream', () => this.text.startsWith('retry:') || this.isEnded);
  }

  async sees(part: string | RegExp): Promise<void> {
    await until(`${String(part)} in the stream`, () => (typeof part === 'string' ? this.text.includes(part) : part.test(this.text)));
  }

  get tags(): string[] {
    return [...this.text.matchAll(/^tag: (.*)$/gm)].map(([, tag = '']) => tag);
  }

  get lastId(): string {
    return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  }

  [Symbol.dispose](): void {
    this.#sent.destroy();
  }
}
