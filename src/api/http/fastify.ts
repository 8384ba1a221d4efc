/** The owner of fastify and its plugins: loaded when the service starts, by nothing else. */
import type { ServerOptions } from 'node:https';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from '@fastify/websocket';
import { ConfigError } from '../../kernel/config/config-error.js';
import { HttpError } from './http-error.js';

export type { FastifyError as LibraryError, FastifyInstance as Library, FastifyReply as LibraryReply, FastifyRequest as LibraryRequest, WebSocket as LibraryWebSocket };

export interface LibraryOptions {
  /** Undefined: without TLS. */
  readonly tls: ServerOptions | undefined;
  readonly bodyBytesMax: number;
  /** Requests of one address; 0: no limit. */
  readonly requestsPerSecond: number;
  readonly idOf: (headers: NodeJS.Dict<string | string[]>) => string;
  /** Answers what has no route, since its address cannot be read. */
  readonly onBadAddress: (request: FastifyRequest, reply: FastifyReply) => void;
}

const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 30_000;
const IDLE_MS = 30_000;
const PARAMETER_LETTERS_MAX = 4096;
const TEXT_BYTES_MAX = 16 * 1024;
const ADDRESSES_MAX = 10_000;

/** @throws ConfigError when the packages are not installed */
export async function openLibrary({ tls, bodyBytesMax, requestsPerSecond, idOf, onBadAddress }: LibraryOptions): Promise<FastifyInstance> {
  const [{ fastify }, { fastifyWebsocket }, { fastifyRateLimit }] = await Promise.all([import('fastify'), import('@fastify/websocket'), import('@fastify/rate-limit')]).catch(notInstalled);
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEADERS_WITHIN_MS };
  const app = fastify({
    ...(tls === undefined ? { http: limits } : { https: { ...limits, ...tls } }),
    bodyLimit: bodyBytesMax, requestTimeout: REQUEST_WITHIN_MS, keepAliveTimeout: IDLE_MS, return503OnClosing: false, exposeHeadRoutes: false, requestIdHeader: false,
    genReqId: (message) => idOf(message.headers),
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: PARAMETER_LETTERS_MAX },
    frameworkErrors: (_error, request, reply) => onBadAddress(request, reply),
  }) as unknown as FastifyInstance;
  await app.register(fastifyWebsocket, { options: { maxPayload: TEXT_BYTES_MAX, perMessageDeflate: false }, errorHandler: (_error, socket) => socket.close() });
  if (requestsPerSecond > 0) {
    const silent = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };
    await app.register(fastifyRateLimit, {
      max: requestsPerSecond, timeWindow: 1000, cache: ADDRESSES_MAX, addHeaders: { ...silent, 'retry-after': false }, addHeadersOnExceeding: silent,
      errorResponseBuilder: () => new HttpError(429, undefined, { 'Retry-After': '1' }),
    });
  }
  return app;
}

/** Gives the description of the routes that are declared after it. */
export async function describeRoutes(app: FastifyInstance, about: object): Promise<() => object> {
  const { fastifySwagger } = await import('@fastify/swagger').catch(notInstalled);
  await app.register(fastifySwagger, { openapi: about, convertConstToEnum: false });
  return () => app.swagger();
}

function notInstalled(cause: unknown): never {
  throw new ConfigError('tsalt-api needs the packages fastify, @fastify/websocket, @fastify/rate-limit and @fastify/swagger: install tsalt with its optional dependencies', { cause });
}
