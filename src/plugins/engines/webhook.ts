/**
 * Takes requests of other programs over HTTP; each POST is an event `salt/engines/hook/<path>` with `headers` and `body`.
 *
 * Source: read and observed, Salt 3008.3 (tornado). Differs: a secret can be asked for (`secret`, `signature`, `signature_header`), sizes,
 * times and connections have limits, and an event that the master does not take is answered with 503.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { untilAborted } from './parts/until-aborted.js';
import { DEFAULT_HEADERS, isProven, SIGNATURE_KINDS, type SignatureKind, type SignatureRule } from './parts/signature.js';

const PREFIX = 'salt/engines/hook/';
const BODY_BYTES_MAX = 1024 * 1024;
const TAG_CHARS_MAX = 512;
const HEADER_BYTES_MAX = 16 * 1024;
/** A whole request, and its head, must be here within. */
const REQUEST_MS = 10_000;
const HEADERS_MS = 5000;
const KEEP_ALIVE_MS = 5000;
const CONNECTIONS_MAX = 200;
const LOOPBACK = /^(?:127\.|::1$|localhost$)/;

/** A request that is answered with this status and is no event. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** As tornado gives them to Salt: `Content-Type`; several of one name joined. */
function headersOf({ rawHeaders }: IncomingMessage, hidden: string | undefined): PlainMap {
  const headers: PlainMap = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const lower = (rawHeaders[at] ?? '').toLowerCase();
    if (lower === hidden) continue;
    const name = lower.replace(/(?:^|-)[a-z]/g, (letters) => letters.toUpperCase());
    const before = headers[name];
    headers[name] = before === undefined ? rawHeaders[at + 1] ?? '' : `${String(before)},${rawHeaders[at + 1] ?? ''}`;
  }
  return headers;
}

/** The path without its first slash. @throws Refused */
function tagOf(url: string): string {
  let path: string;
  try {
    path = decodeURIComponent((url.split('?', 1)[0] ?? '').replace(/^\//, ''));
  } catch {
    // Salt's answer to a path that is no UTF-8.
    throw new Refused(400, 'the path is no UTF-8');
  }
  if (path.length > TAG_CHARS_MAX) throw new Refused(414, 'the path is too long');
  if (/\p{Cc}/u.test(path)) throw new Refused(400, 'the path has control characters');
  return PREFIX + path;
}

/** @throws Refused */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw new Refused(413, 'the body is too large');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new Refused(413, 'the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

interface HookRules {
  readonly signature: SignatureRule | undefined;
  readonly bytesMax: number;
}

async function take(request: IncomingMessage, { signature, bytesMax }: HookRules, ctx: Context): Promise<void> {
  if (request.method !== 'POST') throw new Refused(405, 'not a POST');
  const tag = tagOf(request.url ?? '/');
  const body = await bodyOf(request, bytesMax);
  const given = signature === undefined ? undefined : request.headers[signature.header];
  if (signature !== undefined && !isProven(signature, Array.isArray(given) ? given[0] : given, body)) throw new Refused(403, 'the signature is wrong or missing');
  const headers = headersOf(request, signature?.kind === 'token' ? signature.header : undefined);
  try {
    await fireEvent(ctx, tag, { headers, body });
  } catch (cause) {
    ctx.log.error({ err: cause, tag }, 'webhook event not sent');
    throw new Refused(503, 'the event cannot be sent now');
  }
}

function listener(rules: HookRules, ctx: Context): RequestListener {
  return (request, response) => {
    take(request, rules, ctx).then(() => 200, (err: unknown) => {
      const status = err instanceof Refused ? err.status : 400;
      ctx.log.warn({ status, reason: asError(err).message, from: request.socket.remoteAddress }, 'webhook request refused');
      return status;
    }).then((status) => {
      // What is left of a body that is too large is not read.
      const closes = status === 413 ? { Connection: 'close' } : {};
      response.writeHead(status, { 'Content-Type': 'text/html; charset=UTF-8', 'Content-Length': 0, ...closes }).end();
      if (status === 413) request.destroy();
    }).catch((err: unknown) => ctx.log.debug({ err }, 'webhook answer not sent'));
  };
}

function ruleOf(secrets: readonly string[], kind: string, header: string | null): SignatureRule | undefined {
  if (secrets.length === 0) return undefined;
  const known = SIGNATURE_KINDS.find((one) => one === kind);
  if (known === undefined) throw new CommandExecutionError(`signature must be one of ${SIGNATURE_KINDS.join(', ')}`);
  if (secrets.some((secret) => secret === '')) throw new CommandExecutionError('secret is empty');
  return { kind: known satisfies SignatureKind, header: (header ?? DEFAULT_HEADERS[known]).toLowerCase(), secrets };
}

async function serverOf(crt: string | null, key: string | null, onRequest: RequestListener): Promise<Server> {
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, keepAliveTimeout: KEEP_ALIVE_MS, connectionsCheckingInterval: 1000 };
  if (crt === null || key === null) return createServer(limits, onRequest);
  const [certText, keyText] = await Promise.all([readFile(crt), readFile(key)]);
  return createSecureServer({ ...limits, cert: certText, key: keyText, minVersion: 'TLSv1.2', handshakeTimeout: HEADERS_MS }, onRequest);
}

export default defineEngine({
  name: 'webhook',
  doc: 'Take requests of other programs over HTTP or HTTPS; each POST is an event salt/engines/hook/<path>.',
  params: {
    address: p.string(null, 'where to listen; without it on all addresses'), port: p.int(5000), ssl_crt: p.string(null), ssl_key: p.string(null),
    secret: p.any(null, 'one or several; who does not know one is refused (tsalt only)'),
    signature: p.string('sha256', 'how the secret is proven: sha256, sha512, sha1 or token (tsalt only)'),
    signature_header: p.string(null, 'header of the proof (tsalt only)'), max_body_size: p.int(BODY_BYTES_MAX, 'in bytes (tsalt only)'),
  },
  async start({ address, port, ssl_crt: crt, ssl_key: key, secret, signature, signature_header: header, max_body_size: bytesMax }, ctx) {
    const secrets = secret === null ? [] : (Array.isArray(secret) ? secret : [secret]).map(String);
    const rules = { signature: ruleOf(secrets, signature, header), bytesMax };
    if (rules.signature === undefined && !LOOPBACK.test(address ?? '')) {
      ctx.log.warn({ address: address ?? '*', port }, 'webhook takes events of everybody who reaches it: set a secret, or the address 127.0.0.1');
    }
    const server = await serverOf(crt, key, listener(rules, ctx));
    server.maxConnections = CONNECTIONS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, ...(address === null ? {} : { host: address }) }, resolve);
    });
    ctx.log.info({ address: address ?? '*', port: (server.address() as { port: number }).port, tls: crt !== null && key !== null }, 'webhook listens');
    try {
      await untilAborted(ctx.signal, (fail) => void server.on('error', fail));
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
});
