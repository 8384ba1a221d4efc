/** A request as resources see it, and what they answer. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Ask {
  readonly method: string;
  /** Without the query, as it was sent: not decoded. */
  readonly path: string;
  /** Decoded parts of the path; never empty, `.` or `..`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  readonly isSecure: boolean;
  /** Named in the log, and in what is answered. */
  readonly id: string;
  /** Ends when the client is gone, or the service stops. */
  readonly signal: AbortSignal;
  /** The whole body, read once. @throws HttpError when it is too large or too slow */
  body(): Promise<Buffer>;
}

/** Pieces go out as they come; the next is asked for when the client has taken what was sent. */
export type Pieces = AsyncIterable<string | Uint8Array>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | Pieces;
}

export type Handler = (ask: Ask) => Promise<Answer>;

/** One header as text; the first of several. */
export function headerOf({ headers }: Pick<Ask, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A cookie of the request. */
export function cookieOf(ask: Pick<Ask, 'headers'>, name: string): string | undefined {
  for (const part of (headerOf(ask, 'cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim().replace(/^"(.*)"$/, '$1');
  }
  return undefined;
}
