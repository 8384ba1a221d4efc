/** Reads JSON as Python does: NaN, order of keys, floats told from ints, Python's error texts. Source: read, Python 3.11; golden: render/pipe-json*. */
import { PythonError } from '../contract/errors.js';
import { floatOf, mapFrom, type Value } from '../std/value.js';

const DEPTH_MAX = 900;
/** In characters as Python counts them. */
const lengthOf = (text: string): number => Array.from(text).length;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /(-?(?:0|[1-9]\d*))(\.\d+)?([eE][-+]?\d+)?/y;
const WORDS: readonly (readonly [string, Value])[] = [
  ['null', null], ['true', true], ['false', false], ['NaN', NaN], ['Infinity', Infinity], ['-Infinity', -Infinity],
];
// oxlint-disable-next-line no-control-regex -- JSON refuses control characters in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SHORT: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** @throws PythonError JSONDecodeError with Python's text */
export function readJson(text: string): Value {
  const reader = new Reader(text);
  return reader.document();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    if (this.#text.startsWith('\ufeff')) this.#fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0);
    this.#space();
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('Extra data', this.#at);
    return value;
  }

  #fail(reason: string, at: number): never {
    const before = this.#text.slice(0, at);
    const lines = before.split('\n');
    const column = lengthOf(lines.at(-1) ?? '') + 1;
    throw new PythonError('JSONDecodeError', `${reason}: line ${lines.length} column ${column} (char ${lengthOf(before)})`);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #space(): void {
    this.#match(SPACE);
  }

  #value(depth: number): Value {
    if (depth > DEPTH_MAX) throw new PythonError('RecursionError', 'maximum recursion depth exceeded while decoding a JSON document');
    const start = this.#at;
    const character = this.#text.charAt(start);
    if (character === '"') return this.#string();
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#array(depth);
    const word = WORDS.find(([name]) => this.#text.startsWith(name, start));
    if (word !== undefined) {
      this.#at += word[0].length;
      return word[1];
    }
    return this.#number();
  }

  #number(): Value {
    const match = this.#match(NUMBER);
    if (match === null || match[0] === '') this.#fail('Expecting value', this.#at);
    const [whole, integer = '', fraction, exponent] = match;
    if (fraction !== undefined || exponent !== undefined) return floatOf(Number(whole));
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number + 0 : BigInt(integer);
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    let out = '';
    for (;;) {
      out += this.#match(PLAIN)?.[0] ?? '';
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at += 1;
        return out;
      }
      if (character === '') this.#fail('Unterminated string starting at', start);
      if (character !== '\\') this.#fail('Invalid control character at', this.#at);
      out += this.#escape(start);
    }
  }

  #escape(start: number): string {
    const letter = this.#text.charAt(this.#at + 1);
    if (letter === '') this.#fail('Unterminated string starting at', start);
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('Invalid \\uXXXX escape', this.#at + 1);
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const short = SHORT[letter];
    if (short === undefined) this.#fail('Invalid \\escape', this.#at);
    this.#at += 2;
    return short;
  }

  #array(depth: number): Value {
    this.#at += 1;
    const items: Value[] = [];
    this.#space();
    if (this.#text.charAt(this.#at) === ']') {
      this.#at += 1;
      return items;
    }
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#space();
      const character = this.#text.charAt(this.#at);
      if (character === ']') {
        this.#at += 1;
        return items;
      }
      if (character !== ',') this.#fail("Expecting ',' delimiter", this.#at);
      this.#at += 1;
      this.#space();
    }
  }

  #object(depth: number): Value {
    this.#at += 1;
    const entries = new Map<Value, Value>();
    this.#space();
    if (this.#text.charAt(this.#at) === '}') {
      this.#at += 1;
      return mapFrom(entries);
    }
    for (;;) {
      if (this.#text.charAt(this.#at) !== '"') this.#fail('Expecting property name enclosed in double quotes', this.#at);
      const key = this.#string();
      this.#space();
      if (this.#text.charAt(this.#at) !== ':') this.#fail("Expecting ':' delimiter", this.#at);
      this.#at += 1;
      this.#space();
      entries.set(key, this.#value(depth + 1));
      this.#space();
      const character = this.#text.charAt(this.#at);
      this.#at += 1;
      if (character === '}') return mapFrom(entries);
      if (character !== ',') this.#fail("Expecting ',' delimiter", this.#at - 1);
      this.#space();
    }
  }
}
