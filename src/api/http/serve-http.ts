/**
 * The HTTP server: limits, slow clients, one answer for each request, a stop that lets requests end. Knows no resource.
 * Everything above speaks `Ask` and `Answer`.
 */
import type { ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../kernel/contract/log.js';
import { askOf, refuseBadHandshake, refuseBadPath, requestId } from './ask.js';
import { declarePlace, type DeclaredPlace } from './declared.js';
import type { Answer, Ask, Handler } from './exchange.js';
import { openLibrary, type Library, type LibraryError, type LibraryReply, type LibraryRequest, type LibraryWebSocket } from './fastify.js';
import { give } from './give.js';
import { errorPage, HttpError } from './http-error.js';
import { WebSocketLink } from './websocket.js';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: without TLS. */
  readonly tls?: ServerOptions | undefined;
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  /** Of one address; 0: no limit. */
  readonly requestsPerSecond: number;
  /** A client that has taken nothing for so long is cut off. */
  readonly notTakenMs?: number;
  /** Answers before anything else is looked at. */
  readonly early: (ask: Ask) => Answer | undefined;
  /** Everything outside of `places`. */
  readonly handle: Handler;
  readonly places?: readonly DeclaredPlace[];
  /** Says who serves a websocket, before it is opened. @throws HttpError */
  readonly upgrade: (ask: Ask) => Promise<ServeSocket>;
  /** Headers of every answer. */
  readonly headersOf: (ask: Ask) => Readonly<Record<string, string>>;
  readonly onAnswered?: (ask: Ask, told: Answered) => void;
  /** Of what was not foreseen. */
  readonly onFailed?: (ask: Ask, error: unknown) => void;
  readonly log: Logger;
}

export type ServeSocket = (link: WebSocketLink) => void;

export interface Answered {
  readonly status: number;
  /** Undefined for what was sent in pieces. */
  readonly bytes: number | undefined;
  /** Of HTTP, such as `1.1`. */
  readonly protocol: string;
  readonly ms: number;
}

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
  /** New connections get these certificates; those that are open stay. */
  renewTls(tls: ServerOptions): void;
}

const NOT_TAKEN_MS = 30_000;
const STOP_WITHIN_MS = 5000;
const EVERYTHING = '/*';

export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const stopping = new AbortController();
  const exchange = new Exchange(options, stopping.signal);
  const app = await openLibrary({
    tls: options.tls, bodyBytesMax: options.bodyBytesMax, requestsPerSecond: options.requestsPerSecond, idOf: requestId,
    onBadAddress: (request, reply) => void exchange.answer(request, reply, () => Promise.resolve(errorPage(new HttpError(400, 'The path is not valid')))),
  });
  exchange.watch(app);
  await declareEverything(app, exchange, options);
  for (const place of options.places ?? []) await declarePlace(app, place, exchange);
  app.server.maxConnections = options.connectionsMax;
  await app.listen({ host: options.host, port: options.port });
  app.server.on('error', (err) => options.log.error({ err }, 'connection not accepted'));
  return {
    port: (app.server.address() as AddressInfo).port,
    renewTls: (tls) => {
      if ('setSecureContext' in app.server && typeof app.server.setSecureContext === 'function') app.server.setSecureContext(tls);
    },
    [Symbol.asyncDispose]: () => stop(app, stopping),
  };
}

/** Streams end at once, requests get a while. */
async function stop(app: Library, stopping: AbortController): Promise<void> {
  stopping.abort();
  const late = setTimeout(() => app.server.closeAllConnections(), STOP_WITHIN_MS);
  await app.close();
  clearTimeout(late);
}

/** One request of the library after the other, as `Ask` and `Answer`. */
class Exchange {
  readonly #options: HttpOptions;
  readonly #stopping: AbortSignal;
  readonly #asks = new WeakMap<LibraryRequest, Ask>();
  readonly #sockets = new WeakMap<LibraryRequest, ServeSocket>();

  constructor(options: HttpOptions, stopping: AbortSignal) {
    this.#options = options;
    this.#stopping = stopping;
  }

  readonly askFor = (request: LibraryRequest): Ask => {
    const ask = this.#asks.get(request);
    if (ask === undefined) throw new Error('a request that was not seen');
    return ask;
  };

  readonly answer = async (request: LibraryRequest, reply: LibraryReply, work: () => Promise<Answer>): Promise<LibraryReply> => {
    const ask = this.#seen(request, reply);
    const answer = await work();
    const { headersOf, notTakenMs = NOT_TAKEN_MS } = this.#options;
    return give(reply, ask, answer, { headers: headersOf(ask), isStopping: this.#stopping.aborted, notTakenMs });
  };

  /** Every error is an answer; what was not foreseen tells nothing but that it happened. */
  readonly failure = (error: unknown, ask: Ask, refused: DeclaredPlace['refused'] = (known) => (known instanceof HttpError ? errorPage(known) : undefined)): Answer => {
    const known = knownError(error);
    const answer = refused(known, ask);
    if (answer !== undefined) return answer;
    this.#options.log.error({ err: error, request: ask.id }, 'request failed');
    this.#options.onFailed?.(ask, error);
    return refused(new HttpError(500, 'An unexpected error occurred'), ask) ?? errorPage(new HttpError(500));
  };

  /** Before any route is declared. */
  watch(app: Library): void {
    app.addHook('onRequest', async (request, reply) => {
      const ask = this.#seen(request, reply);
      refuseBadPath(ask);
      if (request.ws) {
        refuseBadHandshake(ask);
        if (request.routeOptions.url !== EVERYTHING) throw new HttpError(404, 'There is no websocket here');
      }
      const early = this.#options.early(ask);
      if (early !== undefined) return this.answer(request, reply, () => Promise.resolve(early));
      return undefined;
    });
    app.addHook('onResponse', async (request, reply) => {
      const length = reply.getHeader('content-length');
      if (!this.#sockets.has(request)) this.#tell(request, { status: reply.statusCode, bytes: length === undefined ? undefined : Number(length), ms: reply.elapsedTime });
    });
    app.setErrorHandler((error, request, reply) => this.answer(request, reply, () => Promise.resolve(this.failure(error, this.askFor(request)))));
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes));
  }

  /** Who serves a websocket is settled while it can still be refused. */
  async admitSocket(request: LibraryRequest): Promise<void> {
    if (request.ws) this.#sockets.set(request, await this.#options.upgrade(this.askFor(request)));
  }

  /** Told when it opens: it may stay for days. */
  readonly openSocket = (socket: LibraryWebSocket, request: LibraryRequest): void => {
    this.#tell(request, { status: 101, bytes: undefined, ms: 0 });
    this.#sockets.get(request)?.(new WebSocketLink(socket));
  };

  #seen(request: LibraryRequest, reply: LibraryReply): Ask {
    const known = this.#asks.get(request);
    if (known !== undefined) return known;
    const ask = askOf(request, reply, this.#stopping);
    this.#asks.set(request, ask);
    return ask;
  }

  /** Neither query nor path beyond its first part: there may be tokens in them. */
  #tell(request: LibraryRequest, { status, bytes, ms }: Omit<Answered, 'protocol'>): void {
    const ask = this.askFor(request);
    this.#options.log.info({ request: ask.id, method: ask.method, path: `/${ask.segments[0] ?? ''}`, status, from: ask.address, ms: Math.round(ms) }, 'request');
    this.#options.onAnswered?.(ask, { status, bytes, ms, protocol: request.raw.httpVersion });
  }
}

async function declareEverything(app: Library, exchange: Exchange, { handle }: HttpOptions): Promise<void> {
  const handler = (request: LibraryRequest, reply: LibraryReply): Promise<LibraryReply> => exchange.answer(request, reply, () => handle(exchange.askFor(request)));
  app.setNotFoundHandler(handler);
  await app.register(async (place) => {
    place.route({
      method: 'GET', url: EVERYTHING, handler, preValidation: (request) => exchange.admitSocket(request),
      wsHandler: exchange.openSocket,
    });
    place.route({ method: place.supportedMethods.filter((method) => method !== 'GET'), url: EVERYTHING, handler });
  });
}

/** Errors of the library are told in our words. */
function knownError(error: unknown): unknown {
  if (error instanceof HttpError || !(error instanceof Error) || !('statusCode' in error)) return error;
  const { code, statusCode } = error as LibraryError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new HttpError(413);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new HttpError(406, 'Content type not supported');
  return code?.startsWith('FST_ERR_CTP_') || code === 'ECONNRESET' ? new HttpError(statusCode ?? 400, 'The request ended early') : error;
}
