/** One request over HTTP, redirects followed; the answer in memory. Limits: redirects, waiting times, bytes. */
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { CookieJar } from './cookies.js';
import { overProxy, type HttpProxy } from './proxy.js';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly verify: boolean;
  /** Certificates to trust, as PEM; goes before `caFile`. */
  readonly ca?: string | undefined;
  /** Paths of PEM files. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly timeoutMs: number;
  /** Until the connection stands; as long as the whole when not given. */
  readonly connectTimeoutMs?: number;
  /** Cookies are taken from here and put here. */
  readonly jar?: CookieJar | undefined;
  readonly proxy?: HttpProxy | undefined;
  readonly bytesMax: number;
  /** How often an answer may send elsewhere; 5 when not given. What only means something where it was sent to has 0. */
  readonly redirectsMax?: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  /** Names as Python writes them: `Content-Type`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers `Set-Cookie`, each as it came. */
  readonly setCookies: readonly string[];
  readonly body: Buffer;
  /** Where it came from in the end. */
  readonly url: string;
}

/** The answer did not come in time. */
export class HttpTimeoutError extends Error {}

const REDIRECTS_MAX = 5;
const TIMER_MS_MAX = 2 ** 31 - 1;
/** What is inflated may be a thousand times larger. */
const INFLATED_BYTES_MAX = 256 * 1024 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Not for another host: they are secrets of the first. */
const FOR_ONE_HOST: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** @throws HttpTimeoutError, TypeError for what is no address, and Node's errors of connections */
export async function httpFetch(request: HttpRequest): Promise<HttpAnswer> {
  const limit = AbortSignal.timeout(Math.min(request.timeoutMs, TIMER_MS_MAX));
  const signal = AbortSignal.any([request.signal, limit]);
  try {
    let now = request;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await once(now, signal);
      const location = answer.headers['Location'];
      if (location === undefined || !REDIRECTS.has(answer.status) || redirects >= (request.redirectsMax ?? REDIRECTS_MAX)) return answer;
      now = redirected(now, location, answer.status);
    }
  } catch (error) {
    if (limit.aborted) throw new HttpTimeoutError('Timeout during request', { cause: error });
    throw error;
  }
}

/** As browsers do: after 303, and after others of a POST, it is asked for with GET. */
function redirected(request: HttpRequest, location: string, status: number): HttpRequest {
  const from = new URL(request.url);
  const to = new URL(location, from);
  const isGet = status === 303 || (request.method === 'POST' && status < 303);
  const dropped = (name: string): boolean => (to.host !== from.host && FOR_ONE_HOST.has(name)) || (isGet && name.startsWith('content-'));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped(name.toLowerCase())));
  return { ...request, url: to.href, headers, ...(isGet ? { method: 'GET', body: undefined } : {}) };
}

async function once(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  if (!URL.canParse(request.url) || !/^https?:$/.test(new URL(request.url).protocol)) throw new TypeError(`Unsupported url scheme: ${request.url}`);
  const url = new URL(request.url);
  const response = await sent(url, request, signal);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > request.bytesMax) throw new Error(`The body is larger than ${request.bytesMax} bytes`);
    chunks.push(chunk);
  }
  const headers = headersOf(response);
  const setCookies = response.headers['set-cookie'] ?? [];
  request.jar?.take(setCookies, url, Date.now());
  return {
    status: response.statusCode ?? 0, reason: response.statusMessage ?? '', headers, setCookies, url: request.url,
    body: inflated(Buffer.concat(chunks), headers['Content-Encoding']),
  };
}

async function sent(url: URL, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:' ? await secureOptions(request) : {};
  const { proxyHeaders = {}, ...way } = request.proxy === undefined ? {} : await overProxy(url, request.proxy, secure, signal);
  const cookie = [request.headers['Cookie'] ?? '', request.jar?.headerFor(url, Date.now()) ?? ''].filter((part) => part !== '').join('; ');
  const headers = {
    ...(request.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(request.body)) }), ...request.headers, ...proxyHeaders,
    ...(cookie === '' ? {} : { Cookie: cookie }),
  };
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const asked = open(url, { method: request.method, headers, signal, ...secure, ...way }, resolve);
    const timer = setTimeout(() => asked.destroy(new HttpTimeoutError('Timeout while connecting')), Math.min(request.connectTimeoutMs ?? request.timeoutMs, TIMER_MS_MAX));
    asked.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(timer));
      else clearTimeout(timer);
    });
    asked.once('close', () => clearTimeout(timer));
    asked.on('error', reject);
    asked.end(request.body);
  });
}

async function secureOptions({ verify, ca: trusted, caFile, certFile, keyFile }: HttpRequest): Promise<object> {
  const read = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path));
  const [ca, cert, key] = await Promise.all([verify ? trusted ?? read(caFile) : undefined, read(certFile), read(keyFile ?? certFile)]);
  return { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase().replace(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase());
    headers[name] = headers[name] === undefined ? rawHeaders[at + 1] ?? '' : `${headers[name]},${rawHeaders[at + 1] ?? ''}`;
  }
  return headers;
}

function inflated(body: Buffer, coding: string | undefined): Buffer {
  if (body.length === 0) return body;
  const options = { maxOutputLength: INFLATED_BYTES_MAX };
  if (coding === 'gzip') return gunzipSync(body, options);
  if (coding !== 'deflate') return body;
  // Some send it with the frame of zlib, as it should be, some without.
  return ((body[0] ?? 0) & 0x0f) === 8 ? inflateSync(body, options) : inflateRawSync(body, options);
}
