/** A place in a text that moves forward, and the character classes of YAML 1.1. */
import type { SourceText } from '../source.js';

/** Stands for the end of the text; the character itself is never in a text that is read. */
export const END = '\0';

export const isBreak = (char: string): boolean =>
  char === '\n' || char === '\r' || char === '\u0085' || char === '\u2028' || char === '\u2029';
export const isBlank = (char: string): boolean => char === ' ' || char === '\t';
export const isBreakOrEnd = (char: string): boolean => char === END || isBreak(char);
export const isBlankOrEnd = (char: string): boolean => isBlank(char) || isBreakOrEnd(char);

export class Cursor {
  readonly source: SourceText;
  readonly #text: string;
  at = 0;
  line = 0;
  #lineStart = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.#text = source.text;
  }

  get column(): number {
    return this.at - this.#lineStart;
  }

  moveTo(at: number, lineStart: number): void {
    this.at = at;
    this.#lineStart = lineStart;
  }

  /** The character here or some places on; END past the text. */
  peek(ahead = 0): string {
    return this.#text[this.at + ahead] ?? END;
  }

  /** Moves over characters of one line. */
  skip(count = 1): void {
    this.at += count;
  }

  /** Moves over characters of one line and gives them. */
  take(count = 1): string {
    const text = this.#text.slice(this.at, this.at + count);
    this.at += text.length;
    return text;
  }

  /** Moves over what the sticky pattern finds here and gives it. */
  takeMatch(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.at += text.length;
    return text;
  }

  /** Moves over one line break and gives it as YAML reads it; empty when there is none. */
  takeBreak(): string {
    const char = this.peek();
    if (!isBreak(char)) return '';
    this.at += char === '\r' && this.peek(1) === '\n' ? 2 : 1;
    this.line += 1;
    this.#lineStart = this.at;
    return char === '\u2028' || char === '\u2029' ? char : '\n';
  }

  /** At the end of the text the next line begins, whether or not the last one was finished. */
  endLine(): void {
    if (this.column === 0) return;
    this.at += 1;
    this.line += 1;
    this.#lineStart = this.at;
  }

  isAtMarker(marker: '---' | '...'): boolean {
    return this.column === 0 && this.#text.startsWith(marker, this.at) && isBlankOrEnd(this.peek(3));
  }

  /** Refuses the text: what was being done since `start`, and what is wrong here. */
  fail(context: string | undefined, start: number, reason: string): never {
    return this.source.fail('ScannerError', reason, this.at, context === undefined ? undefined : { text: context, at: start });
  }
}
