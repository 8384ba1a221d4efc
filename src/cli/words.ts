/**
 * Words of the command line as values: `3` is a number, `[a, b]` a list, `name=value` a keyword argument.
 * Refuses to know: options, targets, functions. Source: golden, cli (salt-kw-*, call-types); observed.
 */
import { ValueSet } from '../kernel/std/sequences.js';
import { isBytes, isInteger, isMap, type PlainMap, type Value } from '../kernel/std/value.js';
import { loadYaml, YamlError } from '../kernel/yaml/load.js';

export interface Words {
  readonly args: Value[];
  readonly kwargs: PlainMap;
}

export interface WordsOptions {
  /** Names of keyword arguments that are kept as text (`--no-parse`). */
  readonly noParse?: readonly string[];
}

/** A name, one `=`, one line. Python's `\w` without digits at the start. */
const KEYWORD = /^([\p{L}\p{Nl}\p{No}_][\p{L}\p{N}_.-]*)=(?!=)([^\n]*)\n?$/u;

/** Job ids are whole numbers of this length, and stay text. */
const JID = /^[0-9]{20}$/;

/** Splits words into positional and keyword arguments and reads their values. */
export function parseWords(words: readonly string[], options: WordsOptions = {}): Words {
  const args: Value[] = [];
  const kwargs: PlainMap = {};
  for (const word of words) {
    const [, name, text] = KEYWORD.exec(word) ?? [];
    if (name === undefined || text === undefined) args.push(wordValue(word));
    else setOwn(kwargs, name, options.noParse?.includes(name) === true ? text : wordValue(text));
  }
  return { args, kwargs };
}

/** Arguments as they are published: keywords in one last map marked `__kwarg__`, job ids as text. */
export function publishedArguments({ args, kwargs }: Words): Value[] {
  const list = args.map((arg) => (isInteger(arg) && JID.test(String(arg)) ? String(arg) : arg));
  return Object.keys(kwargs).length === 0 ? list : [...list, { __kwarg__: true, ...kwargs }];
}

/** The value of one word; text that YAML would damage stays as it is. */
export function wordValue(word: string): Value {
  const trimmed = word.trim();
  if (['', '---', '...'].includes(trimmed) || /[\t\r\n]/.test(word)) return word;
  // YAML ignores underscores between digits; on the command line they are part of a name.
  if (word.includes('_') && /^[0-9_]*$/.test(trimmed)) return word;
  if (word === 'None') return null;
  let value: Value;
  try {
    value = loadYaml(word);
  } catch (error) {
    if (error instanceof YamlError) return word;
    throw error;
  }
  if (word.includes('#')) return typeof value === 'string' || value === null ? word : value;
  return isFaithful(value, word) ? value : word;
}

/** Maps and lists count only in braces and brackets; bytes, sets and the empty texts of `|` and `!` do not count. */
function isFaithful(value: Value, word: string): boolean {
  if (isMap(value)) return word.startsWith('{');
  if (isBytes(value) || value instanceof ValueSet) return false;
  if (Array.isArray(value)) return word.startsWith('[');
  return !((value === '' && (word === '|' || word === '!')) || (value === null && word === '!'));
}

/** Sets a key also where it is `__proto__`. */
function setOwn(map: PlainMap, key: string, value: Value): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}
