/** A place in a plain text that moves forward, by character codes. What is not plain ends the reading (NotPlainError). */
import { SourceText } from '../source.js';
import { Cursor } from '../strict/cursor.js';
import { scanBlock, scanQuoted } from '../strict/scalars.js';

/** The text needs the strict reader: it is unusual, or wrong. */
export class NotPlainError extends Error {}

export function notPlain(): never {
  throw new NotPlainError('the text is not plain YAML');
}

export const CODE = {
  newline: 10, space: 32, doubleQuote: 34, hash: 35, singleQuote: 39, comma: 44, dash: 45, colon: 58, greater: 62, question: 63,
  leftBracket: 91, backslash: 92, rightBracket: 93, leftBrace: 123, bar: 124, rightBrace: 125,
} as const;

/** Keys longer than this may be refused: libyaml looks 1024 characters back. */
const KEY_LENGTH_MAX = 1000;

/** A plain word may not begin with these; `-`, `?` and `:` depend on what follows. */
const NOT_AT_START = new Set(Array.from(',[]{}#&*!|>\'"%@`', (char) => char.charCodeAt(0)));

export class PlainCursor {
  readonly text: string;
  at: number;
  /** Column of the next content when a line was ended; -1 at the end of the text. */
  column = -1;
  #lineStart = 0;
  #strict: Cursor | undefined;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  code(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead);
  }

  /** Column of this place. */
  get here(): number {
    return this.at - this.#lineStart;
  }

  /** Moves over spaces and gives the code behind them. */
  skipSpaces(): number {
    let code = this.code();
    while (code === CODE.space) code = this.text.charCodeAt(++this.at);
    return code;
  }

  /** A blank, a line break or the end. */
  isGap(code: number): boolean {
    return code === CODE.space || code === CODE.newline || Number.isNaN(code);
  }

  /** Nothing more stands in this line but a comment, which a blank sets off. */
  isLineOver(): boolean {
    const code = this.skipSpaces();
    return code === CODE.newline || Number.isNaN(code) || (code === CODE.hash && this.text.charCodeAt(this.at - 1) === CODE.space);
  }

  /** Moves from the end of a value to the next content, in a later line. */
  endLine(): void {
    if (!this.isLineOver()) notPlain();
    if (this.code() === CODE.hash) this.#skipComment();
    this.at += 1;
    this.nextContent();
  }

  /** Moves from the beginning of a line to the next content. */
  nextContent(): void {
    const { text } = this;
    for (;;) {
      this.#lineStart = this.at;
      const code = this.skipSpaces();
      if (code === CODE.hash) this.#skipComment();
      else if (code !== CODE.newline) {
        this.column = this.at < text.length ? this.here : -1;
        return;
      }
      this.at += 1;
    }
  }

  /** Moves over blanks, comments and lines between the parts of a flow collection; gives the code behind them. */
  skipFlowGap(): number {
    for (;;) {
      const code = this.skipSpaces();
      if (code === CODE.hash) {
        if (!this.isGap(this.text.charCodeAt(this.at - 1))) notPlain();
        this.#skipComment();
      } else if (code !== CODE.newline) return code;
      this.#lineStart = this.at + 1;
      this.at += 1;
    }
  }

  /** Reads a word that ends with its line, a comment or `: `; in a flow also with brackets and commas. */
  word(inFlow: boolean): string {
    const { text, at: start } = this;
    this.#checkStart(inFlow);
    let at = start;
    for (; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === CODE.newline || Number.isNaN(code)) break;
      if (code === CODE.hash && text.charCodeAt(at - 1) === CODE.space) break;
      if (code === CODE.colon) {
        const next = text.charCodeAt(at + 1);
        if (this.isGap(next)) break;
        if (inFlow && (next === CODE.question || isFlowIndicator(next))) notPlain();
      } else if (inFlow && isFlowIndicator(code)) break;
    }
    this.at = at;
    while (text.charCodeAt(at - 1) === CODE.space) at -= 1;
    return text.slice(start, at);
  }

  #checkStart(inFlow: boolean): void {
    const code = this.code();
    if (NOT_AT_START.has(code)) notPlain();
    if (code !== CODE.dash && code !== CODE.question && code !== CODE.colon) return;
    if (this.isGap(this.code(1)) || (inFlow && code !== CODE.dash)) notPlain();
  }

  /** Reads a text in quotes. */
  quoted(): string {
    const { text, at: start } = this;
    const quote = text.charCodeAt(start);
    for (let at = start + 1; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === quote && (quote === CODE.doubleQuote || text.charCodeAt(at + 1) !== quote)) {
        this.at = at + 1;
        return text.slice(start + 1, at);
      }
      if (code === quote || code === CODE.backslash || code === CODE.newline || Number.isNaN(code)) return this.#scan(scanQuoted);
    }
  }

  /** Reads a block text inside of a container at a column, and ends its line. */
  block(parent: number): string {
    const value = this.#scan((cursor) => scanBlock(cursor, parent));
    if (this.at < this.text.length) this.at = this.#lineStart;
    this.nextContent();
    return value;
  }

  /** Moves from a key over the colon behind it; says whether there is one. */
  takeColon(keyStart: number): boolean {
    const end = this.at;
    if (this.skipSpaces() === CODE.colon && this.isGap(this.code(1)) && end - keyStart <= KEY_LENGTH_MAX) {
      this.at += 1;
      return true;
    }
    return false;
  }

  /** Lets the strict reader's function read what stands here. */
  #scan(read: (cursor: Cursor) => string): string {
    const cursor = this.#strict ??= new Cursor(new SourceText(this.text, ''));
    cursor.moveTo(this.at, this.#lineStart);
    const value = read(cursor);
    this.at = cursor.at;
    this.#lineStart = cursor.at - cursor.column;
    return value;
  }

  #skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }
}

function isFlowIndicator(code: number): boolean {
  return code === CODE.comma || code === CODE.leftBracket || code === CODE.rightBracket || code === CODE.leftBrace || code === CODE.rightBrace;
}
