/**
 * Python's regular expressions for patterns that come over the network, such as targets: they must not stall a daemon.
 * They run on re2js, in time proportional to the text; those that look around or refer to groups run on RegExp, with a
 * limit on the text and without nested repetitions. `python-regex.ts` is for patterns of the caller's own, with
 * replacing, and takes what is refused here. Start at `linearMatch`.
 */
import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { BoundedCache } from './bounded-cache.js';
import type { ParsedRegex, RegexNode } from './linear-regex/ast.js';
import { longestText } from './linear-regex/cost.js';
import { emitLinear, emitRegExp, NotLinearError } from './linear-regex/emit.js';
import { RegexRefusedError } from './linear-regex/errors.js';
import { parseRegex } from './linear-regex/parse.js';

export { RegexSyntaxError, RegexRefusedError } from './linear-regex/errors.js';

/** `match` is anchored at the start, `fullmatch` at both ends. */
export type MatchMode = 'match' | 'search' | 'fullmatch';

export interface LinearMatch {
  /** Offsets in the text (UTF-16 units). */
  readonly start: number;
  readonly end: number;
  /** The whole match, then the groups; undefined for groups that took no part. */
  readonly groups: readonly (string | undefined)[];
  readonly names: ReadonlyMap<string, number>;
}

export interface LinearPattern {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  /** @throws RegexRefusedError when the text is too long for the pattern */
  exec(text: string, mode: MatchMode, from?: number): LinearMatch | undefined;
  /** All matches of a search, not overlapping. */
  execAll(text: string): Generator<LinearMatch>;
}

const KEPT_PATTERNS = 500;
const PATTERN_LENGTH_MAX = 10_000;
const kept = new BoundedCache<string, LinearPattern>(KEPT_PATTERNS);

/**
 * Reads a pattern. `flags` are letters of `i m s x a`.
 *
 * @throws RegexSyntaxError with Python's text when it is none
 * @throws RegexRefusedError when we do not take it
 */
export function compileLinear(pattern: string, flags = ''): LinearPattern {
  return kept.get(`${flags}/${pattern}`, () => {
    if (pattern.length > PATTERN_LENGTH_MAX) {
      throw new RegexRefusedError(`The regular expression is longer than ${PATTERN_LENGTH_MAX} characters`);
    }
    return new Pattern(pattern, parseRegex(pattern, new Set(flags)));
  });
}

/** First match of a pattern in a text, or undefined. @throws RegexSyntaxError, RegexRefusedError */
export function linearMatch(pattern: string, text: string, mode: MatchMode, flags = ''): LinearMatch | undefined {
  return compileLinear(pattern, flags).exec(text, mode);
}

class Pattern implements LinearPattern {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly #root: RegexNode;
  readonly #linear: RE2JS | undefined;
  #linearLine: RE2JS | undefined;
  readonly #endBeforeBreak: boolean;
  readonly #boundary: boolean;
  #regExps: Readonly<Record<MatchMode, RegExp>> | undefined;
  #textMax = 0;

  constructor(source: string, { root, groupCount, groupNames }: ParsedRegex) {
    this.source = source;
    this.groupCount = groupCount;
    this.groupNames = groupNames;
    this.#root = root;
    this.#linear = compileRe2(root);
    this.#endBeforeBreak = contains(root, (node) => node.kind === 'end' && !node.multiline);
    this.#boundary = contains(root, (node) => node.kind === 'boundary');
    if (this.#linear === undefined) this.#prepareRegExp();
  }

  exec(text: string, mode: MatchMode, from = 0): LinearMatch | undefined {
    const linear = this.#linearFor(text);
    if (linear === undefined) return this.#execRegExp(text, mode, from);
    const matcher = linear.matcher(text);
    const found = mode === 'search' ? matcher.find(from) : mode === 'match' ? matcher.lookingAt() : matcher.matches();
    if (!found) return undefined;
    const groups = Array.from({ length: this.groupCount + 1 }, (_, number) => matcher.group(number) ?? undefined);
    return { start: matcher.start(), end: matcher.end(), groups, names: this.groupNames };
  }

  *execAll(text: string): Generator<LinearMatch> {
    let from = 0;
    while (from <= text.length) {
      const found = this.exec(text, 'search', from);
      if (found === undefined) return;
      yield found;
      from = found.end > found.start ? found.end : found.end + 1;
    }
  }

  /** Where re2js means something else by `$` and `\b`, another form or RegExp is asked. */
  #linearFor(text: string): RE2JS | undefined {
    if (this.#linear === undefined || (this.#boundary && /[\u0080-\uffff]/.test(text))) return undefined;
    if (!this.#endBeforeBreak || !text.endsWith('\n')) return this.#linear;
    if (text.indexOf('\n') !== text.length - 1) return undefined;
    return this.#linearLine ??= compileRe2(this.#root, true);
  }

  #prepareRegExp(): Readonly<Record<MatchMode, RegExp>> {
    this.#textMax = longestText(this.#root);
    const body = emitRegExp(this.#root);
    return this.#regExps = {
      match: new RegExp(`(?:${body})`, 'uy'),
      search: new RegExp(`(?:${body})`, 'ug'),
      fullmatch: new RegExp(`(?:${body})(?![\\s\\S])`, 'uy'),
    };
  }

  #groupsOf(found: RegExpExecArray): (string | undefined)[] {
    return Array.from({ length: this.groupCount + 1 }, (_, number) => (number === 0 ? found[0] : found.groups?.[`g${number}`]));
  }

  #execRegExp(text: string, mode: MatchMode, from: number): LinearMatch | undefined {
    const regExp = (this.#regExps ?? this.#prepareRegExp())[mode];
    if (text.length > this.#textMax) {
      throw new RegexRefusedError(`The text is longer than the ${this.#textMax} characters the regular expression may be tried on`);
    }
    regExp.lastIndex = from;
    const found = regExp.exec(text);
    if (found === null) return undefined;
    return { start: found.index, end: found.index + found[0].length, groups: this.#groupsOf(found), names: this.groupNames };
  }
}

let engine: typeof RE2JS | undefined;

/** Loaded with the first pattern: with its tables it takes 2 MB and 14 ms, and most programs never see a pattern. */
function re2(): typeof RE2JS {
  engine ??= (createRequire(import.meta.url)('re2js') as { RE2JS: typeof RE2JS }).RE2JS;
  return engine;
}

function compileRe2(root: RegexNode, line = false): RE2JS | undefined {
  try {
    return re2().compile(emitLinear(root, line));
  } catch (error) {
    if (error instanceof NotLinearError) return undefined;
    throw error;
  }
}

function contains(node: RegexNode, wanted: (node: RegexNode) => boolean): boolean {
  if (wanted(node)) return true;
  if ('items' in node) return node.items.some((item) => contains(item, wanted));
  return 'item' in node && contains(node.item, wanted);
}
