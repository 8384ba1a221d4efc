/** Writes the tree as a pattern for re2js (linear time) or for JavaScript's RegExp (flags `u`). */
import { RegexRefusedError } from './errors.js';
import type { CharSet, ClassName, RegexNode } from './ast.js';

/** Not expressible for re2js: looking around, references, and the like. */
export class NotLinearError extends Error {}

interface Dialect {
  readonly point: (code: number) => string;
  readonly linear: boolean;
  /** How `$` is written outside of multiline mode. */
  readonly end: string;
}

const RE2: Dialect = { linear: true, end: '\\z', point: (code) => `\\x{${code.toString(16)}}` };
/** For texts whose only line break is the last character: there `$` stands before it and behind it. */
const RE2_LINE: Dialect = { ...RE2, end: '(?m:$)' };
const REGEXP: Dialect = { linear: false, end: '(?=\\n?(?![\\s\\S]))', point: (code) => `\\u{${code.toString(16)}}` };

/** Repetitions that re2js takes. */
const LINEAR_REPEAT_MAX = 1000;

/** Characters for which Python's `str.isspace` is true. */
const SPACES: readonly (readonly [number, number])[] = [
  [0x09, 0x0d], [0x1c, 0x20], [0x85, 0x85], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a], [0x2028, 0x2029],
  [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000],
];
const ASCII_SPACES: readonly (readonly [number, number])[] = [[0x09, 0x0d], [0x20, 0x20]];
const ASCII_DIGITS: readonly (readonly [number, number])[] = [[0x30, 0x39]];
const ASCII_WORD: readonly (readonly [number, number])[] = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const LAST_POINT = 0x10ffff;

/** `line`: for texts whose only line break is the last character. @throws NotLinearError */
export const emitLinear = (node: RegexNode, line = false): string => new Emitter(line ? RE2_LINE : RE2).write(node);
export const emitRegExp = (node: RegexNode): string => new Emitter(REGEXP).write(node);

class Emitter {
  readonly #dialect: Dialect;
  #atomics = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  write(node: RegexNode): string {
    const linear = this.#dialect.linear;
    switch (node.kind) {
      case 'set': return this.#set(node);
      case 'any': return node.newline ? (linear ? '(?s:.)' : '[\\s\\S]') : '[^\\n]';
      case 'sequence': return node.items.map((item) => (item.kind === 'choice' ? `(?:${this.write(item)})` : this.write(item))).join('');
      case 'choice': return node.items.map((item) => this.write(item)).join('|');
      case 'group': return `(${this.#groupStart(node.number)}${this.write(node.item)})`;
      case 'repeat': return this.#repeat(node);
      case 'text-start': return linear ? '\\A' : '(?<![\\s\\S])';
      case 'text-end': return linear ? '\\z' : '(?![\\s\\S])';
      case 'start': return this.#start(node.multiline);
      case 'end': return this.#end(node.multiline);
      case 'boundary': return this.#boundary(node.negated, node.ascii);
      case 'reference': return this.#reference(node);
      case 'look': return this.#look(node);
      case 'atomic': return this.#atomic(this.write(node.item));
    }
  }

  /** RegExp's groups have names, since atomic groups need groups of their own. */
  #groupStart(number: number | undefined): string {
    if (number === undefined) return '?:';
    return this.#dialect.linear ? '' : `?<g${number}>`;
  }

  /** What a look-ahead found is not given back. */
  #atomic(text: string): string {
    const name = `a${++this.#atomics}`;
    return this.#notLinear(`(?:(?=(?<${name}>${text}))\\k<${name}>)`, 'atomic groups');
  }

  #repeat(node: Extract<RegexNode, { kind: 'repeat' }>): string {
    const bound = node.max === Infinity ? node.min : node.max;
    if (this.#dialect.linear && bound > LINEAR_REPEAT_MAX) throw new NotLinearError('repetition');
    const sign = node.min === 0 && node.max === Infinity ? '*' : node.min === 1 && node.max === Infinity ? '+'
      : `{${node.min},${node.max === Infinity ? '' : node.max}}`;
    const text = `(?:${this.write(node.item)})${sign}${node.how === 'lazy' ? '?' : ''}`;
    return node.how === 'possessive' ? this.#atomic(text) : text;
  }

  #start(multiline: boolean): string {
    if (this.#dialect.linear) return multiline ? '(?m:^)' : '\\A';
    return multiline ? '(?<![^\\n])' : '(?<![\\s\\S])';
  }

  /** Python's `$` also stands before a last line break. */
  #end(multiline: boolean): string {
    if (!multiline) return this.#dialect.end;
    return this.#dialect.linear ? '(?m:$)' : '(?![^\\n])';
  }

  /** re2js knows words of ASCII only; the caller does not use it for other texts. */
  #boundary(negated: boolean, ascii: boolean): string {
    if (this.#dialect.linear) return negated ? '\\B' : '\\b';
    const word = `[${this.#class('w', ascii)}]`;
    const same = `(?<=${word})(?=${word})|(?<!${word})(?!${word})`;
    const change = `(?<=${word})(?!${word})|(?<!${word})(?=${word})`;
    return `(?:${negated ? same : change})`;
  }

  #reference(node: Extract<RegexNode, { kind: 'reference' }>): string {
    if (node.ignoreCase) throw new RegexRefusedError('References to groups cannot ignore letter case');
    // A group that took no part matches nothing in Python, the empty text in JavaScript: no pattern in use depends on it.
    return this.#notLinear(`(?:\\k<g${node.number}>)`, 'references');
  }

  #look(node: Extract<RegexNode, { kind: 'look' }>): string {
    return this.#notLinear(`(?:(?${node.ahead ? '' : '<'}${node.negated ? '!' : '='}${this.write(node.item)}))`, 'looking around');
  }

  #notLinear(text: string, what: string): string {
    if (this.#dialect.linear) throw new NotLinearError(what);
    return text;
  }

  #set(set: CharSet): string {
    const opposite = set.classes.includes('W') && !set.ascii;
    const inside = set.ranges.map((range) => this.#range(range)).join('') +
      set.classes.filter((name) => name !== 'W' || !opposite).map((name) => this.#class(name, set.ascii)).join('');
    if (!opposite) return `[${set.negated ? '^' : ''}${inside}]`;
    const word = this.#class('w', false);
    // "Not a word character" cannot stand inside of brackets beside others.
    if (inside === '') return set.negated ? `[${word}]` : `[^${word}]`;
    if (!set.negated) return `(?:[${inside}]|[^${word}])`;
    return this.#notLinear(`(?:(?![${inside}])[${word}])`, 'subtracted classes');
  }

  #range([first, last]: readonly [number, number]): string {
    const { point } = this.#dialect;
    return first === last ? point(first) : `${point(first)}-${point(last)}`;
  }

  #ranges(ranges: readonly (readonly [number, number])[], opposite: boolean): string {
    return (opposite ? complement(ranges) : ranges).map((range) => this.#range(range)).join('');
  }

  #class(name: ClassName, ascii: boolean): string {
    switch (name) {
      case 'd': return ascii ? this.#ranges(ASCII_DIGITS, false) : '\\p{Nd}';
      case 'D': return ascii ? this.#ranges(ASCII_DIGITS, true) : '\\P{Nd}';
      case 'w': return ascii ? this.#ranges(ASCII_WORD, false) : '\\p{L}\\p{N}_';
      case 'W': return this.#ranges(ASCII_WORD, true);
      case 's': case 'S': return this.#ranges(ascii ? ASCII_SPACES : SPACES, name === 'S');
    }
  }
}

function complement(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  gaps.push([next, LAST_POINT]);
  return gaps;
}
