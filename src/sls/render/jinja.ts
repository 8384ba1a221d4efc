/**
 * The Jinja renderer as Salt sets it up. Reading a template makes closures of it, once for each text; rendering runs
 * them. It goes on without waiting as long as nothing is called and nothing is loaded, and gives others their turn after
 * some milliseconds. Start at `JinjaEngine.render`.
 */
import { posix } from 'node:path';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { RenderPlace, RendererOptions } from './contract.js';
import type { CompiledTemplate, LoadedTemplate, TemplateLoader } from './eval/machine.js';
import type { Operations } from './eval/operations.js';
import { Origins } from './eval/origins.js';
import { Run } from './eval/run.js';
import { Scope, Sink } from './eval/scope.js';
import { compileTemplate } from './eval/statements.js';
import { renderTemplate } from './eval/templates.js';
import { globalFunctions } from './functions.js';
import { placed, renderErrorOf, sourceLine } from './jinja-error.js';
import { allowsUndefined, readOptions, type ReadOptions } from './jinja-options.js';
import { dataOf } from './python/convert.js';
import { Builtin, type Data, Thing, isList, isTuple, isSet } from './python/data.js';
import { Dict } from './python/dict.js';
import { TemplateError } from './python/errors.js';
import { Markup, textOf } from './python/markup.js';
import { KnownFunctions, SaltObject } from './salt-object.js';
import { importedNames, slsNames } from './sls-names.js';
import { namedOperations } from './named-operations.js';
import { sourceName } from './source-name.js';
import { parseTemplate } from './syntax/parser.js';
import { offsetOf } from './trace.js';

const TEMPLATES_MAX = 500;
/** Salt's name of the type of pillar and options, in error texts. Golden: render/form-pillar-item-miss. */
const PROXY = 'salt.utils.optsdict.DictProxy';

/** Templates of all renderers of this process, by their text and the way it is read. */
const compiled = new BoundedCache<string, CompiledTemplate>(TEMPLATES_MAX);

function compile(text: string, { syntax, key }: Pick<ReadOptions, 'syntax' | 'key'>, operations: Operations): CompiledTemplate {
  return compiled.get(`${key}\n${text}`, () => compileTemplate(parseTemplate(text, syntax), operations));
}

export class JinjaEngine {
  readonly #options: RendererOptions;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** @throws RenderError */
  async render(text: string, place: RenderPlace): Promise<string> {
    const { facts, log, limits } = this.#options;
    const read = readOptions(text, facts.opts, place.sls !== undefined && place.sls !== '', (where, name) => log.warn({ where, name }, 'unknown option of templates is ignored'));
    const known = new KnownFunctions(this.#options);
    const variables = this.#variables(place, known);
    const files = new ImportedTemplates({ options: this.#options, place, read, known }, variables);
    const run = new Run(!allowsUndefined(facts.opts), files, (what, label, seconds) => log.debug({ what, label, seconds }, 'time to render'), limits);
    const origins = place.trace === undefined ? undefined : new Origins();
    const out = new Sink(origins);
    try {
      const template = load({ name: undefined, path: place.path ?? '', source: sourceName(place), text: read.text }, read);
      await prepareFor(template, known, this.#options);
      await renderTemplate(run, template, new Scope(undefined, new Map(variables)), out);
    } catch (error) {
      throw renderErrorOf(error, read);
    }
    if (place.trace !== undefined && origins !== undefined) {
      place.trace.sourceOf = (line, column) => sourceLine(origins.of(out.text, offsetOf(out.text, line, column)), read, `${out.text}\n` !== read.text);
    }
    // Jinja takes one line break away at the end; Salt puts it back.
    return read.text.endsWith('\n') ? `${out.text}\n` : out.text;
  }

  #variables(place: RenderPlace, known: KnownFunctions): Map<string, Data> {
    const { facts, call } = this.#options;
    const salt = new SaltObject(known, call);
    const variables = globalFunctions(salt);
    const own: [string, Data][] = [
      ['salt', salt], ['grains', dataOf(facts.grains)], ['opts', dataOf(facts.opts)], ['pillar', dataOf(facts.pillar, PROXY)],
      ['saltenv', place.saltenv], ['proxy', dataOf(facts.proxy ?? {})],
    ];
    for (const [name, value] of own) variables.set(name, value);
    if (place.sls !== undefined) variables.set('sls', place.sls);
    const sls = place.sls === undefined ? {} : slsNames(place.sls, place.path);
    const given: PlainMap = { ...sls, ...place.variables };
    for (const [name, value] of Object.entries(given)) variables.set(name, dataOf(value));
    variables.set('show_full_context', new Builtin('show_full_context', () => fullContext(variables)));
    return variables;
  }
}

/** Variables that are plain values, as Salt lists them. */
function fullContext(variables: ReadonlyMap<string, Data>): Data {
  return Dict.of(Array.from(variables, ([name, value]) => [name, simple(value)] as const));
}

function simple(value: Data): Data {
  if (value instanceof Dict || isList(value) || isTuple(value) || isSet(value) || !(value instanceof Thing)) return value;
  return textOf(value) ?? (value instanceof Markup ? value.value : value.repr());
}

function load(identity: Omit<LoadedTemplate, 'compiled'>, read: Pick<ReadOptions, 'syntax' | 'key'>): LoadedTemplate {
  try {
    return { ...identity, compiled: compile(identity.text, read, namedOperations()) };
  } catch (error) {
    throw placed(error, identity);
  }
}

/** What a template needs before it runs. */
async function prepareFor({ compiled: { mentions } }: LoadedTemplate, known: KnownFunctions, { ready }: RendererOptions): Promise<void> {
  await known.learn(mentions);
  if (ready !== undefined && (mentions.anyGrain || mentions.grains.size > 0)) await ready(mentions.anyGrain ? 'all' : mentions.grains);
}

interface Rendering {
  readonly options: RendererOptions;
  readonly place: RenderPlace;
  readonly read: ReadOptions;
  readonly known: KnownFunctions;
}

/** Templates that a render includes and imports. What they see without context changes with each file, as in Salt. */
class ImportedTemplates implements TemplateLoader {
  readonly modules = new Map<string, Data>();
  readonly #rendering: Rendering;
  readonly #globals: Map<string, Data>;
  readonly #loaded = new Map<string, LoadedTemplate>();

  constructor(rendering: Rendering, variables: ReadonlyMap<string, Data>) {
    this.#rendering = rendering;
    this.#globals = new Map(variables);
  }

  globals(): Scope {
    return new Scope(undefined, new Map(this.#globals));
  }

  template(name: string): LoadedTemplate | Promise<LoadedTemplate> {
    return this.#loaded.get(name) ?? this.#fetch(name);
  }

  async #fetch(name: string): Promise<LoadedTemplate> {
    const { options, place, read, known } = this.#rendering;
    const relative = name === '.' || name === '..' || name.startsWith('./') || name.startsWith('../');
    const before = textOf(this.#globals.get('tpldir') ?? null);
    const path = relative ? before === undefined ? undefined : posix.normalize(`${before}/${name}`) : name;
    if (path === undefined || !isInside(path)) throw new TemplateError('missing', name);
    const file = await options.files.read(path, place.saltenv);
    const seen = importedNames(name, path, relative, before);
    for (const [word, value] of Object.entries(seen)) this.#globals.set(word, value);
    if (file === undefined) throw new TemplateError('missing', name);
    const template = load({ name, path: file.path, source: `salt://${path}`, text: file.text }, read);
    await prepareFor(template, known, options);
    this.#loaded.set(name, template);
    return template;
  }
}

/** True for paths that stay inside of the tree. */
function isInside(path: string): boolean {
  if (path.includes('\0') || path.includes('://') || posix.isAbsolute(path)) return false;
  return !posix.normalize(path).split('/').includes('..');
}
