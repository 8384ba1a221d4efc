/** What a resource of `/v1` declares: its place, what may be sent, what comes back. Checks, the OpenAPI text and the pages are made from it. */
import type { TObject, TSchema } from 'typebox';
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { Asker, MasterDoor } from '../door/master-door.js';
import type { Feed } from '../events/feed.js';
import type { Validity } from '../events/validity.js';
import type { Answer, Ask } from '../http/exchange.js';
import type { ApiOptions } from '../options.js';
import type { AnswerStore } from './answer-store.js';

export interface V1Host {
  readonly answers: AnswerStore;
  readonly door: MasterDoor;
  readonly feed: Feed;
  readonly validity: Validity;
  readonly options: ApiOptions;
  readonly streams: { count: number };
  readonly distDir: string;
  /** The token that stands behind a session. */
  readonly tokenOf: (ask: Ask) => string | undefined;
  readonly log: Logger;
}

export interface Call {
  readonly ask: Ask;
  /** Of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: PlainMap;
  readonly body: PlainMap;
  /** Proof of who asks; empty where the route is open. */
  readonly asker: Asker;
  readonly token: string;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Parts in braces are parameters: `/jobs/{jid}`. */
  readonly path: string;
  readonly summary: string;
  readonly isOpen?: boolean;
  readonly query?: TObject;
  readonly body?: TObject;
  /** A second request with the same `Idempotency-Key` gets the answer of the first. */
  readonly isIdempotent?: boolean;
  readonly answers: { readonly status: number; readonly schema?: TSchema; readonly type?: string };
  readonly run: (call: Call, host: V1Host) => Promise<Answer>;
}

/** The answer as JSON. */
export function json(body: unknown, { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers }, body: JSON.stringify(body) };
}
