/**
 * Literals of Python in text: what `ast.literal_eval` reads. Numbers, text, True, False, None, and lists, tuples, sets and
 * dicts of them. Refuses to know: names, calls, operators, bytes, text with a prefix.
 *
 * Source: read, Python 3.11 documentation.
 */
import { parseFloatText } from './python-number.js';
import { reprText } from './python-text.js';
import { floatOf, mapFrom, type Value } from './value.js';

const DEPTH_MAX = 100;
const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([['None', null], ['True', true], ['False', false]]);
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const NUMBER = /^[+-]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d+(?:_\d+)*)?\.?\d*(?:[eE][+-]?\d+)?)/;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"', '\n': '',
};

/** The text is no literal. */
export class LiteralError extends Error {
  constructor(text: string) {
    super(`malformed node or string: ${reprText(text)}`);
    this.name = 'LiteralError';
  }
}

/** @throws LiteralError */
export function readLiteral(text: string): Value {
  const reader = new Reader(text.replace(/^[ \t]+/, ''));
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) this.#fail();
  }

  value(depth: number): Value {
    this.#skip();
    const char = this.#text[this.#at] ?? '';
    if (depth > DEPTH_MAX) this.#fail();
    if (char === '"' || char === "'") return this.#strings();
    if (char in CLOSING) return this.#collection(char, depth);
    const word = /^[A-Za-z_]\w*/.exec(this.#rest())?.[0];
    const known = word === undefined ? undefined : WORDS.get(word);
    if (known === undefined) return this.#number();
    this.#at += (word as string).length;
    return known;
  }

  #fail(): never {
    throw new LiteralError(this.#text);
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #skip(): void {
    this.#at += /^\s*/.exec(this.#rest())?.[0].length ?? 0;
  }

  #take(char: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #number(): Value {
    const found = NUMBER.exec(this.#rest())?.[0] ?? '';
    const digits = found.replaceAll('_', '');
    if (!/\d/.test(digits) || /\w/.test(this.#rest()[found.length] ?? '')) this.#fail();
    this.#at += found.length;
    const unsigned = digits.replace(/^[+-]/, '');
    if (/^0\d/.test(unsigned) && /^\d+$/.test(unsigned) && /[1-9]/.test(unsigned)) this.#fail();
    if (/[.eE]/.test(unsigned) && !/^0[xX]/.test(unsigned)) return floatOf(parseFloatText(digits) ?? this.#fail());
    const whole = digits.startsWith('-') ? -BigInt(unsigned) : BigInt(unsigned);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }

  /** Texts beside each other are one. */
  #strings(): string {
    let text = '';
    for (this.#skip(); /^["']/.test(this.#rest()); this.#skip()) text += this.#string();
    return text;
  }

  #string(): string {
    const quote = /^("""|'''|"|')/.exec(this.#rest())?.[0] as string;
    this.#at += quote.length;
    let text = '';
    while (!this.#rest().startsWith(quote)) {
      const char = this.#text[this.#at];
      if (char === undefined || (char === '\n' && quote.length === 1)) this.#fail();
      this.#at++;
      text += char === '\\' ? this.#escape() : char;
    }
    this.#at += quote.length;
    return text;
  }

  #escape(): string {
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(0010[0-9a-fA-F]{4}|000[0-9a-fA-F]{5})|([0-7]{1,3}))/.exec(this.#rest());
    if (code !== null) {
      this.#at += code[0].length;
      return String.fromCodePoint(code[4] === undefined ? Number.parseInt(code[1] ?? code[2] ?? code[3] as string, 16) : Number.parseInt(code[4], 8));
    }
    const char = this.#text[this.#at] ?? this.#fail();
    if (/[xuUN]/.test(char)) this.#fail();
    this.#at++;
    return ESCAPES[char] ?? `\\${char}`;
  }

  #collection(open: string, depth: number): Value {
    this.#at++;
    const close = CLOSING[open] as string;
    const items: Value[] = [];
    const pairs: [Value, Value][] = [];
    let comma = false;
    while (!this.#take(close)) {
      const item = this.value(depth + 1);
      if (open === '{' && items.length === 0 && this.#take(':')) pairs.push([item, this.value(depth + 1)]);
      else if (pairs.length > 0) this.#fail();
      else items.push(item);
      comma = this.#take(',');
      if (!comma && this.#text[this.#at] !== close) this.#fail();
    }
    if (open === '(' && items.length === 1 && !comma) return items[0] as Value;
    return open === '{' && items.length === 0 ? mapFrom(new Map(pairs)) : items;
  }
}
