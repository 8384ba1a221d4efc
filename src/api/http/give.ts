/** Sends an answer: whole, or in pieces as the client takes them. */
import { Readable } from 'node:stream';
import type { Answer, Ask } from './exchange.js';
import type { LibraryReply } from './fastify.js';

export interface GiveOptions {
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isStopping: boolean;
  /** A client that has taken nothing for so long is cut off. */
  readonly notTakenMs: number;
}

export function give(reply: LibraryReply, ask: Ask, { status, headers, body }: Answer, options: GiveOptions): LibraryReply {
  for (const [name, value] of Object.entries({ ...options.headers, 'X-Request-Id': ask.id, ...headers })) reply.header(name, value);
  // What was not read is not read any more: the connection ends with the answer.
  if (!isRead(reply) || options.isStopping) reply.header('Connection', 'close');
  reply.code(status);
  const { raw } = reply;
  raw.setTimeout(options.notTakenMs, () => {
    if (raw.writableLength > 0) raw.destroy();
  });
  if (ask.method === 'HEAD') return reply.send();
  // Texts would get a character set that Salt's answers have not.
  if (typeof body === 'string') return body === '' ? reply.send() : reply.send(Buffer.from(body));
  if (body instanceof Uint8Array) return reply.send(body);
  // The client learns that the stream is open before there is anything in it.
  raw.once('pipe', () => raw.flushHeaders());
  return reply.send(Readable.from(body, { objectMode: false }));
}

const isRead = ({ request: { raw } }: LibraryReply): boolean => raw.complete || ((raw.headers['content-length'] ?? '0') === '0' && raw.headers['transfer-encoding'] === undefined);
