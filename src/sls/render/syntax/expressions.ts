/** Reads expressions. Precedence and refusals are Jinja's. Source: read, Jinja2 3.1.6; golden: render/core-precedence, err-syntax-*. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { reprText } from '../../../kernel/std/python-text.js';
import type { Data } from '../python/data.js';
import type { Arguments, BinaryWord, CallNode, CompareWord, ConstNode, Expression, FilterNode, SliceNode, Target } from './nodes.js';
import type { TokenStream } from './stream.js';
import { describeToken } from './tokens.js';

/** Brackets in brackets; Python gives up at about a third of it. */
const DEPTH_MAX = 200;

const CONSTANTS: ReadonlyMap<string, Data> = new Map<string, Data>([
  ['true', true], ['True', true], ['false', false], ['False', false], ['none', null], ['None', null],
]);
const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** What may stand behind the name of a test as its only argument. */
const ARGUMENT_STARTS = new Set(['name', 'string', 'integer', 'float', '(', '[', '{']);

/** Behind an operand: without one of them it is the whole expression. */
const OPERATORS = new Set(['+', '-', '*', '/', '//', '%', '**', '~', ...COMPARISONS]);
const NAMED_OPERATORS = new Set(['and', 'or', 'not', 'in']);

/** An operand that is read already, and the line in which it began. */
interface Operand {
  readonly node: Expression;
  readonly line: number;
}

interface TupleOptions {
  /** Names and literals only, for targets. */
  readonly simplified?: boolean;
  readonly conditions?: boolean;
  readonly endsAt?: string;
  readonly inBrackets?: boolean;
  readonly namespace?: boolean;
}

export class ExpressionReader {
  protected readonly stream: TokenStream;
  #depth = 0;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  expression(conditions = true): Expression {
    if (++this.#depth > DEPTH_MAX) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
    const read = conditions ? this.#condition() : this.#or();
    this.#depth -= 1;
    return read;
  }

  #condition(): Expression {
    let { line } = this.stream.current;
    let node = this.#or();
    while (this.stream.skipIf('name:if')) {
      const test = this.#or();
      const no = this.stream.skipIf('name:else') ? this.expression() : undefined;
      node = { kind: 'condition', test, yes: node, no, line };
      line = this.stream.current.line;
    }
    return node;
  }

  /** Most expressions are one operand: the way through all precedences is gone only when an operator follows. */
  #or(): Expression {
    if (this.stream.is('name:not')) return this.#disjunction();
    const { line } = this.stream.current;
    const node = this.#unary();
    const { kind, text } = this.stream.current;
    const goesOn = kind === 'name' ? NAMED_OPERATORS.has(text) : OPERATORS.has(kind);
    return goesOn ? this.#disjunction({ node, line }) : node;
  }

  /** A row of operands of the same precedence, taken from the left; the first one may be read. */
  #row(words: readonly string[], read: Operand | undefined, operand: (read?: Operand) => Expression, wordOf: (kind: string) => BinaryWord): Expression {
    let line = read?.line ?? this.stream.current.line;
    let left = operand(read);
    for (let word = words.find((one) => this.stream.is(one)); word !== undefined; word = words.find((one) => this.stream.is(one))) {
      this.stream.next();
      left = { kind: 'binary', word: wordOf(word), left, right: operand(), line };
      line = this.stream.current.line;
    }
    return left;
  }

  #disjunction(first?: Operand): Expression {
    return this.#row(['name:or'], first, (read) => this.#and(read), () => 'or');
  }

  #and(first?: Operand): Expression {
    return this.#row(['name:and'], first, (read) => this.#not(read), () => 'and');
  }

  #not(first?: Operand): Expression {
    if (first !== undefined || !this.stream.is('name:not')) return this.#compare(first);
    const { line } = this.stream.next();
    if (++this.#depth > DEPTH_MAX) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
    const operand = this.#not();
    this.#depth -= 1;
    return { kind: 'not', operand, line };
  }

  #compare(read?: Operand): Expression {
    let line = read?.line ?? this.stream.current.line;
    const first = this.#sum(read);
    const rest: [CompareWord, Expression][] = [];
    for (let word = this.#comparison(); word !== undefined; word = this.#comparison()) {
      rest.push([word, this.#sum()]);
      line = this.stream.current.line;
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest, line };
  }

  #comparison(): CompareWord | undefined {
    if (COMPARISONS.has(this.stream.current.kind)) return this.stream.next().kind as CompareWord;
    if (this.stream.skipIf('name:in')) return 'in';
    if (!this.stream.is('name:not') || !this.stream.nextIs('name:in')) return undefined;
    this.stream.next();
    this.stream.next();
    return 'not in';
  }

  #sum(first?: Operand): Expression {
    return this.#row(['+', '-'], first, (read) => this.#concat(read), (word) => word as BinaryWord);
  }

  #concat(first?: Operand): Expression {
    const line = first?.line ?? this.stream.current.line;
    const items = [this.#product(first)];
    while (this.stream.skipIf('~')) items.push(this.#product());
    return items.length === 1 ? items[0] as Expression : { kind: 'concat', items, line };
  }

  #product(first?: Operand): Expression {
    return this.#row(['*', '/', '//', '%'], first, (read) => this.#power(read), (word) => word as BinaryWord);
  }

  #power(first?: Operand): Expression {
    return this.#row(['**'], first, (read) => read?.node ?? this.#unary(), () => '**');
  }

  #unary(filters = true): Expression {
    const { kind, line } = this.stream.current;
    let node: Expression;
    if (kind === '-' || kind === '+') {
      this.stream.next();
      if (++this.#depth > DEPTH_MAX) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
      node = { kind: kind === '-' ? 'negative' : 'positive', operand: this.#unary(false), line };
      this.#depth -= 1;
    } else {
      node = this.#primary();
    }
    node = this.#postfix(node);
    return filters ? this.#filtered(node) : node;
  }

  #primary(namespace = false): Expression {
    const token = this.stream.current;
    const { line } = token;
    switch (token.kind) {
      case 'name': return this.#named(namespace);
      case 'string': return this.#strings();
      case 'integer': case 'float':
        this.stream.next();
        return { kind: 'const', value: token.value as Data, line };
      case '(': {
        this.stream.next();
        const node = this.tuple({ inBrackets: true });
        this.stream.expect(')');
        return node;
      }
      case '[': return this.#list();
      case '{': return this.#dict();
      default: return this.stream.fail(`unexpected ${reprText(describeToken(token))}`);
    }
  }

  #named(namespace: boolean): Expression {
    const { text, line } = this.stream.next();
    if (CONSTANTS.has(text)) return { kind: 'const', value: CONSTANTS.get(text) as Data, line };
    if (!namespace || !this.stream.is('.')) return { kind: 'name', name: text, line };
    this.stream.next();
    return { kind: 'namespaceRef', name: text, attribute: this.stream.expect('name').text, line };
  }

  /** Strings beside each other are one. */
  #strings(): ConstNode {
    const { line } = this.stream.current;
    let value = '';
    while (this.stream.is('string')) value += this.stream.next().text;
    return { kind: 'const', value, line };
  }

  #list(): Expression {
    const { line } = this.stream.expect('[');
    const items: Expression[] = [];
    this.#items(']', () => items.push(this.expression()));
    return { kind: 'list', items, line };
  }

  #dict(): Expression {
    const { line } = this.stream.expect('{');
    const pairs: [Expression, Expression][] = [];
    this.#items('}', () => {
      const key = this.expression();
      this.stream.expect(':');
      pairs.push([key, this.expression()]);
    });
    return { kind: 'dict', pairs, line };
  }

  /** Items between commas up to a closing bracket; one comma may be too many. */
  #items(close: string, item: () => unknown): void {
    for (let count = 0; !this.stream.is(close); count++) {
      if (count > 0) this.stream.expect(',');
      if (this.stream.is(close)) break;
      item();
    }
    this.stream.expect(close);
  }

  /** An expression, or several with commas: a tuple. */
  tuple(options: TupleOptions = {}): Expression {
    let { line } = this.stream.current;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.stream.expect(',');
      if (this.#tupleEnds(options.endsAt)) break;
      items.push(options.simplified === true ? this.#primary(options.namespace) : this.expression(options.conditions));
      if (!this.stream.is(',')) break;
      isTuple = true;
      ({ line } = this.stream.current);
    }
    if (!isTuple) {
      if (items[0] !== undefined) return items[0];
      if (options.inBrackets !== true) this.stream.fail(`Expected an expression, got ${reprText(describeToken(this.stream.current))}`);
    }
    return { kind: 'tuple', items, line };
  }

  #tupleEnds(endsAt: string | undefined): boolean {
    return this.stream.is('variable_end') || this.stream.is('block_end') || this.stream.is(')') || (endsAt !== undefined && this.stream.is(endsAt));
  }

  #postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.is('.')) node = this.#member(node);
      else if (this.stream.is('[')) node = this.#subscript(node);
      else if (this.stream.is('(')) node = this.#call(node);
      else return node;
    }
  }

  #filtered(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.stream.is('|')) node = this.filter(node) as Expression;
      else if (this.stream.is('name:is')) node = this.#test(node);
      else if (this.stream.is('(')) node = this.#call(node);
      else return node;
    }
  }

  #member(owner: Expression): Expression {
    const { line } = this.stream.next();
    const token = this.stream.next();
    if (token.kind === 'name') return { kind: 'attribute', owner, name: token.text, line };
    if (token.kind !== 'integer') this.stream.fail('expected name or number', token.line);
    return { kind: 'item', owner, key: { kind: 'const', value: token.value as Data, line: token.line }, line };
  }

  #subscript(owner: Expression): Expression {
    const { line } = this.stream.next();
    const keys: Expression[] = [];
    while (!this.stream.is(']')) {
      if (keys.length > 0) this.stream.expect(',');
      keys.push(this.#subscribed());
    }
    this.stream.expect(']');
    return { kind: 'item', owner, key: keys.length === 1 ? keys[0] as Expression : { kind: 'tuple', items: keys, line }, line };
  }

  #subscribed(): Expression {
    const { line } = this.stream.current;
    const first = this.stream.is(':') ? undefined : this.expression();
    if (first !== undefined && !this.stream.is(':')) return first;
    this.stream.next();
    const part = (): Expression | undefined => (this.stream.is(':') || this.stream.is(']') || this.stream.is(',') ? undefined : this.expression());
    const second = part();
    const third = this.stream.skipIf(':') ? part() : undefined;
    return { kind: 'slice', parts: [first, second, third], line } satisfies SliceNode;
  }

  #call(callee: Expression): CallNode {
    const { line } = this.stream.current;
    return { kind: 'call', callee, args: this.#arguments(), line };
  }

  #arguments(): Arguments {
    const { line } = this.stream.expect('(');
    const list: Expression[] = [];
    const named: [string, Expression][] = [];
    let spread: Expression | undefined;
    let spreadNamed: Expression | undefined;
    const ensure = (right: boolean): void => {
      if (!right) this.stream.fail('invalid syntax for function call expression', line);
    };
    this.#items(')', () => {
      if (this.stream.is('*')) {
        ensure(spread === undefined && spreadNamed === undefined);
        this.stream.next();
        spread = this.expression();
      } else if (this.stream.is('**')) {
        ensure(spreadNamed === undefined);
        this.stream.next();
        spreadNamed = this.expression();
      } else if (this.stream.is('name') && this.stream.nextIs('=')) {
        ensure(spreadNamed === undefined);
        const { text } = this.stream.next();
        this.stream.next();
        named.push([text, this.expression()]);
      } else {
        ensure(spread === undefined && spreadNamed === undefined && named.length === 0);
        list.push(this.expression());
      }
    });
    return { list, named, spread, spreadNamed };
  }

  /** Filters behind a value, or with `inline` the first one of a filter block. */
  filter(input: Expression | undefined, inline = false): Expression | undefined {
    let node = input;
    for (let first = inline; first || this.stream.is('|'); first = false) {
      if (!first) this.stream.next();
      const { line } = this.stream.current;
      const name = this.#dottedName();
      node = { kind: 'filter', input: node, name, args: this.stream.is('(') ? this.#arguments() : NO_ARGUMENTS, line } satisfies FilterNode;
    }
    return node;
  }

  #dottedName(): string {
    let name = this.stream.expect('name').text;
    while (this.stream.skipIf('.')) name += `.${this.stream.expect('name').text}`;
    return name;
  }

  #test(input: Expression): Expression {
    const { line } = this.stream.next();
    const negated = this.stream.skipIf('name:not');
    const name = this.#dottedName();
    const node: Expression = { kind: 'test', input, name, args: this.#testArguments(), line };
    return negated ? { kind: 'not', operand: node, line } : node;
  }

  #testArguments(): Arguments {
    if (this.stream.is('(')) return this.#arguments();
    const ends = ['name:else', 'name:or', 'name:and'].some((word) => this.stream.is(word));
    if (!ARGUMENT_STARTS.has(this.stream.current.kind) || ends) return NO_ARGUMENTS;
    if (this.stream.is('name:is')) this.stream.fail('You cannot chain multiple tests with is');
    return { ...NO_ARGUMENTS, list: [this.#postfix(this.#primary())] };
  }

  /** What can be assigned to. @throws TemplateError */
  target(options: { readonly nameOnly?: boolean; readonly endsAt?: string; readonly namespace?: boolean } = {}): Target {
    if (options.nameOnly === true) {
      const { text, line } = this.stream.expect('name');
      return { kind: 'name', name: text, line };
    }
    const read = this.tuple({
      simplified: true, ...(options.endsAt === undefined ? {} : { endsAt: options.endsAt }), namespace: options.namespace === true,
    });
    if (!isTarget(read)) this.stream.fail(`can't assign to ${reprText(KIND_WORDS[read.kind] ?? read.kind)}`, read.line);
    return read;
  }
}

const NO_ARGUMENTS: Arguments = { list: [], named: [], spread: undefined, spreadNamed: undefined };
const KIND_WORDS: Readonly<Record<string, string>> = { namespaceRef: 'nsref' };

function isTarget(node: Expression): node is Target {
  if (node.kind === 'tuple') return node.items.every(isTarget);
  return node.kind === 'name' || node.kind === 'namespaceRef';
}
