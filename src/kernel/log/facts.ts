/** The facts of a log line: secrets hidden, sizes bounded, then written readably or kept for JSON. */
import type { LogFields } from '../contract/log.js';
import { HIDDEN, looksSecret } from './secrets.js';

const DEPTH_MAX = 5;
const ITEMS_MAX = 100;
const TEXT_LENGTH_MAX = 4000;

/** A copy that can be shown: no value under a secret name at any depth, nothing too deep, too long or endless. */
export function showable(name: string, value: unknown, depth = 0): unknown {
  if (looksSecret(name)) return HIDDEN;
  switch (typeof value) {
    case 'string':
      return value.length > TEXT_LENGTH_MAX ? `${value.slice(0, TEXT_LENGTH_MAX)}...` : value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : showableObject(value, depth);
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'boolean':
    case 'number':
    case 'undefined':
      return value;
  }
}

function showableObject(value: object, depth: number): unknown {
  if (value instanceof Error) return errorText(value);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (value instanceof Date) return value.toJSON();
  if (depth >= DEPTH_MAX) return '[...]';
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => showable('', item, depth + 1));
  if (value instanceof Set) return [...value].slice(0, ITEMS_MAX).map((item) => showable('', item, depth + 1));
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.slice(0, ITEMS_MAX).map(([key, item]) => [String(key), showable(String(key), item, depth + 1)]));
}

/** Class, code and message of an error and of its causes. */
export function errorText(err: unknown, depth = 0): string {
  if (!(err instanceof Error)) return String(showable('', err) as string);
  const code = 'code' in err && typeof err.code === 'string' ? ` (${err.code})` : '';
  const cause = err.cause === undefined || depth >= DEPTH_MAX ? '' : `; caused by ${errorText(err.cause, depth + 1)}`;
  const message = err.message.length > TEXT_LENGTH_MAX ? `${err.message.slice(0, TEXT_LENGTH_MAX)}...` : err.message;
  return `${err.name}: ${message}${code}${cause}`;
}

/** The facts as `key=value`, with a blank before each. Errors are not among them. */
export function factsText(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([name, value]) => name !== 'err' && name !== 'part' && value !== undefined)
    .map(([name, value]) => ` ${name}=${factText(showable(name, value))}`)
    .join('');
}

/** Plain words as they are; everything else so that it stays on its line and its ends are seen. */
function factText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"'=\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value) ?? String(value);
}

/** Control characters written out, so that no text can move the cursor or look like another line's beginning. */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Text from outside as part of one entry: lines after the first are set in, so that none can forge an entry. */
export function setIn(text: string): string {
  return text.trimEnd().replaceAll('\n', '\n    ');
}
