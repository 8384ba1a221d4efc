/** The words of a template one after the other, with one word of look-ahead. */
import { reprText } from '../../../kernel/std/python-text.js';
import { TemplateError } from '../python/errors.js';
import { describe, describeToken, type Lexer, type Token } from './tokens.js';

const NAME_PREFIX = 'name:';

export class TokenStream {
  readonly #lexer: Lexer;
  #next: Token | undefined;
  current: Token = { kind: 'initial', line: 1, text: '' };

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
    this.next();
  }

  #read(): Token {
    return this.#lexer.next() ?? { kind: 'eof', line: this.current.line, text: '' };
  }

  /** Goes on; gives the word that was current. */
  next(): Token {
    const before = this.current;
    if (before.kind === 'eof') return before;
    this.current = this.#next ?? this.#read();
    this.#next = undefined;
    return before;
  }

  look(): Token {
    return this.#next ??= this.#read();
  }

  /** True when the current word is of a kind, or the name of `name:word`. */
  is(wanted: string): boolean {
    return fits(this.current, wanted);
  }

  nextIs(wanted: string): boolean {
    return fits(this.look(), wanted);
  }

  skipIf(wanted: string): boolean {
    if (!this.is(wanted)) return false;
    this.next();
    return true;
  }

  /** @throws TemplateError with Jinja's text */
  expect(wanted: string): Token {
    if (this.is(wanted)) return this.next();
    const word = reprText(describe(wanted));
    if (this.current.kind === 'eof') return this.fail(`unexpected end of template, expected ${word}.`);
    return this.fail(`expected token ${word}, got ${reprText(describeToken(this.current))}`);
  }

  fail(message: string, line = this.current.line): never {
    throw new TemplateError('syntax', message, { line });
  }
}

function fits(token: Token, wanted: string): boolean {
  if (token.kind !== 'name') return token.kind === wanted;
  return wanted === 'name' || (wanted.length === token.text.length + NAME_PREFIX.length && wanted.startsWith(NAME_PREFIX) && wanted.endsWith(token.text));
}
