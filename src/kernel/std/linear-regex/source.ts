/** A pattern read token by token: a backslash and its character are one token. */
import { RegexSyntaxError } from './errors.js';

export class PatternSource {
  readonly pattern: string;
  readonly #chars: readonly string[];
  /** Place of the next token. */
  #at = 0;
  /** The next token; undefined at the end. */
  next: string | undefined;

  constructor(pattern: string) {
    this.pattern = pattern;
    this.#chars = Array.from(pattern);
    this.#look();
  }

  /** Place of the next token, in characters. */
  get position(): number {
    return this.#at;
  }

  #look(): void {
    const char = this.#chars[this.#at];
    if (char !== '\\') {
      this.next = char;
      return;
    }
    const escaped = this.#chars[this.#at + 1];
    if (escaped === undefined) throw new RegexSyntaxError('bad escape (end of pattern)', this.pattern, this.#at);
    this.next = char + escaped;
  }

  take(): string | undefined {
    const token = this.next;
    if (token !== undefined) this.seek(this.#at + Array.from(token).length);
    return token;
  }

  seek(position: number): void {
    this.#at = position;
    this.#look();
  }

  /** Takes the token when it is the next one. */
  accept(token: string): boolean {
    if (this.next !== token) return false;
    this.take();
    return true;
  }

  /** Takes up to `count` tokens that are one character of `allowed`. */
  takeWhile(count: number, allowed: RegExp): string {
    let text = '';
    while (text.length < count && this.next !== undefined && allowed.test(this.next)) text += this.take() ?? '';
    return text;
  }

  takeUntil(end: string, what: string): string {
    let text = '';
    for (;;) {
      const token = this.take();
      if (token === undefined) this.fail(text === '' ? `missing ${what}` : `missing ${end}, unterminated name`, text.length);
      if (token === end) {
        if (text === '') this.fail(`missing ${what}`, 1);
        return text;
      }
      text += token;
    }
  }

  /** Refuses the pattern; `back` characters before here. */
  fail(reason: string, back = 0): never {
    throw new RegexSyntaxError(reason, this.pattern, this.#at - back);
  }
}
