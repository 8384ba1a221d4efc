/**
 * The HTTP server: limits, slow clients, one answer for each request, a stop that lets requests end. Knows no resource.
 * Everything above speaks `Ask` and `Answer`, so that this is the only owner of the server.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../kernel/contract/log.js';
import { deferred } from '../../kernel/std/async.js';
import type { Answer, Ask, Handler, Pieces } from './exchange.js';
import { errorPage, HttpError } from './http-error.js';
import { readBody } from './read-body.js';
import type { Rates } from './rates.js';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: without TLS. */
  readonly tls?: ServerOptions | undefined;
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  readonly rates: Rates;
  readonly handle: Handler;
  /** Takes a connection that wants to speak websocket. @throws HttpError */
  readonly upgrade: (ask: Ask, socket: Duplex, head: Buffer) => Promise<void>;
  /** The last word on the headers of every answer. */
  readonly headersOf: (ask: Ask) => Readonly<Record<string, string>>;
  readonly log: Logger;
}

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
  /** New connections get these certificates; those that are open stay. */
  renewTls(tls: ServerOptions): void;
}

const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 30_000;
const IDLE_MS = 30_000;
/** A client that has taken nothing for so long is cut off. */
const NOT_TAKEN_MS = 30_000;
const STOP_WITHIN_MS = 5000;
const ID = /^[\w.:-]{1,64}$/;

export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const stopping = new AbortController();
  const common = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_WITHIN_MS, requestTimeout: REQUEST_WITHIN_MS, keepAliveTimeout: IDLE_MS };
  const answer = (message: IncomingMessage, response: ServerResponse): void => {
    void answerOne(message, response, options, stopping.signal).catch((err: unknown) => {
      options.log.debug({ err }, 'request ended early');
      response.destroy();
    });
  };
  const secure = options.tls === undefined ? undefined : createSecureServer({ ...common, ...options.tls }, answer);
  const server: Server = secure ?? createServer(common, answer);
  server.maxConnections = options.connectionsMax;
  server.on('upgrade', (message, socket, head) => {
    socket.on('error', () => socket.destroy());
    void upgradeOne(message, socket, head, options, stopping.signal);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  server.on('error', (err) => options.log.error({ err }, 'connection not accepted'));
  return {
    port: (server.address() as AddressInfo).port,
    renewTls: (tls) => secure?.setSecureContext(tls),
    [Symbol.asyncDispose]: () => stop(server, stopping),
  };
}

/** Streams end at once, requests get a while. */
async function stop(server: Server, stopping: AbortController): Promise<void> {
  const closed = deferred<void>();
  server.close(() => closed.resolve());
  stopping.abort();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS);
  await closed.promise;
  clearTimeout(late);
}

async function answerOne(message: IncomingMessage, response: ServerResponse, options: HttpOptions, stopping: AbortSignal): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const ask = askOf(message, AbortSignal.any([gone.signal, stopping]), options.bodyBytesMax);
  const begun = performance.now();
  const answer = await answerTo(ask, options);
  const isRead = message.complete || (message.headers['content-length'] ?? '0') === '0' && message.headers['transfer-encoding'] === undefined;
  const headers = { ...options.headersOf(ask), 'X-Request-Id': ask.id, ...answer.headers };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, typeof value === 'string' ? value : [...value]);
  // What was not read is not read any more: the connection ends with the answer.
  if (!isRead || stopping.aborted) response.setHeader('Connection', 'close');
  response.statusCode = answer.status;
  response.setTimeout(NOT_TAKEN_MS, () => {
    if (response.writableLength > 0) response.destroy();
  });
  if (ask.method === 'HEAD') response.end();
  else if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) endWith(response, answer.body);
  else await sendPieces(response, answer.body, ask.signal);
  // Neither query nor path beyond its first part: there may be tokens in them.
  options.log.info({ request: ask.id, method: ask.method, path: `/${ask.segments[0] ?? ''}`, status: answer.status, from: ask.address, ms: Math.round(performance.now() - begun) }, 'request');
}

function endWith(response: ServerResponse, body: string | Uint8Array): void {
  response.setHeader('Content-Length', String(Buffer.byteLength(body)));
  response.end(body);
}

async function sendPieces(response: ServerResponse, pieces: Pieces, signal: AbortSignal): Promise<void> {
  response.flushHeaders();
  for await (const piece of pieces) {
    if (signal.aborted) break;
    if (!response.write(piece)) await drained(response, signal);
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const done = deferred<void>();
  const go = (): void => done.resolve();
  response.once('drain', go);
  signal.addEventListener('abort', go, { once: true });
  await done.promise;
  response.off('drain', go);
  signal.removeEventListener('abort', go);
}

/** Every error is an answer; what was not foreseen tells nothing but that it happened. */
async function answerTo(ask: Ask, { rates, handle, log }: HttpOptions): Promise<Answer> {
  try {
    if (!rates.take(ask.address)) throw new HttpError(429, undefined, { 'Retry-After': '1' });
    refuseBadPath(ask);
    return await handle(ask);
  } catch (error) {
    if (error instanceof HttpError) return errorPage(error);
    log.error({ err: error, request: ask.id }, 'request failed');
    return errorPage(new HttpError(500, 'An unexpected error occurred'));
  }
}

async function upgradeOne(message: IncomingMessage, socket: Duplex, head: Buffer, options: HttpOptions, stopping: AbortSignal): Promise<void> {
  const gone = new AbortController();
  socket.on('close', () => gone.abort());
  try {
    const ask = askOf(message, AbortSignal.any([gone.signal, stopping]), options.bodyBytesMax);
    if (!options.rates.take(ask.address)) throw new HttpError(429);
    refuseBadPath(ask);
    await options.upgrade(ask, socket, head);
  } catch (error) {
    const known = error instanceof HttpError ? error : new HttpError(500, 'An unexpected error occurred');
    if (!(error instanceof HttpError)) options.log.error({ err: error }, 'websocket failed');
    const { body } = errorPage(known);
    socket.end(`HTTP/1.1 ${known.status} Refused\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: ${Buffer.byteLength(String(body))}\r\nConnection: close\r\n\r\n${String(body)}`);
  }
}

function askOf(message: IncomingMessage, signal: AbortSignal, bodyBytesMax: number): Ask {
  const [path = '/', ...queries] = (message.url ?? '/').split('?');
  const named = message.headers['x-request-id'];
  let body: Promise<Buffer> | undefined;
  return {
    method: message.method ?? 'GET', path, segments: segmentsOf(path), query: new URLSearchParams(queries.join('?')), headers: message.headers,
    address: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''), isSecure: 'encrypted' in message.socket,
    id: typeof named === 'string' && ID.test(named) ? named : randomUUID(), signal,
    body: () => (body ??= readBody(message, bodyBytesMax)),
  };
}

/** What cannot be decoded stays as it is, and is refused. */
const segmentsOf = (path: string): string[] => path.split('/').filter((part) => part !== '').map((part) => {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return '..';
    throw error;
  }
});

/** @throws HttpError for a path that tries to leave its place */
function refuseBadPath({ segments }: Ask): void {
  if (segments.some((part) => part === '.' || part === '..' || /[/\\\0]/.test(part))) throw new HttpError(400, 'The path is not valid');
}
