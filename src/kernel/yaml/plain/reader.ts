/**
 * The plain reader: takes what nearly all YAML is (no tags, anchors, merge keys, words over several lines, one document)
 * straight to values, without a tree. Whatever else it meets, or cannot accept, is left to the strict reader, which
 * also knows the words of each refusal. Tested by reading the same texts with both.
 */
import type { Value, ValueMap } from '../../std/value.js';
import { YamlError } from '../error.js';
import { CODE, notPlain, NotPlainError, PlainCursor } from './cursor.js';
import { GrowingMap } from './growing-map.js';
import { valueOfWord } from './word.js';

export const NOT_PLAIN = Symbol('not plain');

/** Tabs, unusual line breaks, directives and markers of documents. */
const UNUSUAL = /[\t\r\ufeff\u0085\u2028\u2029]|\n(?:---|\.\.\.|%)/g;
/** Comments before the first marker, and the marker. */
const HEAD = /^(?:(?: *#[^\n]*)?\n)*---(?=\n)/;
const UNUSUAL_START = /^(?:---|\.\.\.|%)/;

/** The strict reader refuses at 300. */
const DEPTH_MAX = 250;

/** The value of a text whose characters are checked. */
export function readPlain(source: string): Value | typeof NOT_PLAIN {
  const text = source.includes('\r') ? source.replaceAll('\r\n', '\n') : source;
  const head = HEAD.exec(text)?.[0].length ?? 0;
  if (head === 0 && UNUSUAL_START.test(text)) return NOT_PLAIN;
  UNUSUAL.lastIndex = head;
  if (UNUSUAL.test(text)) return NOT_PLAIN;
  try {
    return new PlainReader(new PlainCursor(text, head)).read();
  } catch (error) {
    if (error instanceof NotPlainError || error instanceof YamlError) return NOT_PLAIN;
    throw error;
  }
}

class PlainReader {
  readonly #cursor: PlainCursor;
  #depth = 0;

  constructor(cursor: PlainCursor) {
    this.#cursor = cursor;
  }

  read(): Value {
    const cursor = this.#cursor;
    cursor.nextContent();
    if (cursor.column < 0) return null;
    const value = this.#node(cursor.column, -1);
    return cursor.column < 0 ? value : notPlain();
  }

  /** What stands here, at a column, inside of a container at another one. Ends its last line. */
  #node(column: number, parent: number): Value {
    const cursor = this.#cursor;
    const code = cursor.code();
    if (code === CODE.dash && cursor.isGap(cursor.code(1))) return this.#sequence(column);
    if (code === CODE.leftBracket || code === CODE.leftBrace || code === CODE.bar || code === CODE.greater) return this.#inline(parent);
    const start = cursor.at;
    const value = this.#scalar(false);
    if (!cursor.takeColon(start)) {
      cursor.endLine();
      return value;
    }
    cursor.at = start;
    return this.#mapping(column);
  }

  /** A value in the line of its key or dash. Ends its last line. */
  #inline(parent: number): Value {
    const cursor = this.#cursor;
    const code = cursor.code();
    if (code === CODE.bar || code === CODE.greater) return cursor.block(parent);
    const value = code === CODE.leftBracket || code === CODE.leftBrace ? this.#flow(code) : this.#scalar(false);
    cursor.endLine();
    return value;
  }

  #scalar(inFlow: boolean): Value {
    const cursor = this.#cursor;
    const code = cursor.code();
    if (code === CODE.singleQuote || code === CODE.doubleQuote) return cursor.quoted();
    return valueOfWord(cursor.word(inFlow));
  }

  /** Reads a key and its colon. */
  #key(inFlow: boolean): Value {
    const cursor = this.#cursor;
    const start = cursor.at;
    const key = this.#scalar(inFlow);
    if (!cursor.takeColon(start) || cursor.text.slice(start, cursor.at).includes('\n')) notPlain();
    return key;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) notPlain();
  }

  #mapping(column: number): ValueMap {
    this.#enter();
    const cursor = this.#cursor;
    const map = new GrowingMap();
    do {
      const key = this.#key(false);
      map.add(key, this.#valueOfKey(column));
      if (cursor.column > column) notPlain();
    } while (cursor.column === column);
    this.#depth -= 1;
    return map.value;
  }

  #valueOfKey(column: number): Value {
    const cursor = this.#cursor;
    if (!cursor.isLineOver()) return this.#inline(column);
    cursor.endLine();
    if (cursor.column > column) return this.#node(cursor.column, column);
    return cursor.column === column && this.#isAtDash() ? this.#sequence(column) : null;
  }

  #isAtDash(): boolean {
    return this.#cursor.code() === CODE.dash && this.#cursor.isGap(this.#cursor.code(1));
  }

  #sequence(column: number): Value[] {
    this.#enter();
    const cursor = this.#cursor;
    const items: Value[] = [];
    do {
      cursor.at += 1;
      items.push(this.#item(column));
      if (cursor.column > column) notPlain();
    } while (cursor.column === column && this.#isAtDash());
    this.#depth -= 1;
    return items;
  }

  #item(column: number): Value {
    const cursor = this.#cursor;
    if (!cursor.isLineOver()) return this.#node(cursor.here, column);
    cursor.endLine();
    return cursor.column > column ? this.#node(cursor.column, column) : null;
  }

  #flow(open: number): Value {
    this.#enter();
    this.#cursor.at += 1;
    const value = open === CODE.leftBracket ? this.#flowSequence() : this.#flowMapping();
    this.#cursor.at += 1;
    this.#depth -= 1;
    return value;
  }

  #flowSequence(): Value[] {
    const items: Value[] = [];
    while (this.#cursor.skipFlowGap() !== CODE.rightBracket) {
      items.push(this.#flowNode());
      this.#endFlowEntry(CODE.rightBracket);
    }
    return items;
  }

  #flowMapping(): ValueMap {
    const map = new GrowingMap();
    while (this.#cursor.skipFlowGap() !== CODE.rightBrace) {
      const key = this.#key(true);
      this.#cursor.skipFlowGap();
      map.add(key, this.#flowNode());
      this.#endFlowEntry(CODE.rightBrace);
    }
    return map.value;
  }

  #flowNode(): Value {
    const code = this.#cursor.code();
    return code === CODE.leftBracket || code === CODE.leftBrace ? this.#flow(code) : this.#scalar(true);
  }

  #endFlowEntry(close: number): void {
    const code = this.#cursor.skipFlowGap();
    if (code === CODE.comma) this.#cursor.at += 1;
    else if (code !== close) notPlain();
  }
}
