/**
 * Reads a pattern of Python's `re` and writes the same as a JavaScript expression for the flag `v`. Start at `translate`.
 *
 * Source: documentation of Python 3.11 `re`; error texts observed. Differs: a reference to a group that took no part
 * matches the empty text (Python: fails), a group inside a repetition is forgotten at each turn, look-behind may be of
 * any width, and conditional groups are refused.
 */
import { bothCases, escapeSet, literal, wordBoundary } from './python-regex-class.js';

/** Python's flag numbers. */
export const FLAG = { IGNORECASE: 2, LOCALE: 4, MULTILINE: 8, DOTALL: 16, UNICODE: 32, VERBOSE: 64, ASCII: 256 } as const;
const FLAG_LETTERS: Readonly<Record<string, number>> = { i: 2, L: 4, m: 8, s: 16, u: 32, x: 64, a: 256 };

/** The pattern makes no sense; the text is Python's. */
export class PatternError extends Error {}

export interface Translation {
  readonly source: string;
  readonly ignoreCase: boolean;
  /** Names of JavaScript's groups are `g1`, `g2`, ...; this gives the number of Python's names. */
  readonly groups: ReadonlyMap<string, number>;
  readonly groupCount: number;
  /** True when even a short text may keep the engine busy: repetitions inside of repetitions, or many in a row. */
  readonly mayStall: boolean;
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', a: '\x07' };
/** Repetitions up to this number are taken for bounded. */
const REPEATS_SAFE = 10;
/** With so many unbounded repetitions in a row a name of a file is still searched in no time. */
const OPEN_REPETITIONS_SAFE = 3;
const REPEATABLE = { can: true } as const;

export function translate(pattern: string, flags = 0): Translation {
  return new Translator(pattern, flags).run();
}

class Translator {
  readonly #pattern: string;
  readonly #chars: string[];
  #at = 0;
  #flags: number;
  #globalFlags: number;
  readonly #groups = new Map<string, number>();
  readonly #open = new Set<number>();
  #groupCount = 0;
  #atomicCount = 0;
  #openRepetitions = 0;
  #nested = false;

  constructor(pattern: string, flags: number) {
    this.#pattern = pattern;
    this.#chars = Array.from(pattern);
    this.#flags = flags;
    this.#globalFlags = flags;
  }

  run(): Translation {
    this.#readGlobalFlags();
    const source = this.#alternatives();
    if (this.#at < this.#chars.length) this.#fail('unbalanced parenthesis', this.#at);
    return {
      source, ignoreCase: this.#has(this.#globalFlags, FLAG.IGNORECASE), groups: this.#groups, groupCount: this.#groupCount,
      mayStall: this.#nested || this.#openRepetitions > OPEN_REPETITIONS_SAFE,
    };
  }

  #fail(text: string, at: number): never {
    const before = this.#chars.slice(0, at).join('').split('\n');
    const place = this.#pattern.includes('\n') ? ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})` : '';
    throw new PatternError(`${text} at position ${at}${place}`);
  }

  #has(flags: number, flag: number): boolean {
    return (flags & flag) !== 0;
  }

  #peek(ahead = 0): string | undefined {
    return this.#chars[this.#at + ahead];
  }

  #take(text: string): boolean {
    if (this.#chars.slice(this.#at, this.#at + text.length).join('') !== text) return false;
    this.#at += text.length;
    return true;
  }

  #rest(): string {
    return this.#chars.slice(this.#at, this.#at + 64).join('');
  }

  #readGlobalFlags(): void {
    for (let match = /^\(\?([aiLmsux]+)\)/.exec(this.#rest()); match !== null; match = /^\(\?([aiLmsux]+)\)/.exec(this.#rest())) {
      for (const letter of match[1] ?? '') this.#globalFlags |= FLAG_LETTERS[letter] ?? 0;
      this.#at += match[0].length;
    }
    this.#flags = this.#globalFlags;
  }

  #alternatives(): string {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.join('|');
  }

  #sequence(): string {
    let out = '';
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek()) {
      if (this.#has(this.#flags, FLAG.VERBOSE) && this.#skipBlank(char)) continue;
      const start = this.#at;
      const item = this.#item(char);
      out += this.#repeated(item, start);
    }
    return out;
  }

  #skipBlank(char: string): boolean {
    if (/[ \t\n\r\f\v]/.test(char)) {
      this.#at += 1;
      return true;
    }
    if (char !== '#') return false;
    while (this.#peek() !== undefined && this.#peek() !== '\n') this.#at += 1;
    return true;
  }

  /** What stands at the place; undefined text for comments, `fixed` for what cannot be repeated. */
  #item(char: string): { text: string; can: boolean } {
    const start = this.#at;
    if (char === '*' || char === '+' || char === '?' || this.#quantifier() !== undefined) this.#fail('nothing to repeat', start);
    this.#at += 1;
    switch (char) {
      case '.': return { text: this.#has(this.#flags, FLAG.DOTALL) ? '[\\s\\S]' : '[^\\n]', ...REPEATABLE };
      case '^': return { text: this.#has(this.#flags, FLAG.MULTILINE) ? '(?<![^\\n])' : '^', can: false };
      case '$': return { text: this.#has(this.#flags, FLAG.MULTILINE) ? '(?![^\\n])' : '(?=\\n?$)', can: true };
      case '(': return this.#group(start);
      case '[': return { text: this.#charClass(start), ...REPEATABLE };
      case '\\': return { text: this.#escape(start), ...REPEATABLE };
      default: return { text: this.#char(char), ...REPEATABLE };
    }
  }

  #char(char: string): string {
    const scoped = this.#has(this.#flags, FLAG.IGNORECASE) && !this.#has(this.#globalFlags, FLAG.IGNORECASE);
    return scoped ? bothCases(char) : literal(char);
  }

  /** `{m,n}` at the place, as numbers; undefined when the brace is a plain character. Does not move on. */
  #quantifier(): { length: number; text: string; least: number; most: number } | undefined {
    const match = /^\{(\d*)(?:(,)(\d*))?\}/.exec(this.#rest());
    if (match === null || (match[1] === '' && match[2] === undefined) || match[0] === '{}') return undefined;
    const least = match[1] === '' ? 0 : Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === '' || match[3] === undefined ? Infinity : Number(match[3]);
    return { length: match[0].length, text: `{${least}${match[2] === undefined ? '' : `,${most === Infinity ? '' : most}`}}`, least, most };
  }

  #repeated(item: { text: string; can: boolean }, start: number): string {
    const at = this.#at;
    const sign = this.#peek();
    const range = this.#quantifier();
    const short = sign === '*' || sign === '+' || sign === '?';
    if (!short && range === undefined) return item.text;
    if (!item.can || item.text === '') this.#fail('nothing to repeat', at);
    if (range !== undefined && range.most < range.least) this.#fail('min repeat greater than max repeat', at + 1);
    this.#at += range?.length ?? 1;
    const quantifier = range?.text ?? sign ?? '';
    const lazy = this.#take('?') ? '?' : '';
    const possessive = lazy === '' && this.#take('+');
    const again = this.#peek();
    if (again === '*' || again === '+' || again === '?' || this.#quantifier() !== undefined) this.#fail('multiple repeat', this.#at);
    if (short ? sign !== '?' : (range?.most ?? 0) > REPEATS_SAFE) {
      this.#openRepetitions += 1;
      // Written characters are letters, digits or escapes, so these signs are quantifiers.
      this.#nested ||= /[*+]|,\d*\}|\\k/.test(item.text);
    }
    const single = item.text.startsWith('(') && start < at ? `(?:${item.text})` : item.text;
    const text = `${single}${quantifier}${lazy}`;
    return possessive ? this.#atomic(text) : text;
  }

  #atomic(text: string): string {
    this.#atomicCount += 1;
    return `(?:(?=(?<p${this.#atomicCount}>${text}))\\k<p${this.#atomicCount}>)`;
  }

  #group(start: number): { text: string; can: boolean } {
    if (!this.#take('?')) return this.#capture(start);
    if (this.#take('#')) {
      while (this.#peek() !== undefined && this.#peek() !== ')') this.#at += 1;
      if (!this.#take(')')) this.#fail('missing ), unterminated comment', start);
      return { text: '', can: false };
    }
    if (this.#take('P')) return this.#named(start);
    for (const opening of [':', '=', '!', '<=', '<!', '>']) {
      if (!this.#take(opening)) continue;
      const body = this.#body(start);
      if (opening === '>') return { text: this.#atomic(body), can: true };
      return { text: `(?${opening}${body})`, can: true };
    }
    return this.#flagGroup(start);
  }

  #body(start: number): string {
    const flags = this.#flags;
    const body = this.#alternatives();
    this.#flags = flags;
    if (!this.#take(')')) this.#fail('missing ), unterminated subpattern', start);
    return body;
  }

  #capture(start: number, name?: string): { text: string; can: boolean } {
    this.#groupCount += 1;
    const number = this.#groupCount;
    if (name !== undefined) this.#groups.set(name, number);
    this.#open.add(number);
    const body = this.#body(start);
    this.#open.delete(number);
    return { text: `(?<g${number}>${body})`, can: true };
  }

  #named(start: number): { text: string; can: boolean } {
    if (this.#take('<')) {
      const name = this.#nameUntil('>');
      if (this.#groups.has(name)) {
        this.#fail(`redefinition of group name '${name}' as group ${this.#groupCount + 1}; was group ${this.#groups.get(name) ?? 0}`, start + 4);
      }
      return this.#capture(start, name);
    }
    if (this.#take('=')) {
      const at = this.#at;
      const name = this.#nameUntil(')');
      const number = this.#groups.get(name);
      if (number === undefined) this.#fail(`unknown group name '${name}'`, at);
      return { text: `(?:\\k<g${number}>)`, can: true };
    }
    const next = this.#peek();
    if (next === undefined) this.#fail('unexpected end of pattern', this.#at);
    this.#fail(`unknown extension ?P${next}`, start + 1);
  }

  #nameUntil(end: string): string {
    const from = this.#at;
    while (this.#peek() !== undefined && this.#peek() !== end) this.#at += 1;
    const name = this.#chars.slice(from, this.#at).join('');
    if (name === '') this.#fail('missing group name', from);
    if (!this.#take(end)) this.#fail(`missing ${end}, unterminated name`, from);
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) this.#fail(`bad character in group name '${name}'`, from);
    return name;
  }

  #flagGroup(start: number): { text: string; can: boolean } {
    const match = /^([aiLmsux]*)(?:-([imsx]+))?([:)])/.exec(this.#rest());
    if (match === null) {
      const next = this.#peek();
      if (next === undefined) this.#fail('unexpected end of pattern', this.#at);
      if (next === '(') this.#fail('conditional groups are not supported', start);
      const behind = next === '<' ? `<${this.#peek(1) ?? ''}` : next;
      this.#fail(`unknown extension ?${behind}`, start + 1);
    }
    if (match[3] === ')') this.#fail('global flags not at the start of the expression', start);
    const before = this.#flags;
    for (const letter of match[1] ?? '') this.#flags |= FLAG_LETTERS[letter] ?? 0;
    for (const letter of match[2] ?? '') this.#flags &= ~(FLAG_LETTERS[letter] ?? 0);
    if (this.#has(this.#globalFlags, FLAG.IGNORECASE) && !this.#has(this.#flags, FLAG.IGNORECASE)) {
      this.#fail('(?-i:...) is not supported where the whole pattern ignores case', start);
    }
    this.#at += match[0].length;
    const body = this.#alternatives();
    this.#flags = before;
    if (!this.#take(')')) this.#fail('missing ), unterminated subpattern', start);
    return { text: `(?:${body})`, can: true };
  }

  #escape(start: number): string {
    const char = this.#peek();
    if (char === undefined) this.#fail('bad escape (end of pattern)', start);
    const ascii = this.#has(this.#flags, FLAG.ASCII);
    const set = escapeSet(char, ascii);
    if (set !== undefined || 'AZbB'.includes(char)) this.#at += 1;
    if (set !== undefined) return set;
    if (char === 'A') return '(?:^)';
    if (char === 'Z') return '(?:$)';
    if (char === 'b' || char === 'B') return wordBoundary(ascii, char === 'B');
    if (/[1-9]/.test(char)) return this.#reference(start);
    return this.#char(this.#escapedChar(start));
  }

  #reference(start: number): string {
    const octal = /^[0-3][0-7][0-7]/.exec(this.#rest());
    if (octal !== null) {
      this.#at += 3;
      return this.#char(String.fromCodePoint(Number.parseInt(octal[0], 8)));
    }
    const digits = /^\d\d?/.exec(this.#rest())?.[0] ?? '';
    this.#at += digits.length;
    const number = Number(digits);
    if (number > this.#groupCount) this.#fail(`invalid group reference ${number}`, start + 1);
    if (this.#open.has(number)) this.#fail('cannot refer to an open group', start);
    return `(?:\\k<g${number}>)`;
  }

  /** The character an escape stands for, in and outside of classes. */
  #escapedChar(start: number): string {
    const char = this.#peek() ?? '';
    const hexDigits = { x: 2, u: 4, U: 8 }[char];
    if (hexDigits !== undefined) {
      const digits = new RegExp(`^${char}([0-9a-fA-F]{0,${hexDigits}})`).exec(this.#rest())?.[1] ?? '';
      if (digits.length < hexDigits) this.#fail(`incomplete escape \\${char}${digits}`, start);
      this.#at += 1 + hexDigits;
      const code = Number.parseInt(digits, 16);
      if (code > 0x10ffff) this.#fail(`bad escape \\${char}${digits}`, start);
      return String.fromCodePoint(code);
    }
    const octal = /^0[0-7]{0,2}/.exec(this.#rest());
    if (octal !== null) {
      this.#at += octal[0].length;
      return String.fromCodePoint(Number.parseInt(octal[0], 8));
    }
    this.#at += 1;
    const known = Object.hasOwn(ESCAPED, char) ? ESCAPED[char] : undefined;
    if (known !== undefined) return known;
    if (/[a-zA-Z]/.test(char)) this.#fail(`bad escape \\${char}`, start);
    return char;
  }

  #charClass(start: number): string {
    const negated = this.#take('^');
    let body = '';
    for (let first = true; ; first = false) {
      const char = this.#peek();
      if (char === undefined) this.#fail('unterminated character set', start);
      if (char === ']' && !first) break;
      body += this.#classMember(start);
    }
    this.#at += 1;
    return `[${negated ? '^' : ''}${body}]`;
  }

  #classMember(start: number): string {
    const from = this.#at;
    const low = this.#classChar(start);
    const ranged = this.#peek() === '-' && this.#peek(1) !== undefined && this.#peek(1) !== ']';
    if (!ranged) {
      if ('set' in low) return low.set;
      return this.#char(low.char);
    }
    this.#at += 1;
    const high = this.#classChar(start);
    if ('set' in low || 'set' in high || (low.char.codePointAt(0) ?? 0) > (high.char.codePointAt(0) ?? 0)) {
      this.#fail(`bad character range ${this.#chars.slice(from, this.#at).join('')}`, from);
    }
    const range = `${literal(low.char)}-${literal(high.char)}`;
    const scoped = this.#has(this.#flags, FLAG.IGNORECASE) && !this.#has(this.#globalFlags, FLAG.IGNORECASE);
    const other = scoped ? otherCaseRange(low.char, high.char) : '';
    return range + other;
  }

  #classChar(start: number): { char: string } | { set: string } {
    const at = this.#at;
    const char = this.#peek();
    if (char === undefined) this.#fail('unterminated character set', start);
    this.#at += 1;
    if (char !== '\\') return { char };
    const next = this.#peek();
    if (next === undefined) this.#fail('unterminated character set', start);
    const set = escapeSet(next, this.#has(this.#flags, FLAG.ASCII));
    if (set !== undefined || next === 'b') this.#at += 1;
    if (set !== undefined) return { set };
    if (next === 'b') return { char: '\b' };
    const octal = /^[0-3]?[0-7]{1,2}/.exec(this.#rest());
    if (octal !== null) {
      this.#at += octal[0].length;
      return { char: String.fromCodePoint(Number.parseInt(octal[0], 8)) };
    }
    return { char: this.#escapedChar(at) };
  }
}

/** Letters of ASCII in the other case that lie between two letters of one case. */
function otherCaseRange(low: string, high: string): string {
  let others = '';
  for (let code = low.codePointAt(0) ?? 0; code <= Math.min(high.codePointAt(0) ?? 0, 0x7f); code += 1) {
    const char = String.fromCharCode(code);
    const other = char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase();
    if (other !== char) others += literal(other);
  }
  return others;
}
