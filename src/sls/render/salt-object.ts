/** `salt` in templates: `salt['mod.fun'](...)`, `salt.mod.fun(...)`, `'mod.fun' in salt`. */
import { type Args, type Data, orElse, Thing } from './python/data.js';
import { Dict } from './python/dict.js';
import { dataOf, valueOf } from './python/convert.js';
import { textOf } from './python/markup.js';
import { truth } from './python/compare.js';
import type { CallFunction, RendererOptions } from './contract.js';
import type { Mentions } from './syntax/mentions.js';
import { mapFrom, type PlainMap } from '../../kernel/std/value.js';

/** Names of functions, by themselves and by module. */
class FunctionNames {
  static readonly #known = new WeakMap<Iterable<string>, FunctionNames>();
  readonly all = new Set<string>();
  readonly modules = new Set<string>();

  /** The same for the same list. */
  static of(names: Iterable<string>): FunctionNames {
    const known = FunctionNames.#known.get(names);
    if (known !== undefined) return known;
    const made = new FunctionNames();
    made.add(names);
    FunctionNames.#known.set(names, made);
    return made;
  }

  add(names: Iterable<string>): void {
    for (const name of names) {
      this.all.add(name);
      this.modules.add(name.slice(0, name.indexOf('.')));
    }
  }
}

/**
 * The functions that templates of one rendering may find. To know them all every module is asked whether it works here; a template that
 * names those it calls needs only these.
 */
export class KnownFunctions {
  readonly #sources: Pick<RendererOptions, 'functions' | 'functionsOf'>;
  readonly #asked = new Set<string>();
  #names = new FunctionNames();
  #isWhole = false;

  constructor(sources: Pick<RendererOptions, 'functions' | 'functionsOf'>) {
    this.#sources = sources;
  }

  get all(): ReadonlySet<string> {
    return this.#names.all;
  }

  get modules(): ReadonlySet<string> {
    return this.#names.modules;
  }

  /** Before a template runs. One that names what is not there is told what there is. */
  async learn({ functions, asked, anyFunction }: Mentions): Promise<void> {
    if (this.#isWhole || (functions.size === 0 && asked.size === 0 && !anyFunction)) return;
    if (anyFunction || this.#sources.functionsOf === undefined) return this.#learnAll();
    for (const name of [...functions, ...asked]) await this.#learnModule(name.split('.', 1)[0] ?? '');
    for (const name of functions) {
      if (!this.all.has(name) && !this.modules.has(name)) return this.#learnAll();
    }
  }

  async #learnModule(module: string): Promise<void> {
    if (this.#asked.has(module)) return;
    this.#asked.add(module);
    this.#names.add(await this.#sources.functionsOf?.(module) ?? []);
  }

  async #learnAll(): Promise<void> {
    this.#names = FunctionNames.of(await this.#sources.functions());
    this.#isWhole = true;
  }
}

/**
 * Functions that change their first argument in place, and the parameter that says whether they do. Ours give a new
 * value, which is then put into the dict the template holds. Golden: render/form-defaults-merge.
 */
const IN_PLACE: ReadonlyMap<string, { readonly parameter: string | undefined; readonly position: number }> = new Map([
  ['defaults.merge', { parameter: 'in_place', position: 3 }],
  ['slsutil.update', { parameter: undefined, position: -1 }],
]);

export class SaltObject extends Thing {
  readonly typeName = 'AliasedLoader';
  readonly #names: KnownFunctions;
  readonly #call: CallFunction;

  constructor(names: KnownFunctions, call: CallFunction) {
    super();
    this.#names = names;
    this.#call = call;
  }

  override get kindText(): string {
    return 'salt.utils.templates.AliasedLoader object';
  }

  override item(key: Data): Data | undefined {
    const name = textOf(key);
    return name !== undefined && this.#names.all.has(name) ? new SaltFunction(name, this.#call) : undefined;
  }

  override member(name: string): Data | undefined {
    return this.#names.modules.has(name) ? new SaltModule(name, this.#names, this.#call) : undefined;
  }

  override contains(item: Data): boolean {
    const name = textOf(item);
    return name !== undefined && this.#names.all.has(name);
  }

  override known(): Iterable<string> {
    return [...this.#names.all, ...this.#names.modules];
  }
}

class SaltModule extends Thing {
  readonly typeName = 'LoadedMod';
  readonly #name: string;
  readonly #names: KnownFunctions;
  readonly #call: CallFunction;

  constructor(name: string, names: KnownFunctions, call: CallFunction) {
    super();
    this.#name = name;
    this.#names = names;
    this.#call = call;
  }

  override get kindText(): string {
    return 'salt.loader.lazy.LoadedMod object';
  }

  override member(name: string): Data | undefined {
    const full = this.#fullName(name);
    return this.#names.all.has(full) ? new SaltFunction(full, this.#call) : undefined;
  }

  #fullName(name: string): string {
    return `${this.#name}.${name}`;
  }

  override known(): Iterable<string> {
    const start = this.#fullName('');
    return Array.from(this.#names.all).filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
  }
}

class SaltFunction extends Thing {
  readonly typeName = 'LoadedFunc';
  readonly #name: string;
  readonly #call: CallFunction;

  constructor(name: string, call: CallFunction) {
    super();
    this.#name = name;
    this.#call = call;
  }

  override repr(): string {
    return `<function ${this.#name} at ${this.address}>`;
  }

  override async call({ list, named }: Args): Promise<Data> {
    const kwargs = mapFrom(Array.from(named, ([key, value]) => [key, valueOf(value)] as const));
    const result = dataOf(await this.#call(this.#name, list.map((item) => valueOf(item)), kwargs as PlainMap));
    this.#changeInPlace(list, named, result);
    return result;
  }

  #changeInPlace(list: readonly Data[], named: ReadonlyMap<string, Data>, result: Data): void {
    const rule = IN_PLACE.get(this.#name);
    const [first] = list;
    if (rule === undefined || !(first instanceof Dict) || !(result instanceof Dict)) return;
    const asked = rule.parameter === undefined ? true : orElse(named.get(rule.parameter), () => list[rule.position] ?? true);
    if (!truth(asked)) return;
    const entries = [...result.entries()];
    first.clear();
    for (const [key, value] of entries) first.set(key, value);
  }
}

