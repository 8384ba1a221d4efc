/** Fetches web addresses. Limits: redirects, waiting time, size of what is kept in memory. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { minionError, parseAddress } from './address.js';

const REDIRECTS_MAX = 5;
/** Bytes of a download that is given back instead of written. */
const CONTENT_BYTES_MAX = 100 * 1024 * 1024;
const DEFAULT_TIMEOUT_S = 3600;
const CONNECT_TIMEOUT_MS = 20_000;

export interface DownloadOptions {
  readonly verifySsl: boolean;
  /** Tag of the copy at hand; the answer is undefined when it is still the newest. */
  readonly etag?: string;
}

interface Got {
  readonly response: IncomingMessage;
  readonly etag: string | undefined;
}

/** Whole content of a web address. @throws PythonError (MinionError) */
export async function downloadContent(ctx: Context, address: string, options: DownloadOptions): Promise<Buffer> {
  return explaining(address, async () => {
    const { response } = await open(ctx, address, options);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > CONTENT_BYTES_MAX) throw new Error(`Content larger than ${CONTENT_BYTES_MAX} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  });
}

/** Writes a web address to a file, by way of a file beside it. Gives the tag of the content and whether the copy was replaced. */
export async function downloadFile(ctx: Context, address: string, dest: string, options: DownloadOptions): Promise<{ etag: string | undefined; fresh: boolean }> {
  return explaining(address, async () => {
    const { response, etag } = await open(ctx, address, options);
    if (response.statusCode === 304) {
      response.resume();
      return { etag: options.etag, fresh: false };
    }
    // A name of its own: jobs that fetch the same address at once must not write into one file.
    const part = `${dest}.${randomUUID()}.part`;
    try {
      const file = await ctx.sys.fs.open(part, 'wx');
      await pipeline(response, file.createWriteStream(), { signal: ctx.signal });
      await ctx.sys.fs.rename(part, dest);
    } catch (error) {
      await ctx.sys.fs.rm(part, { force: true });
      throw error;
    }
    return { etag, fresh: true };
  });
}

/** Salt's words for what went wrong. Source: observed, `Error: HTTP 404: File not found reading /nope`. */
async function explaining<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PythonError) throw error;
    const why = isOsError(error) ? osErrorText(error, { path: false }) : error instanceof Error ? error.message : String(error);
    throw minionError(`Error: ${why} reading ${parseAddress(address).path}`);
  }
}

async function open(ctx: Context, address: string, options: DownloadOptions): Promise<Got> {
  let url = new URL(address);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    const response = await ask(ctx, url, options);
    const status = response.statusCode ?? 0;
    const location = response.headers.location;
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
      response.resume();
      url = redirected(url, location);
      continue;
    }
    if (status >= 200 && status < 300) return { response, etag: response.headers.etag };
    if (status === 304 && options.etag !== undefined) return { response, etag: options.etag };
    response.resume();
    throw new Error(`HTTP ${status}: ${response.statusMessage ?? ''}`);
  }
  throw new Error(`Maximum (${REDIRECTS_MAX}) redirects followed`);
}

/** Where a redirect leads; another host never gets the login, another scheme is refused. */
function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') throw new Error(`Unsupported url scheme: ${to.protocol.slice(0, -1)}`);
  if (to.origin === from.origin && to.username === '') {
    to.username = from.username;
    to.password = from.password;
  }
  return to;
}

function ask(ctx: Context, url: URL, options: DownloadOptions): Promise<IncomingMessage> {
  const timeoutMs = Number(ctx.opts['http_request_timeout'] ?? DEFAULT_TIMEOUT_S) * 1000;
  const connectMs = Math.min(timeoutMs, Number(ctx.opts['http_connect_timeout'] ?? 0) * 1000 || CONNECT_TIMEOUT_MS);
  const login = url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` };
  const common = {
    signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(timeoutMs)]),
    headers: { 'user-agent': 'Salt', ...(options.etag === undefined ? {} : { 'if-none-match': options.etag }) },
    ...login,
  };
  return new Promise((resolve, reject) => {
    const sent = url.protocol === 'https:'
      ? httpsRequest(url, { ...common, rejectUnauthorized: options.verifySsl }, resolve)
      : httpRequest(url, common, resolve);
    sent.setTimeout(connectMs, () => sent.destroy(new Error('Timeout while connecting')));
    sent.on('response', () => sent.setTimeout(0));
    sent.on('error', reject);
    sent.end();
  });
}
