/**
 * Regular expressions of Python: `re.compile`, `match`, `search`, `fullmatch`, `subn`, `escape`. Start at `compilePython`.
 *
 * Patterns often come from outside and the engine goes back and forth: whoever uses one on text of any length bounds the
 * time with `withinTime`.
 */
import { PatternError, translate, type Translation } from './python-regex-syntax.js';

export { FLAG, PatternError } from './python-regex-syntax.js';

const CACHE_MAX = 200;
const cache = new Map<string, PythonPattern>();

export type MatchMode = 'match' | 'search' | 'fullmatch';

export interface PythonMatch {
  /** Text of the whole match. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Text of each group, the whole first; undefined for one that took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** A compiled pattern. */
export class PythonPattern {
  readonly source: string;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly groupCount: number;
  /** True when searching even a short text may take for ever; then use `withinTime` there, too. */
  readonly mayStall: boolean;
  readonly #free: RegExp;
  readonly #sticky: RegExp;
  #whole: RegExp | undefined;
  readonly #translation: Translation;

  /** @throws PatternError */
  constructor(source: string, flags = 0) {
    this.source = source;
    this.#translation = translate(source, flags);
    this.groupNames = this.#translation.groups;
    this.groupCount = this.#translation.groupCount;
    this.mayStall = this.#translation.mayStall;
    const letters = this.#translation.ignoreCase ? 'vi' : 'v';
    this.#free = new RegExp(this.#translation.source, `${letters}g`);
    this.#sticky = new RegExp(this.#translation.source, `${letters}y`);
  }

  /** The first place where it fits, from `from` on. */
  search(text: string, from = 0): PythonMatch | undefined {
    return this.#run(this.#free, text, from);
  }

  /** Fits at `from`, whatever follows. */
  match(text: string, from = 0): PythonMatch | undefined {
    return this.#run(this.#sticky, text, from);
  }

  /** Fits the whole text. */
  fullmatch(text: string): PythonMatch | undefined {
    this.#whole ??= new RegExp(`(?:${this.#translation.source})$`, this.#sticky.flags);
    return this.#run(this.#whole, text, 0);
  }

  #run(expression: RegExp, text: string, from: number): PythonMatch | undefined {
    expression.lastIndex = from;
    const found = expression.exec(text);
    if (found === null) return undefined;
    const groups: (string | undefined)[] = [found[0]];
    for (let number = 1; number <= this.groupCount; number += 1) groups.push(found.groups?.[`g${number}`]);
    return { text: found[0], start: found.index, end: found.index + found[0].length, groups };
  }

  /** Every match in turn; an empty one does not follow another at the same place, except after a match that was not empty. */
  *matches(text: string): Generator<PythonMatch> {
    this.#free.lastIndex = 0;
    for (const found of text.matchAll(this.#free)) {
      const groups: (string | undefined)[] = [found[0]];
      for (let number = 1; number <= this.groupCount; number += 1) groups.push(found.groups?.[`g${number}`]);
      yield { text: found[0], start: found.index, end: found.index + found[0].length, groups };
    }
  }

  /** Python's `subn`: the text after replacing, and how often. `count` 0 replaces all. @throws PatternError for a bad template */
  subn(template: string, text: string, count = 0): readonly [text: string, count: number] {
    const expand = readTemplate(template, this);
    let out = '';
    let done = 0;
    let at = 0;
    for (const match of this.matches(text)) {
      if (count > 0 && done >= count) break;
      out += text.slice(at, match.start) + expand(match);
      at = match.end;
      done += 1;
    }
    return [out + text.slice(at), done];
  }
}

/** The compiled pattern; a bounded number is kept. @throws PatternError */
export function compilePython(source: string, flags = 0): PythonPattern {
  const key = `${flags}:${source}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const pattern = new PythonPattern(source, flags);
  if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? '');
  cache.set(key, pattern);
  return pattern;
}

/** True when the pattern fits the text as `re.match`, `re.search` or `re.fullmatch` would have it. @throws PatternError */
export function pythonMatch(pattern: string, text: string, mode: MatchMode = 'match', flags = 0): boolean {
  return compilePython(pattern, flags)[mode](text) !== undefined;
}

/** Python's `re.escape`. Source: documentation; observed for each ASCII character. */
export function escapePython(text: string): string {
  return text.replace(/[\t\n\v\f\r #$&()*+\-.?[\\\]^{|}~]/g, '\\$&');
}

type Expand = (match: PythonMatch) => string;

const TEMPLATE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', a: '\x07', b: '\b', '\\': '\\' };

/** Reads `\1`, `\g<name>`, `\n` and octal numbers of a replacement. A group that took no part gives nothing. */
function readTemplate(template: string, pattern: PythonPattern): Expand {
  if (!template.includes('\\')) return () => template;
  const pieces: (string | number)[] = [];
  for (let at = 0; at < template.length;) {
    const slash = template.indexOf('\\', at);
    pieces.push(template.slice(at, slash < 0 ? undefined : slash));
    if (slash < 0) break;
    const { piece, length } = readTemplateEscape(template, slash, pattern);
    pieces.push(piece);
    at = slash + length;
  }
  return (match) => pieces.map((piece) => (typeof piece === 'string' ? piece : match.groups[piece] ?? '')).join('');
}

function readTemplateEscape(template: string, at: number, pattern: PythonPattern): { piece: string | number; length: number } {
  const rest = template.slice(at + 1);
  if (rest === '') throw new PatternError(`bad escape (end of pattern) at position ${at}`);
  if (rest.startsWith('g')) return readGroupName(rest, at, pattern);
  const octal = /^(?:0[0-7]{0,2}|[0-3][0-7][0-7])/.exec(rest);
  if (octal !== null) return { piece: String.fromCharCode(Number.parseInt(octal[0], 8)), length: 1 + octal[0].length };
  const digits = /^[1-9]\d?/.exec(rest);
  if (digits !== null) return { piece: checkedGroup(Number(digits[0]), at + 1, pattern), length: 1 + digits[0].length };
  const letter = rest.charAt(0);
  const known = Object.hasOwn(TEMPLATE_ESCAPES, letter) ? TEMPLATE_ESCAPES[letter] : undefined;
  if (known !== undefined) return { piece: known, length: 2 };
  if (/[a-zA-Z]/.test(letter)) throw new PatternError(`bad escape \\${letter} at position ${at}`);
  return { piece: `\\${letter}`, length: 2 };
}

function readGroupName(rest: string, at: number, pattern: PythonPattern): { piece: number; length: number } {
  const name = /^g<([^>]*)>/.exec(rest);
  if (name === null) {
    throw new PatternError(rest.startsWith('g<') ? `missing >, unterminated name at position ${at + 3}` : `missing < at position ${at + 2}`);
  }
  const word = name[1] ?? '';
  if (word === '') throw new PatternError(`missing group name at position ${at + 3}`);
  const length = 1 + name[0].length;
  if (/^\d+$/.test(word)) return { piece: checkedGroup(Number(word), at + 3, pattern), length };
  const number = pattern.groupNames.get(word);
  if (number !== undefined) return { piece: number, length };
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(word)) throw new PatternError(`bad character in group name '${word}' at position ${at + 3}`);
  throw new RangeError(`unknown group name '${word}'`);
}

function checkedGroup(number: number, at: number, pattern: PythonPattern): number {
  if (number > pattern.groupCount) throw new PatternError(`invalid group reference ${number} at position ${at}`);
  return number;
}

