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

const OPERATORS_OF_TWO = new Set(['//', '**', '==', '!=', '>=', '<=']);
const OPERATORS = new Set('+-/*%~[](){}><=.:|,;');
const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const SPACE_CODE = 32;
const SPACE = /\s+/y;
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const PLAIN_NAME = /[A-Za-z_]\w*/y;
const NAME = /[\p{L}\p{M}\p{N}\p{Pc}·]+/uy;
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Letters, digits and underscores go on with a name, and so may everything beyond ASCII. */
const LAST_ASCII = 127;

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
  /** What the pattern finds, in the order of its pairs of groups: the beginning, and its sign. */
  readonly kinds: readonly ('raw_begin' | Opening)[];
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
  const raw = `(${blockStart}(-|\\+|)\\s*raw\\s*(?:-${blockEnd}\\s*|${blockEnd}))`;
  const others = openings(options);
  const rules: Rules = {
    root: new RegExp([raw, ...others.map(([, , pattern]) => `(${pattern}(-|\\+|))`)].join('|'), 'gs'),
    kinds: ['raw_begin', ...others.map(([, kind]) => kind)],
    blockEnd: new RegExp(`\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${suffix}`, 'y'),
    variableEnd: new RegExp(`-${variableEnd}\\s*|${variableEnd}`, 'y'),
    commentEnd: new RegExp(`\\+${commentEnd}|-${commentEnd}\\s*|${commentEnd}${suffix}`, 'g'),
    rawEnd: new RegExp(`${blockStart}(-|\\+|)\\s*endraw\\s*(?:\\+${blockEnd}|-${blockEnd}\\s*|${blockEnd}${suffix})`, 'g'),
    lineEnd: /\s*(?:\n|(?=\n)|(?![\s\S]))/y,
  };
  rulesOf.set(options, rules);
  return rules;
}

/** Reads a template from its beginning, tag by tag; errors come when their place is reached. */
export class Lexer {
  readonly #source: string;
  readonly #options: SyntaxOptions;
  readonly #rules: Rules;
  #at = 0;
  #line = 1;
  #lineStarts = true;
  /** Words that are read, and how many of them are given. */
  #words: Token[] = [];
  #given = 0;
  /** What is wrong behind the words that are read. */
  #error: unknown;

  constructor(source: string, options: SyntaxOptions) {
    const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
    this.#source = !options.keepTrailingNewline && text.endsWith('\n') ? text.slice(0, -1) : text;
    this.#options = options;
    this.#rules = makeRules(options);
  }

  /** The next word; undefined at the end. @throws TemplateError */
  next(): Token | undefined {
    while (this.#given === this.#words.length) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#at >= this.#source.length) return undefined;
      this.#words = [];
      this.#given = 0;
      try {
        this.#readTag();
      } catch (error) {
        this.#error = error;
      }
    }
    return this.#words[this.#given++];
  }

  #fail(message: string): never {
    throw new TemplateError('syntax', message, { line: this.#line });
  }

  #add(kind: string, text: string): void {
    this.#words.push({ kind, text, line: this.#line });
  }

  #count(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#line += 1;
  }

  /** Reads text up to the next tag, and the tag. */
  #readTag(): void {
    const { root, kinds } = this.#rules;
    root.lastIndex = this.#at;
    const found = root.exec(this.#source);
    if (found === null) {
      this.#addData(this.#source.slice(this.#at));
      this.#at = this.#source.length;
      return;
    }
    const before = this.#source.slice(this.#at, found.index);
    const which = kinds.findIndex((_, at) => found[2 * at + 1] !== undefined);
    this.#readOpened(kinds[which] as Opening | 'raw_begin', found[0], found[2 * which + 2] ?? '', before);
  }

  #addData(text: string): void {
    this.#add('data', this.#options.newlineSequence === '\n' ? text : text.replaceAll('\n', this.#options.newlineSequence));
  }

  #readOpened(kind: Opening | 'raw_begin', opening: string, sign: string, before: string): void {
    const text = this.#stripped(before, sign, kind === 'variable_begin');
    if (text !== '') this.#addData(text);
    this.#count(before);
    this.#at += before.length + opening.length;
    this.#lineStarts = opening.endsWith('\n');
    if (kind === 'block_begin' || kind === 'variable_begin') this.#add(kind, opening);
    else if (kind === 'linestatement_begin') this.#add('block_begin', opening);
    this.#count(opening);
    switch (kind) {
      case 'raw_begin': return this.#raw();
      case 'comment_begin': return this.#comment();
      case 'linecomment_begin': return this.#lineComment();
      case 'variable_begin': return this.#inside(this.#rules.variableEnd, 'variable_end');
      case 'block_begin': return this.#inside(this.#rules.blockEnd, 'block_end');
      case 'linestatement_begin': return this.#inside(this.#rules.lineEnd, 'block_end');
    }
  }

  /** White space before a tag goes when the tag says so, or with `lstrip_blocks`. */
  #stripped(text: string, sign: string, isVariable: boolean): string {
    if (sign === '-') return text.trimEnd();
    if (sign === '+' || !this.#options.lstripBlocks || isVariable) return text;
    const start = text.lastIndexOf('\n') + 1;
    if (start === 0 && !this.#lineStarts) return text;
    return /^\s+$/.test(text.slice(start)) ? text.slice(0, start) : text;
  }

  #raw(): void {
    this.#rules.rawEnd.lastIndex = this.#at;
    const end = this.#rules.rawEnd.exec(this.#source);
    if (end === null) this.#fail('Missing end of raw directive');
    const whole = this.#source.slice(this.#at, end.index);
    const text = this.#stripped(whole, end[1] ?? '', false);
    if (text !== '') this.#addData(text);
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
    return pattern.test(this.#source) ? this.#source.slice(this.#at, pattern.lastIndex) : undefined;
  }

  /** Words between delimiters. The end counts only outside of brackets. */
  #inside(end: RegExp, endKind: string): void {
    const open: string[] = [];
    for (;;) {
      // Only the end of a line statement may begin with a space.
      while (this.#source.charCodeAt(this.#at) === SPACE_CODE && end !== this.#rules.lineEnd) this.#at += 1;
      const closing = open.length === 0 ? this.#take(end) : undefined;
      if (closing !== undefined) {
        this.#add(endKind, closing);
        this.#pass(closing);
        this.#lineStarts = closing.endsWith('\n');
        return;
      }
      if (this.#at >= this.#source.length) return;
      this.#word(open);
    }
  }

  #pass(text: string): void {
    this.#count(text);
    this.#at += text.length;
  }

  /** Reads white space or one word: its first character says which. */
  #word(open: string[]): void {
    const first = this.#source.charCodeAt(this.#at);
    const space = this.#take(SPACE);
    if (space !== undefined) this.#pass(space);
    else if (isDigit(first)) this.#number();
    else if (first === 39 || first === 34) this.#string();
    else if (!this.#operator(open)) this.#name();
  }

  #number(): void {
    const float = this.#take(FLOAT);
    const text = float ?? this.#take(INTEGER) as string;
    const digits = text.includes('_') ? text.replaceAll('_', '') : text;
    const value = float === undefined ? shrink(BigInt(digits.toLowerCase())) : floatOf(Number(digits));
    this.#words.push({ kind: float === undefined ? 'integer' : 'float', text, line: this.#line, value });
    this.#at += text.length;
  }

  #name(): void {
    let name = this.#take(PLAIN_NAME);
    if (name === undefined || this.#source.charCodeAt(this.#at + name.length) > LAST_ASCII) {
      name = this.#take(NAME);
      if (name === undefined) this.#failUnknown();
      if (!IDENTIFIER.test(name)) this.#fail('Invalid character in identifier');
    }
    this.#add('name', name);
    this.#at += name.length;
  }

  #string(): void {
    const string = this.#take(STRING);
    if (string === undefined) this.#failUnknown();
    const line = this.#line;
    this.#pass(string);
    this.#words.push({ kind: 'string', text: this.#unescaped(string, line), line });
  }

  #failUnknown(): never {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) as number);
    return this.#fail(`unexpected char ${reprText(character)} at ${lengthOf(this.#source.slice(0, this.#at))}`);
  }

  #unescaped(string: string, line: number): string {
    const inner = string.slice(1, -1);
    if (!inner.includes('\\')) return inner;
    try {
      return unescapeString(inner);
    } catch (error) {
      if (error instanceof PythonError) throw new TemplateError('syntax', error.message, { line });
      throw error;
    }
  }

  /** Reads an operator when there is one. */
  #operator(open: string[]): boolean {
    const two = this.#source.slice(this.#at, this.#at + 2);
    const operator = OPERATORS_OF_TWO.has(two) ? two : two.charAt(0);
    if (operator.length === 1 && !OPERATORS.has(operator)) return false;
    const closing = CLOSING[operator];
    if (closing !== undefined) open.push(closing);
    else if (operator === '}' || operator === ')' || operator === ']') {
      if (open.length === 0) this.#fail(`unexpected '${operator}'`);
      const wanted = open.pop() as string;
      if (wanted !== operator) this.#fail(`unexpected '${operator}', expected '${wanted}'`);
    }
    this.#add(operator, operator);
    this.#at += operator.length;
    return true;
  }
}
