/** Reads the syntax of Python's `re`, with its error texts. Source: read, Python 3.11 documentation; observed. */
import { reprText } from '../python-text.js';
import { widthOf, type CharSet, type ClassName, type ParsedRegex, type RegexNode } from './ast.js';
import { RegexSyntaxError, RegexRefusedError } from './errors.js';
import { widenCase } from './letter-case.js';
import { PatternSource } from './source.js';

/** Modes by their letters: `i`, `m`, `s`, `x`, `a`. */
export type Modes = ReadonlySet<string>;

const FLAG_LETTERS = 'aiLmsux';
const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const DEPTH_MAX = 100;
const REPEAT_MAX = 4294967295;

/** @throws RegexSyntaxError */
export function parseRegex(pattern: string, modes: Modes): ParsedRegex {
  return new RegexReader(pattern, modes).read();
}

class RegexReader {
  readonly #source: PatternSource;
  #modes: Modes;
  #groups = 0;
  readonly #names = new Map<string, number>();
  readonly #openGroups = new Set<number>();
  #depth = 0;

  constructor(pattern: string, modes: Modes) {
    this.#source = new PatternSource(pattern);
    this.#modes = modes;
  }

  read(): ParsedRegex {
    const root = this.#choice(true);
    if (this.#source.next !== undefined) this.#source.fail('unbalanced parenthesis');
    return { root, groupCount: this.#groups, groupNames: this.#names };
  }

  #choice(atStart = false): RegexNode {
    if (++this.#depth > DEPTH_MAX) throw new RegexSyntaxError('too many nested groups', this.#source.pattern);
    const items = [this.#sequence(atStart)];
    while (this.#source.accept('|')) items.push(this.#sequence(false));
    this.#depth -= 1;
    return items.length === 1 ? items[0] as RegexNode : { kind: 'choice', items };
  }

  #sequence(atStart: boolean): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      const token = this.#source.next;
      if (token === undefined || token === '|' || token === ')') break;
      this.#source.take();
      if (this.#modes.has('x') && this.#skipVerbose(token)) continue;
      if ('*+?{'.includes(token)) this.#repeat(token, items);
      else {
        const node = this.#atom(token, atStart && items.length === 0);
        if (node !== undefined) items.push(node);
      }
    }
    return items.length === 1 ? items[0] as RegexNode : { kind: 'sequence', items };
  }

  #skipVerbose(token: string): boolean {
    if (/^[ \t\n\r\f\v]$/.test(token)) return true;
    if (token !== '#') return false;
    for (let next = this.#source.take(); next !== undefined && next !== '\n'; next = this.#source.take());
    return true;
  }

  #atom(token: string, atStart: boolean): RegexNode | undefined {
    if (token.startsWith('\\')) return this.#escape(token);
    switch (token) {
      case '.': return { kind: 'any', newline: this.#modes.has('s') };
      case '^': return { kind: 'start', multiline: this.#modes.has('m') };
      case '$': return { kind: 'end', multiline: this.#modes.has('m') };
      case '[': return this.#set();
      case '(': return this.#group(atStart);
      default: return this.#literal(token.codePointAt(0) ?? 0);
    }
  }

  #literal(point: number): CharSet {
    return this.#charSet([[point, point]], [], false);
  }

  #charSet(ranges: readonly (readonly [number, number])[], classes: readonly ClassName[], negated: boolean): CharSet {
    return {
      kind: 'set', negated, classes, ascii: this.#modes.has('a'),
      ranges: this.#modes.has('i') ? widenCase(ranges) : ranges,
    };
  }

  #repeat(token: string, items: RegexNode[]): void {
    const source: PatternSource = this.#source;
    const here = source.position;
    let [min, max] = token === '?' ? [0, 1] : token === '+' ? [1, Infinity] : [0, Infinity];
    if (token === '{') {
      const bounds = this.#bounds(here);
      if (bounds === undefined) {
        items.push(this.#literal(123));
        return;
      }
      [min, max] = bounds;
    }
    const item = items.at(-1);
    const back = source.position - here + 1;
    if (item === undefined || ['start', 'end', 'text-start', 'text-end', 'boundary'].includes(item.kind)) {
      source.fail('nothing to repeat', back);
    }
    if (item.kind === 'repeat') source.fail('multiple repeat', back);
    const how = source.accept('?') ? 'lazy' : source.accept('+') ? 'possessive' : 'greedy';
    items[items.length - 1] = { kind: 'repeat', item, min, max, how };
  }

  /** `{2,3}`; undefined when the brace is a plain character. */
  #bounds(here: number): [number, number] | undefined {
    const source: PatternSource = this.#source;
    if (source.next === '}') return undefined;
    const low = source.takeWhile(Infinity, /^[0-9]$/);
    const high = source.accept(',') ? source.takeWhile(Infinity, /^[0-9]$/) : low;
    if (!source.accept('}')) {
      source.seek(here);
      return undefined;
    }
    const min = low === '' ? 0 : Number(low);
    const max = high === '' ? Infinity : Number(high);
    if (min >= REPEAT_MAX || (max !== Infinity && max >= REPEAT_MAX)) {
      throw new RegexSyntaxError('the repetition number is too large', source.pattern);
    }
    if (max < min) source.fail('min repeat greater than max repeat', source.position - here);
    return [min, max];
  }

  #set(): RegexNode {
    const source: PatternSource = this.#source;
    const here = source.position - 1;
    const negated = source.accept('^');
    const ranges: [number, number][] = [];
    const classes: ClassName[] = [];
    const takeMember = (): string => source.take() ?? source.fail('unterminated character set', source.position - here);
    const add = (member: number | ClassName): void => {
      if (typeof member === 'number') ranges.push([member, member]);
      else classes.push(member);
    };
    for (;;) {
      const first = takeMember();
      if (first === ']' && ranges.length + classes.length > 0) break;
      const from = this.#member(first);
      if (!source.accept('-')) {
        add(from);
        continue;
      }
      const last = takeMember();
      if (last === ']') {
        add(from);
        add(45);
        break;
      }
      const to = this.#member(last);
      if (typeof from !== 'number' || typeof to !== 'number' || to < from) {
        source.fail(`bad character range ${first}-${last}`, first.length + 1 + last.length);
      }
      ranges.push([from, to]);
    }
    return this.#charSet(ranges, classes, negated);
  }

  /** A character or class inside of brackets. */
  #member(token: string): number | ClassName {
    if (!token.startsWith('\\')) return token.codePointAt(0) ?? 0;
    const letter = token.slice(1);
    if (/^[dDwWsS]$/.test(letter)) return letter as ClassName;
    if (Object.hasOwn(SIMPLE_ESCAPES, letter)) return SIMPLE_ESCAPES[letter] ?? 0;
    if (/^[0-7]$/.test(letter)) return this.#octal(letter + this.#source.takeWhile(2, /^[0-7]$/));
    return this.#hexEscape(letter) ?? this.#plainEscape(token, /^[A-Za-z0-9]$/);
  }

  #octal(digits: string): number {
    const point = Number.parseInt(digits, 8);
    if (point > 0o377) this.#source.fail(`octal escape value \\${digits} outside of range 0-0o377`, digits.length + 1);
    return point;
  }

  #hexEscape(letter: string): number | undefined {
    const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    if (length === 0) return undefined;
    const digits = this.#source.takeWhile(length, /^[0-9A-Fa-f]$/);
    if (digits.length !== length) this.#source.fail(`incomplete escape \\${letter}${digits}`, digits.length + 2);
    const point = Number.parseInt(digits, 16);
    if (point > 0x10ffff) this.#source.fail(`bad escape \\${letter}${digits}`, digits.length + 2);
    return point;
  }

  #plainEscape(token: string, refused: RegExp): number {
    if (refused.test(token.slice(1))) this.#source.fail(`bad escape ${token}`, 2);
    return token.codePointAt(1) ?? 0;
  }

  #escape(token: string): RegexNode {
    const letter = token.slice(1);
    const ascii = this.#modes.has('a');
    if (/^[dDwWsS]$/.test(letter)) return this.#charSet([], [letter as ClassName], false);
    if (letter === 'A') return { kind: 'text-start' };
    if (letter === 'Z') return { kind: 'text-end' };
    if (letter === 'b' || letter === 'B') return { kind: 'boundary', negated: letter === 'B', ascii };
    if (Object.hasOwn(SIMPLE_ESCAPES, letter)) return this.#literal(SIMPLE_ESCAPES[letter] ?? 0);
    if (letter === '0') return this.#literal(this.#octal(letter + this.#source.takeWhile(2, /^[0-7]$/)));
    if (/^[1-9]$/.test(letter)) return this.#numberEscape(letter);
    return this.#literal(this.#hexEscape(letter) ?? this.#plainEscape(token, /^[A-Za-z]$/));
  }

  /** An octal character of three digits, else a reference to a group. */
  #numberEscape(first: string): RegexNode {
    const source: PatternSource = this.#source;
    let digits = first + source.takeWhile(1, /^[0-9]$/);
    if (/^[0-7]{2}$/.test(digits) && source.next !== undefined && /^[0-7]$/.test(source.next)) {
      digits += source.take() ?? '';
      return this.#literal(this.#octal(digits));
    }
    return this.#reference(Number(digits), digits.length + 1, `invalid group reference ${Number(digits)}`);
  }

  #reference(number: number, back: number, unknown: string): RegexNode {
    if (number > this.#groups) this.#source.fail(unknown, back - 1);
    if (this.#openGroups.has(number)) this.#source.fail('cannot refer to an open group', back);
    return { kind: 'reference', number, ignoreCase: this.#modes.has('i') };
  }

  #group(atStart: boolean): RegexNode | undefined {
    const source: PatternSource = this.#source;
    const start = source.position - 1;
    if (!source.accept('?')) return this.#capture(start, undefined);
    const char = source.take() ?? source.fail('unexpected end of pattern');
    switch (char) {
      case 'P': return this.#pythonGroup(start);
      case ':': return { kind: 'group', number: undefined, item: this.#inside(start) };
      case '>': return { kind: 'atomic', item: this.#inside(start) };
      case '#': return this.#comment(start);
      case '=': case '!': return { kind: 'look', ahead: true, negated: char === '!', item: this.#inside(start) };
      case '<': return this.#lookBehind(start);
      case '(': throw new RegexRefusedError('Regular expressions with conditional groups are not supported');
      default:
        if (char === '-' || FLAG_LETTERS.includes(char)) return this.#flags(char, start, atStart);
        return source.fail(`unknown extension ?${char}`, char.length + 1);
    }
  }

  #inside(start: number): RegexNode {
    const item = this.#choice();
    if (!this.#source.accept(')')) {
      this.#source.fail('missing ), unterminated subpattern', this.#source.position - start);
    }
    return item;
  }

  #capture(start: number, name: string | undefined): RegexNode {
    const number = ++this.#groups;
    if (name !== undefined) this.#names.set(name, number);
    this.#openGroups.add(number);
    const item = this.#inside(start);
    this.#openGroups.delete(number);
    return { kind: 'group', number, item };
  }

  #pythonGroup(start: number): RegexNode {
    const source: PatternSource = this.#source;
    if (source.accept('<')) {
      const name = this.#groupName('>');
      const known = this.#names.get(name);
      if (known !== undefined) {
        source.fail(`redefinition of group name ${reprText(name)} as group ${this.#groups + 1}; was group ${known}`, name.length + 1);
      }
      return this.#capture(start, name);
    }
    if (source.accept('=')) {
      const name = this.#groupName(')');
      const number = this.#names.get(name);
      if (number === undefined) source.fail(`unknown group name ${reprText(name)}`, name.length + 1);
      return this.#reference(number, name.length + 1, '');
    }
    const char = source.take() ?? source.fail('unexpected end of pattern');
    return source.fail(`unknown extension ?P${char}`, char.length + 2);
  }

  #groupName(end: string): string {
    const name = this.#source.takeUntil(end, 'group name');
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
      this.#source.fail(`bad character in group name ${reprText(name)}`, name.length + 1);
    }
    return name;
  }

  #comment(start: number): undefined {
    for (;;) {
      if (this.#source.next === undefined) this.#source.fail('missing ), unterminated comment', this.#source.position - start);
      if (this.#source.take() === ')') return undefined;
    }
  }

  #lookBehind(start: number): RegexNode {
    const char = this.#source.take() ?? this.#source.fail('unexpected end of pattern');
    if (char !== '=' && char !== '!') this.#source.fail(`unknown extension ?<${char}`, char.length + 2);
    const item = this.#inside(start);
    const [low, high] = widthOf(item);
    if (low !== high) throw new RegexSyntaxError('look-behind requires fixed-width pattern', this.#source.pattern);
    return { kind: 'look', ahead: false, negated: char === '!', item };
  }

  /** `(?i)` for all of the pattern, `(?i-s:...)` for a group. */
  #flags(first: string, start: number, atStart: boolean): RegexNode | undefined {
    const source: PatternSource = this.#source;
    const on = new Set<string>();
    const off = new Set<string>();
    let into = on;
    let char: string | undefined = first;
    for (; char !== ')' && char !== ':'; char = source.take()) {
      if (char === undefined) return source.fail(into === on ? 'missing -, : or )' : 'missing :');
      if (char === '-') into = off;
      else if (FLAG_LETTERS.includes(char)) into.add(char);
      else source.fail(/^[A-Za-z]$/.test(char) ? 'unknown flag' : into === on ? 'missing -, : or )' : 'missing :', char.length);
    }
    if (off === into && off.size === 0) source.fail('missing flag', 1);
    const modes = new Set([...this.#modes, ...on].filter((letter) => !off.has(letter)));
    if (char === ')') {
      if (off.size > 0) source.fail('missing :', 1);
      if (!atStart) source.fail('global flags not at the start of the expression', source.position - start);
      this.#modes = modes;
      return undefined;
    }
    const outer = this.#modes;
    this.#modes = modes;
    const item = this.#inside(start);
    this.#modes = outer;
    return { kind: 'group', number: undefined, item };
  }
}
