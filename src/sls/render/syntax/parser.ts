/** Reads templates: Jinja's tags and those Salt adds. Start at `parseTemplate`. Source: read, Jinja2 3.1.6 and Salt 3008.3. */
import { reprText } from '../../../kernel/std/python-text.js';
import { ExpressionReader } from './expressions.js';
import type {
  BlockNode, Expression, ForNode, FromNode, IfNode, MacroNode, NameNode, OutputNode, ProfileNode, Signature, Statement, TemplateNode, TextPart,
} from './nodes.js';
import type { SyntaxOptions } from './options.js';
import { TokenStream } from './stream.js';
import { describe, Lexer } from './tokens.js';

/** @throws TemplateError */
export function parseTemplate(source: string, options: SyntaxOptions): TemplateNode {
  return new Parser(new TokenStream(new Lexer(source, options))).template();
}

/** Tags in tags. */
const DEPTH_MAX = 200;

type Reader = (parser: Parser) => Statement | Statement[];

class Parser extends ExpressionReader {
  readonly #blocks = new Map<string, BlockNode>();
  /** Every block in the order of the text: names are looked at when all is read, as in Jinja. */
  readonly #blockHeads: { readonly name: string; readonly line: number }[] = [];
  readonly #tags: string[] = [];
  readonly #wanted: (readonly string[])[] = [];

  template(): TemplateNode {
    const body = this.#subparse(undefined);
    const seen = new Set<string>();
    for (const { name, line } of this.#blockHeads) {
      if (seen.has(name)) this.stream.fail(`block ${reprText(name)} defined twice`, line);
      seen.add(name);
    }
    return { body, blocks: this.#blocks };
  }

  #subparse(ends: readonly string[] | undefined): Statement[] {
    const body: Statement[] = [];
    let parts: (TextPart | Expression)[] = [];
    const flush = (): void => {
      if (parts[0] !== undefined) body.push({ kind: 'output', parts, line: parts[0].line } satisfies OutputNode);
      parts = [];
    };
    if (ends !== undefined) this.#wanted.push(ends);
    if (this.#wanted.length > DEPTH_MAX) this.stream.fail('too many statically nested blocks');
    while (!this.stream.is('eof')) {
      if (this.stream.is('data')) {
        const { text, line } = this.stream.next();
        parts.push({ kind: 'text', text, line });
      } else if (this.stream.is('variable_begin')) {
        this.stream.next();
        parts.push(this.tuple());
        this.stream.expect('variable_end');
      } else {
        flush();
        this.stream.expect('block_begin');
        if (ends?.some((end) => this.stream.is(end)) === true) {
          this.#wanted.pop();
          return body;
        }
        body.push(...[this.#statement()].flat());
        this.stream.expect('block_end');
      }
    }
    flush();
    if (ends !== undefined) this.#wanted.pop();
    return body;
  }

  #statement(): Statement | Statement[] {
    const { current } = this.stream;
    if (current.kind !== 'name') return this.stream.fail('tag name expected');
    const read = TAGS.get(current.text);
    if (read === undefined) return this.#failUnknown(current.text, this.#wanted);
    this.#tags.push(current.text);
    const node = read(this);
    this.#tags.pop();
    return node;
  }

  #failUnknown(name: string | undefined, wanted: readonly (readonly string[])[]): never {
    const looking = wanted.at(-1)?.map((end) => reprText(describe(end))).join(' or ');
    const message = [name === undefined ? 'Unexpected end of template.' : `Encountered unknown tag ${reprText(name)}.`];
    if (looking !== undefined) {
      const elsewhere = name !== undefined && wanted.some((ends) => ends.includes(`name:${name}`));
      message.push(elsewhere
        ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`
        : `Jinja was looking for the following tags: ${looking}.`);
    }
    const innermost = this.#tags.at(-1);
    if (innermost !== undefined) message.push(`The innermost block that needs to be closed is ${reprText(innermost)}.`);
    return this.stream.fail(message.join(' '));
  }

  /** Statements up to one of the tags; `drop` goes past it. */
  body(ends: readonly string[], drop = false): Statement[] {
    this.stream.skipIf(':');
    this.stream.expect('block_end');
    const statements = this.#subparse(ends);
    if (this.stream.is('eof')) this.#failUnknown(undefined, [...this.#wanted, ends]);
    if (drop) this.stream.next();
    return statements;
  }

  start(): number {
    return this.stream.next().line;
  }

  set(): Statement {
    const line = this.start();
    const target = this.target({ namespace: true });
    if (this.stream.skipIf('=')) return { kind: 'set', target, value: this.tuple(), line };
    const filter = this.filter(undefined);
    return { kind: 'setBlock', target, filter, body: this.body(['name:endset'], true), line };
  }

  loop(): ForNode {
    const line = this.start();
    const target = this.target({ endsAt: 'name:in' });
    this.stream.expect('name:in');
    const iter = this.tuple({ conditions: false, endsAt: 'name:recursive' });
    const test = this.stream.skipIf('name:if') ? this.expression() : undefined;
    const recursive = this.stream.skipIf('name:recursive');
    const body = this.body(['name:endfor', 'name:else']);
    const otherwise = this.stream.next().text === 'endfor' ? [] : this.body(['name:endfor'], true);
    return { kind: 'for', target, iter, test, recursive, body, otherwise, line };
  }

  choice(): IfNode {
    const line = this.start();
    const branches: IfNode['branches'][number][] = [];
    let branchLine = line;
    for (;;) {
      const test = this.tuple({ conditions: false });
      branches.push({ test, body: this.body(['name:elif', 'name:else', 'name:endif']), line: branchLine });
      const { text } = this.stream.next();
      if (text === 'elif') {
        branchLine = this.stream.current.line;
        continue;
      }
      return { kind: 'if', branches, otherwise: text === 'else' ? this.body(['name:endif'], true) : [], line };
    }
  }

  with(): Statement {
    const line = this.start();
    const targets: [NameNode, Expression][] = [];
    while (!this.stream.is('block_end')) {
      if (targets.length > 0) this.stream.expect(',');
      const target = this.target();
      this.stream.expect('=');
      targets.push([target as NameNode, this.expression()]);
    }
    return { kind: 'with', targets, body: this.body(['name:endwith'], true), line };
  }

  autoescape(): Statement {
    const line = this.start();
    return { kind: 'scope', autoescape: this.expression(), body: this.body(['name:endautoescape'], true), line };
  }

  block(): BlockNode {
    const line = this.start();
    const name = this.stream.expect('name').text;
    this.#blockHeads.push({ name, line });
    const scoped = this.stream.skipIf('name:scoped');
    const required = this.stream.skipIf('name:required');
    if (this.stream.is('-')) {
      this.stream.fail('Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.');
    }
    const body = this.body(['name:endblock'], true);
    if (required && !body.every(isBlank)) this.stream.fail('Required blocks can only contain comments or whitespace');
    this.stream.skipIf(`name:${name}`);
    const node: BlockNode = { kind: 'block', name, scoped, required, body, line };
    this.#blocks.set(name, node);
    return node;
  }

  extends(): Statement {
    const line = this.start();
    return { kind: 'extends', template: this.expression(), line };
  }

  /** `with context` or `without context`. */
  #context(usual: boolean): boolean {
    if (!(this.stream.is('name:with') || this.stream.is('name:without')) || !this.stream.nextIs('name:context')) return usual;
    const given = this.stream.next().text === 'with';
    this.stream.next();
    return given;
  }

  include(): Statement {
    const line = this.start();
    const template = this.expression();
    const ignoreMissing = this.stream.is('name:ignore') && this.stream.nextIs('name:missing');
    if (ignoreMissing) {
      this.stream.next();
      this.stream.next();
    }
    return { kind: 'include', template, ignoreMissing, withContext: this.#context(true), line };
  }

  import(): Statement & { kind: 'import' } {
    const line = this.start();
    const template = this.expression();
    this.stream.expect('name:as');
    const { name } = this.target({ nameOnly: true }) as NameNode;
    return { kind: 'import', template, name, withContext: this.#context(false), line };
  }

  from(): FromNode {
    const line = this.start();
    const template = this.expression();
    this.stream.expect('name:import');
    const names: [string, string][] = [];
    const contextFollows = (): boolean => (this.stream.is('name:with') || this.stream.is('name:without')) && this.stream.nextIs('name:context');
    for (;;) {
      if (names.length > 0) this.stream.expect(',');
      if (!this.stream.is('name')) this.stream.expect('name');
      if (contextFollows()) break;
      names.push(this.#imported());
      if (contextFollows() || !this.stream.is(',')) break;
    }
    return { kind: 'from', template, names, withContext: this.#context(false), line };
  }

  #imported(): [string, string] {
    const { text, line } = this.stream.expect('name');
    if (text.startsWith('_')) this.stream.fail('names starting with an underline can not be imported', line);
    return [text, this.stream.skipIf('name:as') ? this.stream.expect('name').text : text];
  }

  #signature(): Signature {
    const params: { name: string; fallback: Expression | undefined }[] = [];
    this.stream.expect('(');
    while (!this.stream.is(')')) {
      if (params.length > 0) this.stream.expect(',');
      const name = this.stream.expect('name').text;
      const fallback = this.stream.skipIf('=') ? this.expression() : undefined;
      if (fallback === undefined && params.at(-1)?.fallback !== undefined) this.stream.fail('non-default argument follows default argument');
      params.push({ name, fallback });
    }
    this.stream.expect(')');
    return { params };
  }

  macro(): MacroNode {
    const line = this.start();
    const name = this.stream.expect('name').text;
    const { params } = this.#signature();
    const body = this.body(['name:endmacro'], true);
    if (params.some((param) => param.name === 'caller' && param.fallback === undefined)) {
      this.stream.fail('When using the "caller" argument in a signature it must have an explicit default', line);
    }
    return { kind: 'macro', name, params, body, line };
  }

  callBlock(): Statement {
    const line = this.start();
    const { params } = this.stream.is('(') ? this.#signature() : { params: [] };
    const call = this.expression();
    if (call.kind !== 'call') return this.stream.fail('expected call', line);
    return { kind: 'callBlock', call, params, body: this.body(['name:endcall'], true), line };
  }

  filterBlock(): Statement {
    const line = this.start();
    const filter = this.filter(undefined, true) as Expression;
    return { kind: 'filterBlock', filter, body: this.body(['name:endfilter'], true), line };
  }

  print(): Statement {
    const line = this.start();
    const parts: Expression[] = [];
    while (!this.stream.is('block_end')) {
      if (parts.length > 0) this.stream.expect(',');
      parts.push(this.expression());
    }
    return { kind: 'output', parts, line };
  }

  do(): Statement {
    const line = this.start();
    return { kind: 'do', expression: this.tuple(), line };
  }

  jump(): Statement {
    const { text, line } = this.stream.next();
    return { kind: text as 'break' | 'continue', line };
  }

  /** `load_yaml as x` and its sisters: the body, through the filter of the same name. */
  load(): Statement {
    const { text, line } = this.stream.next();
    this.stream.expect('name:as');
    const target = this.target();
    const body = this.body(['name:endload'], true);
    return { kind: 'load', filter: { kind: 'filter', input: undefined, name: text, args: NO_ARGUMENTS, line }, target, body, line };
  }

  /** `import_yaml 'file' as x`: an import whose text goes through `load_yaml`. */
  importData(): Statement {
    const what = this.stream.current.text;
    const node = this.import();
    const { name, line } = node;
    const loaded: Expression = { kind: 'filter', input: { kind: 'name', name, line }, name: what.replace('import_', 'load_'), args: NO_ARGUMENTS, line };
    const body: Statement[] = [node, { kind: 'set', target: { kind: 'name', name, line }, value: loaded, line }];
    return { kind: 'profile', what, label: node.template, body, line } satisfies ProfileNode;
  }

  profile(): Statement {
    const line = this.start();
    this.stream.expect('name:as');
    const label = this.expression();
    return { kind: 'profile', what: 'profile block', label, body: this.body(['name:endprofile'], true), line };
  }
}

const NO_ARGUMENTS = { list: [], named: [], spread: undefined, spreadNamed: undefined };

function isBlank(node: Statement): boolean {
  return node.kind === 'output' && node.parts.every((part) => part.kind === 'text' && part.text.trim() === '');
}

const TAGS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['for', (parser) => parser.loop()], ['if', (parser) => parser.choice()], ['block', (parser) => parser.block()],
  ['extends', (parser) => parser.extends()], ['print', (parser) => parser.print()], ['macro', (parser) => parser.macro()],
  ['include', (parser) => parser.include()], ['from', (parser) => parser.from()], ['import', (parser) => parser.import()],
  ['set', (parser) => parser.set()], ['with', (parser) => parser.with()], ['autoescape', (parser) => parser.autoescape()],
  ['call', (parser) => parser.callBlock()], ['filter', (parser) => parser.filterBlock()], ['do', (parser) => parser.do()],
  ['break', (parser) => parser.jump()], ['continue', (parser) => parser.jump()], ['profile', (parser) => parser.profile()],
  ['load_yaml', (parser) => parser.load()], ['load_json', (parser) => parser.load()], ['load_text', (parser) => parser.load()],
  ['import_yaml', (parser) => parser.importData()], ['import_json', (parser) => parser.importData()], ['import_text', (parser) => parser.importData()],
]);
