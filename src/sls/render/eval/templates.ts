/** Templates that use others: inheritance, includes, imports. */
import type { FromNode, ImportNode, IncludeNode } from '../syntax/nodes.js';
import { chain } from '../python/callable.js';
import { type Data, type Later, orElse, Thing } from '../python/data.js';
import { TemplateError, typeError } from '../python/errors.js';
import { textOf } from '../python/markup.js';
import { nameOfType } from '../python/type-name.js';
import { Undefined } from '../python/undefined.js';
import { reprText } from '../../../kernel/std/python-text.js';
import { Cx, Frame, type Block, type Code, type LoadedTemplate, type Rendering, type RunHost, type Signal, type Step } from './machine.js';
import { framed } from './failure.js';
import { Scope, Sink } from './scope.js';
import { setImported } from './targets.js';

/** Renders a template into a sink; `outer` is what it sees besides its own variables. */
export function renderTemplate(run: RunHost, template: LoadedTemplate, outer: Scope, out: Sink): Later<Rendering> {
  const specials = new Scope(outer);
  const rendering: Rendering = { root: new Scope(specials), blocks: new Map(), exported: new Set(), parent: undefined };
  specials.variables.set('self', new SelfReference(run, rendering));
  addBlocks(rendering, template);
  return run.deeper(() => chain(renderBody(run, template, rendering, out), () => rendering));
}

function addBlocks({ blocks }: Rendering, template: LoadedTemplate): void {
  for (const [name, block] of template.compiled.blocks) {
    const known = blocks.get(name) ?? [];
    known.push({ ...block, from: template });
    blocks.set(name, known);
  }
}

/** The body of a template, then that of the one it extends. */
function renderBody(run: RunHost, template: LoadedTemplate, rendering: Rendering, out: Sink): Later<void> {
  const frame = new Frame(template, 'root');
  return framed(frame, () => {
    const cx = new Cx(run, frame, rendering.root, out, rendering);
    return chain(template.compiled.body(cx), (signal) => {
      if (signal !== undefined) throw new TemplateError('runtime', `'${signal}' outside of a loop`);
      const { parent } = rendering;
      if (parent === undefined) return;
      rendering.parent = undefined;
      return run.deeper(() => renderBody(run, parent, rendering, out));
    });
  });
}

export function compileExtends(code: Code, line: number): Step {
  return (cx) => {
    cx.frame.line = line;
    if (cx.rendering.parent !== undefined) throw new TemplateError('runtime', 'extended multiple times');
    return chain(code.run(cx), (name) => chain(loaded(cx, [name]), (parent) => {
      addBlocks(cx.rendering, parent);
      cx.rendering.parent = parent;
      return undefined;
    }));
  };
}

/** Renders a block: the one of the youngest template that has it. */
export function renderBlock(name: string, scoped: boolean, cx: Cx): Later<Signal> {
  const block = cx.rendering.blocks.get(name)?.[0];
  if (block === undefined) return undefined;
  if (block.required) throw new TemplateError('runtime', `Required block ${reprText(name)} not found`);
  return runBlock(cx.run, cx.rendering, name, 0, scoped ? cx.scope : cx.rendering.root, cx.out, cx.autoescape);
}

function runBlock(run: RunHost, rendering: Rendering, name: string, depth: number, scope: Scope, out: Sink, autoescape: boolean): Later<Signal> {
  const block = rendering.blocks.get(name)?.[depth] as Block;
  const frame = new Frame(block.from, 'block', name);
  frame.line = block.line;
  const inner = new Scope(scope);
  inner.variables.set('super', superOf(run, rendering, name, depth));
  return run.deeper(() => framed(frame, () => block.body(new Cx(run, frame, inner, out, rendering, autoescape))));
}

function superOf(run: RunHost, rendering: Rendering, name: string, depth: number): Data {
  if (rendering.blocks.get(name)?.[depth + 1] === undefined) return new Undefined(`there is no parent block called ${reprText(name)}.`, run.strict);
  return new BlockReference(run, rendering, name, depth + 1);
}

/** `super` and `self.name`: called, they give the text of a block. */
class BlockReference extends Thing {
  readonly typeName = 'BlockReference';
  readonly #run: RunHost;
  readonly #rendering: Rendering;
  readonly #name: string;
  readonly #depth: number;

  constructor(run: RunHost, rendering: Rendering, name: string, depth: number) {
    super();
    this.#run = run;
    this.#rendering = rendering;
    this.#name = name;
    this.#depth = depth;
  }

  override member(name: string): Data | undefined {
    return name === 'super' ? superOf(this.#run, this.#rendering, this.#name, this.#depth) : undefined;
  }

  override call(): Later<Data> {
    const out = new Sink();
    return chain(runBlock(this.#run, this.#rendering, this.#name, this.#depth, this.#rendering.root, out, false), () => out.text);
  }
}

class SelfReference extends Thing {
  readonly typeName = 'TemplateReference';
  readonly #run: RunHost;
  readonly #rendering: Rendering;

  constructor(run: RunHost, rendering: Rendering) {
    super();
    this.#run = run;
    this.#rendering = rendering;
  }

  override get kindText(): string {
    return 'jinja2.runtime.TemplateReference object';
  }

  override member(name: string): Data | undefined {
    return this.#rendering.blocks.has(name) ? new BlockReference(this.#run, this.#rendering, name, 0) : undefined;
  }
}

/** Names of templates: one, or several of which the first that exists counts. */
function namesIn(value: Data): Data[] {
  if (value instanceof Undefined) return value.fail();
  return Array.isArray(value) ? [...value] : [value];
}

function loaded(cx: Cx, names: readonly Data[]): Later<LoadedTemplate> {
  const [first] = names;
  if (names.length === 1 && first !== undefined && Array.isArray(first)) return loaded(cx, first);
  const from = (at: number): Later<LoadedTemplate> => {
    const name = names[at];
    if (name === undefined) throw noneFound(names);
    if (name instanceof Undefined) return name.fail();
    const word = textOf(name);
    if (word === undefined) throw typeError(`'${nameOfType(name)}' object is not the name of a template`);
    return orMissing(() => cx.run.load.template(word), () => {
      if (names.length === 1) throw new TemplateError('missing', word);
      return from(at + 1);
    });
  };
  return from(0);
}

function noneFound(names: readonly Data[]): TemplateError {
  if (names.length === 0) return new TemplateError('missing', 'Tried to select from an empty list of templates.');
  return new TemplateError('missing', `none of the templates given were found: ${names.map((name) => textOf(name) ?? '').join(', ')}`);
}

/** What the work gives, or something else where no such template exists. */
function orMissing<T>(work: () => Later<T>, other: () => Later<T>): Later<T> {
  const handle = (error: unknown): Later<T> => {
    if (error instanceof TemplateError && error.kind === 'missing') return other();
    throw error;
  };
  try {
    const result = work();
    return result instanceof Promise ? result.catch(handle) : result;
  } catch (error) {
    return handle(error);
  }
}

export function compileInclude(node: IncludeNode, code: Code): Step {
  return (cx) => {
    cx.frame.line = node.line;
    return chain(code.run(cx), (value) => {
      const names = namesIn(value);
      const found: Later<LoadedTemplate | undefined> = node.ignoreMissing ? orMissing<LoadedTemplate | undefined>(() => loaded(cx, names), () => undefined) : loaded(cx, names);
      return chain(found, (template) => {
        if (template === undefined) return undefined;
        return chain(renderTemplate(cx.run, template, node.withContext ? cx.scope : cx.run.load.globals(), cx.out), () => undefined);
      });
    });
  };
}

/** What an import gives: the exported variables of a template, and its text. */
class TemplateModule extends Thing {
  readonly typeName = 'TemplateModule';
  readonly #name: string;
  readonly #rendering: Rendering;
  readonly #text: string;

  constructor(name: string, rendering: Rendering, text: string) {
    super();
    this.#name = name;
    this.#rendering = rendering;
    this.#text = text;
  }

  override get kindText(): string {
    return 'jinja2.environment.TemplateModule object';
  }

  override repr(): string {
    return `<TemplateModule ${reprText(this.#name)}>`;
  }

  override text(): string {
    return this.#text;
  }

  names(): Iterable<string> {
    return this.#rendering.exported;
  }

  override member(name: string): Data | undefined {
    return this.#rendering.exported.has(name) ? this.#rendering.root.variables.get(name) : undefined;
  }
}

function moduleOf(cx: Cx, code: Code, withContext: boolean): Later<{ module: Data; name: string }> {
  return chain(code.run(cx), (value) => chain(loaded(cx, namesIn(value)), (template) => {
    const name = template.name ?? '';
    const known = withContext ? undefined : cx.run.load.modules.get(name);
    if (known !== undefined) return { module: known, name };
    const out = new Sink();
    // A copy: what is set later here is not seen there.
    const outer = withContext ? new Scope(undefined, cx.scope.all()) : cx.run.load.globals();
    return chain(renderTemplate(cx.run, template, outer, out), (rendering) => {
      const module = new TemplateModule(name, rendering, out.text);
      if (!withContext) cx.run.load.modules.set(name, module);
      return { module, name };
    });
  }));
}

export function compileImport(node: ImportNode, code: Code): Step {
  return (cx) => {
    cx.frame.line = node.line;
    return chain(moduleOf(cx, code, node.withContext), ({ module }) => setImported(cx, node.name, module));
  };
}

export function compileFrom(node: FromNode, code: Code): Step {
  return (cx) => {
    cx.frame.line = node.line;
    return chain(moduleOf(cx, code, node.withContext), ({ module, name }) => {
      for (const [word, alias] of node.names) {
        setImported(cx, alias, orElse((module as Thing).member(word), () => notExported(cx, node.line, name, word, module)));
      }
      return undefined;
    });
  };
}

function notExported(cx: Cx, line: number, name: string, word: string, module: Data): Undefined {
  const own = cx.frame.template.name;
  const where = own === undefined ? `line ${line}` : `line ${line} in ${reprText(own)}`;
  return new Undefined(`the template ${reprText(name)} (imported on ${where}) does not export the requested name ${reprText(word)}`, cx.run.strict, {
    word, known: () => (module instanceof TemplateModule ? module.names() : []),
  });
}
