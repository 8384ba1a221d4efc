/** The words of a template. Source: read, Jinja2 3.1.6; golden: render/err-syntax-*, core-whitespace-*. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { Float, floatOf } from '../../../kernel/std/value.js';
import { lengthOf } from '../python/code-points.js';
import { TemplateError } from '../python/errors.js';
import { shrink } from '../python/numbers.js';
import { reprText } from '../../../kernel/std/python-text.js';
import { unescapeString } from './escapes.js';
import type { SyntaxOptions } from './options.js';

/** A kind is one of Jinja's names: `name`, `string`, `block_begin`, ..., or an operator as it is written. */
export interface Token {
  readonly kind: string;
  readonly line: number;
  readonly text: string;
  readonly value?: number | bigint | Float;
}

const OPERATORS = ['//', '**', '==', '!=', '>=', '<=', '+', '-', '/', '*', '%', '~', '[', ']', '(', ')', '{', '}', '>', '<', '=', '.', ':', '|', ',', ';'];
const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const SPACE = /\s+/y;
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{M}\p{N}\p{Pc}·]+/uy;
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const OPERATOR = new RegExp(OPERATORS.map(escapeRegExp).join('|'), 'y');
const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  comment_begin: 'begin of comment', comment_end: 'end of comment', comment: 'comment', linecomment: 'comment',
  block_begin: 'begin of statement block', block_end: 'end of statement block', variable_begin: 'begin of print statement',
  variable_end: 'end of print statement', linestatement_begin: 'begin of line statement', linestatement_end: 'end of line statement',
  data: 'template data / text', eof: 'end of template',
};

/** How error texts call a kind, or a word such as `name:endfor`. */
export function describe(kind: string): string {
  if (kind.startsWith('name:')) return kind.slice(5);
  return DESCRIPTIONS[kind] ?? kind;
}

export function describeToken(token: Token): string {
  return token.kind === 'name' ? token.text : describe(token.kind);
}

/** The rules that delimiters make, kept with their options. */
interface Rules {
  readonly root: RegExp;
  readonly blockEnd: RegExp;
  readonly variableEnd: RegExp;
  readonly commentEnd: RegExp;
  readonly rawEnd: RegExp;
  readonly lineEnd: RegExp;
}

type Opening = 'comment_begin' | 'block_begin' | 'variable_begin' | 'linestatement_begin' | 'linecomment_begin';

function openings(options: SyntaxOptions): readonly (readonly [length: number, kind: Opening, pattern: string])[] {
  const rules: [number, Opening, string][] = [
    [options.commentStart.length, 'comment_begin', escapeRegExp(options.commentStart)],
    [options.blockStart.length, 'block_begin', escapeRegExp(options.blockStart)],
    [options.variableStart.length, 'variable_begin', escapeRegExp(options.variableStart)],
  ];
  const { lineStatementPrefix: statement, lineCommentPrefix: comment } = options;
  if (statement !== undefined) rules.push([statement.length, 'linestatement_begin', `(?<![^\\n])[ \\t\\v]*${escapeRegExp(statement)}`]);
  if (comment !== undefined) rules.push([comment.length, 'linecomment_begin', `(?:(?<![^\\n])|(?<=\\S))[^\\S\\r\\n]*${escapeRegExp(comment)}`]);
  // The longest first; among equals the name decides, as Jinja sorts.
  return rules.sort((a, b) => b[0] - a[0] || (a[1] < b[1] ? 1 : -1));
}

const rulesOf = new WeakMap<SyntaxOptions, Rules>();

function makeRules(options: SyntaxOptions): Rules {
  const known = rulesOf.get(options);
  if (known !== undefined) return known;
  const [blockStart, blockEnd, variableEnd, commentEnd] = [options.blockStart, options.blockEnd, options.variableEnd, options.commentEnd].map(escapeRegExp);
  const suffix = options.trimBlocks ? '\\n?' : '';
  const raw = `(?<raw_begin>${blockStart}(?<raw_sign>-|\\+|)\\s*raw\\s*(?:-${blockEnd}\\s*|${blockEnd}))`;
  const others = openings(options).map(([, kind, pattern]) => `(?<${kind}>${pattern}(?<${kind}_sign>-|\\+|))`);
  const rules: Rules = {
    root: new RegExp([raw, ...others].join('|'), 'gs'),
    blockEnd: new RegExp(`\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${suffix}`, 'y'),
    variableEnd: new RegExp(`-${variableEnd}\\s*|${variableEnd}`, 'y'),
    commentEnd: new RegExp(`\\+${commentEnd}|-${commentEnd}\\s*|${commentEnd}${suffix}`, 'g'),
    rawEnd: new RegExp(`${blockStart}(-|\\+|)\\s*endraw\\s*(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${suffix})`, 'g'),
    lineEnd: /\s*(?:\n|(?=\n)|(?![\s\S]))/y,
  };
  rulesOf.set(options, rules);
  return rules;
}

/** Reads a template from its beginning; errors come when their place is reached. */
export function* tokenize(source: string, options: SyntaxOptions): Generator<Token> {
  yield* new Lexer(source, options).run();
}

class Lexer {
  readonly #source: string;
  readonly #options: SyntaxOptions;
  readonly #rules: Rules;
  #at = 0;
  #line = 1;
  #lineStarts = true;

  constructor(source: string, options: SyntaxOptions) {
    const text = source.replace(/\r\n?/g, '\n');
    this.#source = !options.keepTrailingNewline && text.endsWith('\n') ? text.slice(0, -1) : text;
    this.#options = options;
    this.#rules = makeRules(options);
  }

  #fail(message: string): never {
    throw new TemplateError('syntax', message, { line: this.#line });
  }

  #token(kind: string, text: string): Token {
    return { kind, text, line: this.#line };
  }

  #count(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line += 1;
  }

  *run(): Generator<Token> {
    while (this.#at < this.#source.length) {
      this.#rules.root.lastIndex = this.#at;
      const found = this.#rules.root.exec(this.#source);
      const text = this.#source.slice(this.#at, found?.index);
      if (found === null) {
        yield this.#data(text);
        return;
      }
      yield* this.#opened(found, text);
    }
  }

  #data(text: string): Token {
    return this.#token('data', this.#options.newlineSequence === '\n' ? text : text.replaceAll('\n', this.#options.newlineSequence));
  }

  *#opened(found: RegExpExecArray, before: string): Generator<Token> {
    const groups = found.groups ?? {};
    const kind = ['raw_begin', 'comment_begin', 'block_begin', 'variable_begin', 'linestatement_begin', 'linecomment_begin'].find((name) => groups[name] !== undefined) as string;
    const sign = groups[kind === 'raw_begin' ? 'raw_sign' : `${kind}_sign`] ?? '';
    const text = this.#stripped(before, sign, kind === 'variable_begin');
    if (text !== '') yield this.#data(text);
    this.#count(before);
    this.#at = found.index + found[0].length;
    this.#lineStarts = found[0].endsWith('\n');
    const beginning = this.#token(kind === 'linestatement_begin' ? 'block_begin' : kind, found[0]);
    this.#count(found[0]);
    switch (kind) {
      case 'raw_begin': return yield* this.#raw();
      case 'comment_begin': return this.#comment();
      case 'linecomment_begin': return this.#lineComment();
      case 'variable_begin':
        yield beginning;
        return yield* this.#inside(this.#rules.variableEnd, 'variable_end');
      case 'block_begin':
        yield beginning;
        return yield* this.#inside(this.#rules.blockEnd, 'block_end');
      default:
        yield beginning;
        return yield* this.#inside(this.#rules.lineEnd, 'block_end');
    }
  }

  /** White space before a tag goes when the tag says so, or with `lstrip_blocks`. */
  #stripped(text: string, sign: string, isVariable: boolean): string {
    if (sign === '-') return text.replace(/\s+$/, '');
    if (sign === '+' || !this.#options.lstripBlocks || isVariable) return text;
    const start = text.lastIndexOf('\n') + 1;
    if (start === 0 && !this.#lineStarts) return text;
    return /^\s+$/.test(text.slice(start)) ? text.slice(0, start) : text;
  }

  *#raw(): Generator<Token> {
    this.#rules.rawEnd.lastIndex = this.#at;
    const end = this.#rules.rawEnd.exec(this.#source);
    if (end === null) this.#fail('Missing end of raw directive');
    const whole = this.#source.slice(this.#at, end.index);
    const text = this.#stripped(whole, end[1] ?? '', false);
    if (text !== '') yield this.#data(text);
    this.#leave(end, whole);
  }

  #comment(): void {
    this.#rules.commentEnd.lastIndex = this.#at;
    const end = this.#rules.commentEnd.exec(this.#source);
    if (end === null) this.#fail('Missing end of comment tag');
    this.#leave(end, this.#source.slice(this.#at, end.index));
  }

  #leave(end: RegExpExecArray, inside: string): void {
    this.#count(inside + end[0]);
    this.#lineStarts = end[0].endsWith('\n');
    this.#at = end.index + end[0].length;
  }

  #lineComment(): void {
    const end = this.#source.indexOf('\n', this.#at);
    this.#lineStarts = false;
    this.#at = end < 0 ? this.#source.length : end;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  /** Words between delimiters. The end counts only outside of brackets. */
  *#inside(end: RegExp, endKind: string): Generator<Token> {
    const open: string[] = [];
    for (;;) {
      const closing = open.length === 0 ? this.#take(end) : undefined;
      if (closing !== undefined) {
        yield this.#token(endKind, closing);
        this.#pass(closing);
        this.#lineStarts = closing.endsWith('\n');
        return;
      }
      if (this.#at >= this.#source.length) return;
      const token = this.#word(open);
      if (token !== undefined) yield token;
    }
  }

  #pass(text: string): void {
    this.#count(text);
    this.#at += text.length;
  }

  #word(open: string[]): Token | undefined {
    const space = this.#take(SPACE);
    if (space !== undefined) {
      this.#pass(space);
      return undefined;
    }
    const token = this.#number() ?? this.#name() ?? this.#string() ?? this.#operator(open);
    if (token === undefined) {
      const character = String.fromCodePoint(this.#source.codePointAt(this.#at) as number);
      this.#fail(`unexpected char ${reprText(character)} at ${lengthOf(this.#source.slice(0, this.#at))}`);
    }
    this.#pass(token.text);
    if (token.kind !== 'string') return token;
    return { ...token, text: this.#unescaped(token) };
  }

  #number(): Token | undefined {
    const float = this.#take(FLOAT);
    if (float !== undefined) return { ...this.#token('float', float), value: floatOf(Number(float.replaceAll('_', ''))) };
    const integer = this.#take(INTEGER);
    if (integer === undefined) return undefined;
    return { ...this.#token('integer', integer), value: shrink(BigInt(integer.replaceAll('_', '').toLowerCase())) };
  }

  #name(): Token | undefined {
    const name = this.#take(NAME);
    if (name === undefined) return undefined;
    if (!IDENTIFIER.test(name)) this.#fail('Invalid character in identifier');
    return this.#token('name', name);
  }

  #string(): Token | undefined {
    const string = this.#take(STRING);
    return string === undefined ? undefined : this.#token('string', string);
  }

  #unescaped(token: Token): string {
    try {
      return unescapeString(token.text.slice(1, -1));
    } catch (error) {
      if (error instanceof PythonError) throw new TemplateError('syntax', error.message, { line: token.line });
      throw error;
    }
  }

  #operator(open: string[]): Token | undefined {
    const operator = this.#take(OPERATOR);
    if (operator === undefined) return undefined;
    const closing = CLOSING[operator];
    if (closing !== undefined) open.push(closing);
    else if (/^[})\]]$/.test(operator)) {
      if (open.length === 0) this.#fail(`unexpected '${operator}'`);
      const wanted = open.pop() as string;
      if (wanted !== operator) this.#fail(`unexpected '${operator}', expected '${wanted}'`);
    }
    return this.#token(operator, operator);
  }
}
