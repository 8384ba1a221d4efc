/** The nouns of a job. */
import type { PlainMap, Value } from '../std/value.js';

declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** Job id: 20 digits of UTC time, or a text the caller chose. Made by `parseJid`. */
export type Jid = Brand<'Jid'>;
/** Id of a minion. Made by `parseMinionId`; safe as a file name. */
export type MinionId = Brand<'MinionId'>;

export interface Target {
  readonly expr: Value;
  readonly kind: string;
  readonly delimiter: string;
}

/** A job as the master publishes it to minions. Wire names are Salt's. */
export interface Publication {
  readonly jid: Jid;
  /** One function, or several for a compound command; then `arg` is a list of lists. */
  readonly fun: string | readonly string[];
  readonly arg: readonly Value[];
  readonly tgt: Value;
  readonly tgt_type: string;
  /** Names of returners, comma separated, or empty. */
  readonly ret: string;
  readonly user: string;
  readonly delimiter: string;
  /** Everything else that was published: `metadata`, `id`, `ret_config`, `start_event`, ... */
  readonly more: PlainMap;
}

/** Longest id in bytes: with the ending `.p` of its cache files it is still a file name. */
const MINION_ID_BYTES_MAX = 253;
/** Separators of paths, and what nobody sees: control and format characters, marks of direction, line separators. */
const NOT_IN_ID = /[/\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * Salt's id of a minion, safe as a file name: no separator, nothing invisible, no blank at its ends, no leading dot (lists of keys
 * leave such files out), and not `__proto__`.
 */
export function parseMinionId(text: unknown): MinionId | undefined {
  if (typeof text !== 'string' || text === '' || text.startsWith('.') || text === '__proto__' || text.trim() !== text) return undefined;
  if (NOT_IN_ID.test(text) || Buffer.byteLength(text) > MINION_ID_BYTES_MAX) return undefined;
  return text as MinionId;
}

/** A job id: letters, digits, `_`, `-`, `.`, at most 64; never a path. */
export function parseJid(text: unknown): Jid | undefined {
  const candidate = typeof text === 'number' || typeof text === 'bigint' ? String(text) : text;
  if (typeof candidate !== 'string') return undefined;
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(candidate) ? (candidate as Jid) : undefined;
}
