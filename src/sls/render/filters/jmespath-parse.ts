/** Reads JMESPath expressions. Source: the JMESPath specification. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { dataOf } from '../python/convert.js';
import type { Data } from '../python/data.js';
import { readJson } from '../../../kernel/yaml/read-json.js';

export type PathNode =
  | { readonly kind: 'current' | 'identity' }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly at: number }
  | { readonly kind: 'slice'; readonly parts: readonly (number | null)[] }
  | { readonly kind: 'literal'; readonly value: Data }
  | { readonly kind: 'sub' | 'pipe' | 'and' | 'or'; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'not' | 'flatten' | 'reference'; readonly of: PathNode }
  | { readonly kind: 'project' | 'values'; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'filter'; readonly left: PathNode; readonly right: PathNode; readonly test: PathNode }
  | { readonly kind: 'compare'; readonly word: string; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'list'; readonly items: readonly PathNode[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, PathNode])[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly PathNode[] };

interface Token {
  readonly kind: string;
  readonly text: string;
  readonly at: number;
}

const TOKEN = /\s*(?:(?<name>[A-Za-z_]\w*)|(?<number>-?\d+)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<raw>'(?:[^'\\]|\\.)*')|(?<literal>`(?:[^`\\]|\\.)*`)|(?<sign>\[\?|\[\]|&&|\|\||[<>=!]=|[.*@&|!<>()[\]{},:]))/y;
const POWERS: Readonly<Record<string, number>> = {
  '|': 1, '||': 2, '&&': 3, '==': 5, '!=': 5, '<': 5, '>': 5, '<=': 5, '>=': 5, '[]': 9, '*': 20, '[?': 21, '.': 40, '!': 45, '{': 50, '[': 55, '(': 60,
};
const PROJECTION_STOPS = 10;
const DEPTH_MAX = 100;
const IDENTITY: PathNode = { kind: 'identity' };

function fail(text: string, at: number): never {
  throw new PythonError('ParseError', `Invalid jmespath expression: Parse error at column ${at}, for expression:\n"${text}"\n ${' '.repeat(at)}^`);
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length;) {
    if (text.slice(at).trim() === '') break;
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) fail(text, at);
    const [kind, word] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) as [string, string];
    tokens.push({ kind: kind === 'sign' ? word : kind, text: word, at: TOKEN.lastIndex - word.length });
    at = TOKEN.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

/** @throws PythonError */
export function parsePath(text: string): PathNode {
  return new Parser(text).run();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  run(): PathNode {
    const node = this.#expression(0);
    if (this.#now.kind !== 'end') fail(this.#text, this.#now.at);
    return node;
  }

  get #now(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #next(): Token {
    return this.#tokens[this.#at++] as Token;
  }

  #expect(kind: string): Token {
    if (this.#now.kind !== kind) fail(this.#text, this.#now.at);
    return this.#next();
  }

  #take(kind: string): boolean {
    if (this.#now.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  #expression(power: number): PathNode {
    if (++this.#depth > DEPTH_MAX) fail(this.#text, this.#now.at);
    let left = this.#start(this.#next());
    while (power < (POWERS[this.#now.kind] ?? 0)) left = this.#behind(left, this.#next());
    this.#depth -= 1;
    return left;
  }

  #start(token: Token): PathNode {
    switch (token.kind) {
      case 'name': return this.#now.kind === '(' ? this.#call(token.text) : { kind: 'field', name: token.text };
      case 'quoted': return { kind: 'field', name: JSON.parse(token.text) as string };
      case 'raw': return { kind: 'literal', value: token.text.slice(1, -1).replaceAll("\\'", "'") };
      case 'literal': return { kind: 'literal', value: literal(token.text.slice(1, -1).replaceAll('\\`', '`')) };
      case '@': return { kind: 'current' };
      case '&': return { kind: 'reference', of: this.#expression(0) };
      case '!': return { kind: 'not', of: this.#expression(POWERS['!'] as number) };
      case '*': return { kind: 'values', left: IDENTITY, right: this.#projection(POWERS['*'] as number) };
      case '(': {
        const node = this.#expression(0);
        this.#expect(')');
        return node;
      }
      case '[?': return this.#filter(IDENTITY);
      case '[]': return { kind: 'project', left: { kind: 'flatten', of: IDENTITY }, right: this.#projection(POWERS['[]'] as number) };
      case '[': return this.#bracket(IDENTITY, true);
      case '{': return this.#map();
      default: return fail(this.#text, token.at);
    }
  }

  #behind(left: PathNode, token: Token): PathNode {
    const power = POWERS[token.kind] as number;
    switch (token.kind) {
      case '.': return this.#take('*') ? { kind: 'values', left, right: this.#projection(POWERS['*'] as number) } : { kind: 'sub', left, right: this.#afterDot(power) };
      case '|': return { kind: 'pipe', left, right: this.#expression(power) };
      case '||': return { kind: 'or', left, right: this.#expression(power) };
      case '&&': return { kind: 'and', left, right: this.#expression(power) };
      case '[]': return { kind: 'project', left: { kind: 'flatten', of: left }, right: this.#projection(power) };
      case '[?': return this.#filter(left);
      case '[': return this.#bracket(left, false);
      case '==': case '!=': case '<': case '>': case '<=': case '>=': return { kind: 'compare', word: token.kind, left, right: this.#expression(power) };
      default: return fail(this.#text, token.at);
    }
  }

  #afterDot(power: number): PathNode {
    const { kind } = this.#now;
    if (kind === 'name' || kind === 'quoted' || kind === '*') return this.#expression(power);
    if (this.#take('[')) return this.#multi();
    if (this.#take('{')) return this.#map();
    return fail(this.#text, this.#now.at);
  }

  /** What is done with each item of a projection. */
  #projection(power: number): PathNode {
    const { kind } = this.#now;
    if ((POWERS[kind] ?? 0) < PROJECTION_STOPS) return IDENTITY;
    if (kind === '[' || kind === '[?') return this.#projected(power);
    if (this.#take('.')) return this.#afterDot(power);
    return fail(this.#text, this.#now.at);
  }

  #projected(power: number): PathNode {
    let left: PathNode = IDENTITY;
    while (power < (POWERS[this.#now.kind] ?? 0)) left = this.#behind(left, this.#next());
    return left;
  }

  #bracket(left: PathNode, first: boolean): PathNode {
    const { kind } = this.#now;
    if (kind === 'number' || kind === ':') return this.#indexOrSlice(left);
    if (kind === '*' && this.#tokens[this.#at + 1]?.kind === ']') {
      this.#at += 2;
      return { kind: 'project', left, right: this.#projection(POWERS['*'] as number) };
    }
    return first ? this.#multi() : fail(this.#text, this.#now.at);
  }

  #indexOrSlice(left: PathNode): PathNode {
    const parts: (number | null)[] = [null];
    while (this.#now.kind !== ']') {
      if (this.#take(':')) parts.push(null);
      else parts[parts.length - 1] = Number(this.#expect('number').text);
      if (parts.length > 3) fail(this.#text, this.#now.at);
    }
    this.#expect(']');
    if (parts.length === 1) return { kind: 'sub', left, right: { kind: 'index', at: parts[0] ?? 0 } };
    const slice: PathNode = { kind: 'slice', parts };
    return { kind: 'project', left: { kind: 'sub', left, right: slice }, right: this.#projection(POWERS['*'] as number) };
  }

  #filter(left: PathNode): PathNode {
    const test = this.#expression(0);
    this.#expect(']');
    return { kind: 'filter', left, test, right: this.#now.kind === '[]' ? IDENTITY : this.#projection(POWERS['[?'] as number) };
  }

  #multi(): PathNode {
    const items: PathNode[] = [];
    do items.push(this.#expression(0)); while (this.#take(','));
    this.#expect(']');
    return { kind: 'list', items };
  }

  #map(): PathNode {
    const entries: [string, PathNode][] = [];
    do {
      const key = this.#now.kind === 'quoted' ? JSON.parse(this.#next().text) as string : this.#expect('name').text;
      this.#expect(':');
      entries.push([key, this.#expression(0)]);
    } while (this.#take(','));
    this.#expect('}');
    return { kind: 'map', entries };
  }

  #call(name: string): PathNode {
    this.#expect('(');
    const args: PathNode[] = [];
    if (this.#take(')')) return { kind: 'call', name, args };
    do args.push(this.#expression(0)); while (this.#take(','));
    this.#expect(')');
    return { kind: 'call', name, args };
  }
}

/** JSON between backquotes; what is none is text. */
function literal(text: string): Data {
  try {
    return dataOf(readJson(text));
  } catch (error) {
    if (error instanceof PythonError) return text.trimStart();
    throw error;
  }
}
