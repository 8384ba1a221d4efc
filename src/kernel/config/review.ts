/** What is said about the values of a configuration: wrong types, names nobody knows, parts that only Python has. */
import { HIDDEN, looksSecret } from '../log/secrets.js';
import type { Value, PlainMap } from '../std/value.js';
import { typeWarning } from './check-types.js';
import type { Notices } from './notice.js';
import type { OptionTable } from './option.js';
import { lineOfOption } from './read-file.js';

/** Configured at the top level, read by log handlers that exist in Python only. */
const PYTHON_LOG_HANDLERS = ['sentry_handler', 'logstash_udp_handler', 'logstash_zmq_handler', 'fluent_handler', 'log4mongo_handler'];

/** Reports on the options that files set. `opts` holds the final values, `origins` the file of each option. */
export function reviewOptions(opts: PlainMap, origins: ReadonlyMap<string, string>, known: OptionTable, notices: Notices): void {
  for (const name of Object.keys(known)) {
    const path = origins.get(name);
    const types = known[name]?.types;
    if (path === undefined || types === undefined) continue;
    const value: Value = opts[name] ?? null;
    const warning = typeWarning(name, types, value, looksSecret(name) ? HIDDEN : undefined);
    if (warning !== undefined) notices.add('warning', `${warning} (${place(path, name)})`);
  }
  reportUnknown([...origins.keys()].filter((name) => !Object.hasOwn(known, name)), known, notices);
  const handlers = PYTHON_LOG_HANDLERS.filter((name) => origins.has(name));
  if (handlers.length > 0) notices.add('warning', `Log handlers that need Python are not available: ${handlers.join(', ')}`);
}

function place(path: string, name: string): string {
  const line = lineOfOption(path, name);
  return line === undefined ? path : `${path} line ${line}`;
}

/**
 * Unknown options are kept, since modules read options of their own; Salt says nothing about them. A name that is almost
 * a known one is a warning, the others are a warning of daemons and a note of commands.
 */
function reportUnknown(names: readonly string[], known: OptionTable, notices: Notices): void {
  const typos = names.map((name) => [name, similarOption(name, known)] as const).filter(([, meant]) => meant !== undefined);
  if (typos.length > 0) {
    notices.add('warning', `Unknown configuration options: ${typos.map(([name, meant]) => `'${name}' (did you mean '${meant}'?)`).join(', ')}`);
  }
  const others = names.filter((name) => !typos.some(([typo]) => typo === name));
  if (others.length > 0) notices.add('info', `Configuration options that only modules can know: ${others.join(', ')}`, 'warning');
}

const TYPO_LENGTH_MIN = 6;

/** The known option that one wrong, missing, additional or swapped letter makes of the name. */
function similarOption(name: string, known: OptionTable): string | undefined {
  if (name.length < TYPO_LENGTH_MIN || name.length > 80) return undefined;
  return Object.keys(known).find((option) => isOneSlipApart(name, option));
}

function isOneSlipApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  if (a.length > b.length) return a.slice(start + 1) === b.slice(start);
  if (a.length < b.length) return a.slice(start) === b.slice(start + 1);
  const isSwapped = a[start] === b[start + 1] && a[start + 1] === b[start] && a.slice(start + 2) === b.slice(start + 2);
  return isSwapped || a.slice(start + 1) === b.slice(start + 1);
}
