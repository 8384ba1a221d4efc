/**
 * Cuts a text into tokens as libyaml does, indentation and simple keys included. Tokens are made no earlier than they
 * are needed, so that of several errors the same one comes first. Source: observed, libyaml 0.2.5.
 */
import type { SourceText } from '../source.js';
import { Cursor, END, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './cursor.js';
import { scanDirective, scanName, scanTag } from './properties.js';
import { scanBlock, scanPlain, scanQuoted } from './scalars.js';
import type { Token, TokenKind } from './token.js';

/** How far back, in characters, a key without `?` may have begun. */
const SIMPLE_KEY_LENGTH_MAX = 1024;

/** A token that becomes a key when a colon follows in the same line. */
interface SimpleKey {
  readonly required: boolean;
  readonly tokenNumber: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

export class Scanner {
  readonly #cursor: Cursor;
  #queue: Token[] = [];
  #taken = 0;
  #flowLevel = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  #keyAllowed = true;
  /** One for each level of brackets. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  #ended = false;

  constructor(source: SourceText) {
    this.#cursor = new Cursor(source);
  }

  peek(): Token {
    while (this.#needsMore()) this.#fetch();
    const [token] = this.#queue;
    if (token === undefined) throw new TypeError('the text has ended');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#queue.shift();
    this.#taken += 1;
    return token;
  }

  #needsMore(): boolean {
    if (this.#queue.length === 0) return !this.#ended;
    return this.#keys.some((_, level) => this.#validKey(level)?.tokenNumber === this.#taken);
  }

  #validKey(level: number): SimpleKey | undefined {
    const key = this.#keys[level];
    if (key === undefined) return undefined;
    const cursor = this.#cursor;
    if (key.line === cursor.line && cursor.at - key.at <= SIMPLE_KEY_LENGTH_MAX) return key;
    this.#dropKey(level);
    return undefined;
  }

  #dropKey(level = this.#keys.length - 1): void {
    const key = this.#keys[level];
    this.#keys[level] = undefined;
    if (key?.required === true) this.#cursor.fail('while scanning a simple key', key.at, "could not find expected ':'");
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const { at, line, column } = this.#cursor;
    this.#dropKey();
    this.#keys[this.#keys.length - 1] = {
      required: this.#flowLevel === 0 && this.#indent === column,
      tokenNumber: this.#taken + this.#queue.length, at, line, column,
    };
  }

  #add(kind: TokenKind, start: number, more: Partial<Token> = {}, at = this.#queue.length): void {
    this.#queue.splice(at, 0, { kind, start, end: this.#cursor.at, text: '', handle: '', plain: false, ...more });
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#keys.forEach((_, level) => this.#validKey(level));
    this.#unroll(cursor.column);
    const char = cursor.peek();
    if (char === END) return this.#streamEnd();
    if (cursor.column === 0 && char === '%') return this.#directive();
    if (cursor.isAtMarker('---')) return this.#marker('document-start');
    if (cursor.isAtMarker('...')) return this.#marker('document-end');
    if (this.#fetchIndicator(char)) return;
    if (this.#startsPlain(char)) return this.#plain();
    cursor.fail('while scanning for the next token', cursor.at, 'found character that cannot start any token');
  }

  #fetchIndicator(char: string): boolean {
    const inFlow = this.#flowLevel > 0;
    const standsAlone = isBlankOrEnd(this.#cursor.peek(1));
    switch (char) {
      case '[': this.#openFlow('flow-sequence-start'); break;
      case '{': this.#openFlow('flow-mapping-start'); break;
      case ']': this.#closeFlow('flow-sequence-end'); break;
      case '}': this.#closeFlow('flow-mapping-end'); break;
      case ',': this.#flowEntry(); break;
      case '*': case '&': this.#name(char === '&' ? 'anchor' : 'alias'); break;
      case '!': this.#tag(); break;
      case "'": case '"': this.#quoted(); break;
      case '|': case '>':
        if (inFlow) return false;
        this.#block();
        break;
      case '-':
        if (!standsAlone) return false;
        this.#blockEntry();
        break;
      case '?':
        if (!inFlow && !standsAlone) return false;
        this.#key();
        break;
      case ':':
        if (!inFlow && !standsAlone) return false;
        this.#value();
        break;
      default: return false;
    }
    return true;
  }

  #startsPlain(char: string): boolean {
    if (char === '-') return !isBlank(this.#cursor.peek(1));
    if (char === '?' || char === ':') return this.#flowLevel === 0 && !isBlankOrEnd(this.#cursor.peek(1));
    return !isBlankOrEnd(char) && !',[]{}#&*!|>\'"%@`'.includes(char);
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      while (cursor.peek() === ' ' || (cursor.peek() === '\t' && (this.#flowLevel > 0 || !this.#keyAllowed))) cursor.skip();
      if (cursor.peek() === '#') while (!isBreakOrEnd(cursor.peek())) cursor.skip();
      if (!isBreak(cursor.peek())) return;
      cursor.takeBreak();
      if (this.#flowLevel === 0) this.#keyAllowed = true;
    }
  }

  /** Ends the blocks that are deeper than the column. */
  #unroll(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#add('block-end', this.#cursor.at);
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  /** Begins a block when the column is deeper than the one around it. */
  #roll(column: number, kind: TokenKind, start: number, at = this.#queue.length): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#add(kind, start, { end: start }, at);
  }

  #streamEnd(): void {
    this.#cursor.endLine();
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#ended = true;
    this.#add('stream-end', this.#cursor.at);
  }

  #directive(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    const start = this.#cursor.at;
    const found = scanDirective(this.#cursor);
    if (found.kind === 'version') this.#add('version', start, { text: found.version });
    else this.#add('tag-directive', start, { handle: found.handle, text: found.prefix });
  }

  #marker(kind: TokenKind): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#indicator(kind, 3);
  }

  #indicator(kind: TokenKind, length = 1): void {
    const start = this.#cursor.at;
    this.#cursor.skip(length);
    this.#add(kind, start);
  }

  #openFlow(kind: TokenKind): void {
    this.#saveKey();
    this.#keys.push(undefined);
    this.#flowLevel += 1;
    this.#keyAllowed = true;
    this.#indicator(kind);
  }

  #closeFlow(kind: TokenKind): void {
    this.#dropKey();
    if (this.#flowLevel > 0) {
      this.#flowLevel -= 1;
      this.#keys.pop();
    }
    this.#keyAllowed = false;
    this.#indicator(kind);
  }

  #flowEntry(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    this.#indicator('flow-entry');
  }

  #blockEntry(): void {
    const cursor = this.#cursor;
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) cursor.fail(undefined, cursor.at, 'block sequence entries are not allowed in this context');
      this.#roll(cursor.column, 'block-sequence-start', cursor.at);
    }
    this.#dropKey();
    this.#keyAllowed = true;
    this.#indicator('block-entry');
  }

  #key(): void {
    const cursor = this.#cursor;
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) cursor.fail(undefined, cursor.at, 'mapping keys are not allowed in this context');
      this.#roll(cursor.column, 'block-mapping-start', cursor.at);
    }
    this.#dropKey();
    this.#keyAllowed = this.#flowLevel === 0;
    this.#indicator('key');
  }

  #value(): void {
    const cursor = this.#cursor;
    const level = this.#keys.length - 1;
    const key = this.#validKey(level);
    if (key !== undefined) {
      const place = key.tokenNumber - this.#taken;
      this.#add('key', key.at, { end: key.at }, place);
      this.#roll(key.column, 'block-mapping-start', key.at, place);
      this.#keys[level] = undefined;
      this.#keyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#keyAllowed) cursor.fail(undefined, cursor.at, 'mapping values are not allowed in this context');
        this.#roll(cursor.column, 'block-mapping-start', cursor.at);
      }
      this.#keyAllowed = this.#flowLevel === 0;
    }
    this.#indicator('value');
  }

  #name(kind: 'anchor' | 'alias'): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#cursor.at;
    const text = scanName(this.#cursor);
    this.#add(kind, start, { text });
  }

  #tag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#cursor.at;
    const { handle, suffix } = scanTag(this.#cursor, this.#flowLevel > 0);
    this.#add('tag', start, { handle, text: suffix });
  }

  #block(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    const start = this.#cursor.at;
    const text = scanBlock(this.#cursor, this.#indent);
    this.#add('scalar', start, { text });
  }

  #quoted(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#cursor.at;
    const text = scanQuoted(this.#cursor);
    this.#add('scalar', start, { text });
  }

  #plain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#cursor.at;
    const { text, end, endsLine } = scanPlain(this.#cursor, this.#flowLevel > 0, this.#indent + 1);
    if (endsLine) this.#keyAllowed = true;
    this.#add('scalar', start, { text, end, plain: true });
  }
}
