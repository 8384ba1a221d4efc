/** How the options of the host and the first line of a file change the way a template is read. Golden: render/core-jinja2-header*. */
import { isMap, isTruthy, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import { type SyntaxOptions, USUAL_SYNTAX, withOptions } from './syntax/options.js';

const HEADER = '#jinja2:';
const KEPT_MAX = 50;

export interface ReadOptions {
  readonly syntax: SyntaxOptions;
  /** The same for the same options: part of the key of kept templates. */
  readonly key: string;
  /** The text without its header line. */
  readonly text: string;
  /** Lines that were taken away before the text. */
  readonly linesBefore: number;
}

/** One object for equal options, so that what is made for them is made once. */
const kept = new BoundedCache<string, SyntaxOptions>(KEPT_MAX);

/** `isSls`: `jinja_sls_env` counts, else `jinja_env`. `warn` hears what is ignored. */
export function readOptions(text: string, opts: PlainMap, isSls: boolean, warn: (what: string, name: string) => void): ReadOptions {
  const name = isSls ? 'jinja_sls_env' : 'jinja_env';
  const given = opts[name];
  let syntax = isMap(given) ? withOptions(USUAL_SYNTAX, given, (word) => warn(name, word)) : USUAL_SYNTAX;
  if (isTruthy(opts['jinja_trim_blocks'])) syntax = { ...syntax, trimBlocks: true };
  if (isTruthy(opts['jinja_lstrip_blocks'])) syntax = { ...syntax, lstripBlocks: true };
  const header = headerOf(text, (line) => warn('#jinja2:', line));
  if (header !== undefined) syntax = withOptions(syntax, header.options, (word) => warn('#jinja2:', word));
  const key = JSON.stringify(syntax);
  return { syntax: kept.get(key, () => syntax), key, text: header?.rest ?? text, linesBefore: header === undefined ? 0 : 1 };
}

/** A line `#jinja2: {...}` that stands first, or behind a line `#!renderer`. */
function headerOf(text: string, warn: (line: string) => void): { options: ValueMap; rest: string } | undefined {
  const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r|$)/g) ?? [];
  const at = /^#!(?!\/)/.test(text) ? 1 : 0;
  const line = lines[at];
  if (line?.startsWith(HEADER) !== true || line.slice(HEADER.length).trim() === '') return undefined;
  const options = parseHeader(line.slice(HEADER.length));
  if (!isMap(options)) {
    warn(line.trimEnd());
    return undefined;
  }
  return { options, rest: [...lines.slice(0, at), ...lines.slice(at + 1)].join('') };
}

function parseHeader(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    // A header that cannot be read stays in the text, as in Salt.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** True where templates may use what is not defined. */
export function allowsUndefined(opts: PlainMap): boolean {
  return isTruthy(mapGet(opts, 'allow_undefined'));
}
