/** A request of the library as resources see it. */
import { randomUUID } from 'node:crypto';
import type { Ask } from './exchange.js';
import type { LibraryReply, LibraryRequest } from './fastify.js';
import { HttpError } from './http-error.js';

const ID = /^[\w.:-]{1,64}$/;

/** The id that a request brings, or a new one. */
export function requestId({ 'x-request-id': named }: NodeJS.Dict<string | string[]>): string {
  return typeof named === 'string' && ID.test(named) ? named : randomUUID();
}

export function askOf(request: LibraryRequest, { raw: response }: LibraryReply, stopping: AbortSignal): Ask {
  const { raw } = request;
  const gone = new AbortController();
  // A websocket outlives its response.
  (request.ws ? raw.socket : response).once('close', () => gone.abort());
  const [path = '/', ...queries] = (raw.url ?? '/').split('?');
  return {
    method: raw.method ?? 'GET', path, segments: segmentsOf(path), query: new URLSearchParams(queries.join('?')), headers: raw.headers,
    address: (raw.socket.remoteAddress ?? '').replace(/^::ffff:/, ''), isSecure: 'encrypted' in raw.socket, id: request.id, signal: AbortSignal.any([gone.signal, stopping]),
    body: () => Promise.resolve(request.body instanceof Buffer ? request.body : Buffer.alloc(0)),
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
export function refuseBadPath({ segments }: Ask): void {
  if (segments.some((part) => part === '.' || part === '..' || /[/\\\0]/.test(part))) throw new HttpError(400, 'The path is not valid');
}

/** @throws HttpError for an upgrade that is none to a websocket */
export function refuseBadHandshake({ method, headers }: Ask): void {
  const key = headers['sec-websocket-key'];
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket' || key === undefined || !/^[A-Za-z0-9+/]{22}==$/.test(key)) throw new HttpError(400, 'No websocket handshake');
  if (headers['sec-websocket-version'] !== '13') throw new HttpError(426, 'Upgrade Required', { 'Sec-WebSocket-Version': '13' });
}
