/** What the loader knows, for `sys.*` and the documentation options of the commands. */
import type { FunctionPlugin, Plugin, PluginKind } from '../contract/plugin.js';
import type { CatalogPort } from '../contract/ports.js';
import type { PlainMap, Value } from '../std/value.js';
import { BUILT_IN_RENDERERS } from './built-in-renderers.data.js';
import { isFunctionPlugin } from './describe.js';
import { decodeDefault, type FunctionEntry } from './index-file.js';
import type { Candidate, PluginTable } from './plugin-table.js';

const RENDERERS = 'renderers';

export interface CatalogSource {
  table(kind: PluginKind): Promise<PluginTable>;
  /** What serves a name, asked without the others. */
  plugin(kind: PluginKind, serves: string): Promise<Plugin | undefined>;
  reload(): Promise<boolean>;
}

export class Catalog implements CatalogPort {
  readonly #source: CatalogSource;
  /** Kept as long as the table: every rendering asks for them. */
  readonly #functions = new WeakMap<PluginTable, Promise<readonly string[]>>();

  constructor(source: CatalogSource) {
    this.#source = source;
  }

  async names(kind: string): Promise<string[]> {
    const names = [...(await this.#chosen(kind)).keys()];
    return kind === RENDERERS ? [...new Set([...names, ...BUILT_IN_RENDERERS.keys()])].sort() : names;
  }

  async functions(kind: string): Promise<readonly string[]> {
    const table = await this.#source.table(kind as PluginKind);
    const known = this.#functions.get(table);
    if (known !== undefined) return known;
    const made = functionsOf(table);
    this.#functions.set(table, made);
    made.catch(() => this.#functions.delete(table));
    return made;
  }

  async functionsOf(kind: string, module: string): Promise<readonly string[]> {
    const plugin = await this.#source.plugin(kind as PluginKind, module);
    if (plugin === undefined || !isFunctionPlugin(plugin)) return [];
    return [...Object.keys(plugin.functions), ...Object.keys(plugin.aliases ?? {})].map((name) => `${module}.${name}`);
  }

  /** Of a function, or of a whole plugin when the name has no dot. */
  async doc(kind: string, fullName: string): Promise<string | undefined> {
    const [serves, name] = splitName(fullName);
    const candidate = await this.#candidate(kind, serves);
    if (candidate === undefined) return kind === RENDERERS ? BUILT_IN_RENDERERS.get(fullName) : undefined;
    const [docs, entry] = [await candidate.docs(), await candidate.entry()];
    if (name === '') return docs[''] ?? '';
    const real = entry.aliases?.[name] ?? name;
    return Object.hasOwn(entry.functions, real) ? docs[real] ?? '' : undefined;
  }

  async card(kind: string, name: string): Promise<PlainMap | undefined> {
    const card = (await (await this.#candidate(kind, name))?.entry())?.card;
    return card === undefined ? undefined : decodeDefault(card) as PlainMap;
  }

  async argspec(kind: string, fullName: string): Promise<PlainMap | undefined> {
    const [serves, name] = splitName(fullName);
    const entry = await (await this.#candidate(kind, serves))?.entry();
    const real = entry?.aliases?.[name] ?? name;
    const found = entry !== undefined && Object.hasOwn(entry.functions, real) ? entry.functions[real] : undefined;
    return found === undefined ? undefined : argspecOf(found);
  }

  async provider(kind: string, name: string): Promise<string | undefined> {
    return (await this.#candidate(kind, name))?.name;
  }

  async notLoaded(kind: string): Promise<string[]> {
    const table = await this.#source.table(kind as PluginKind);
    const serving = new Set([...(await table.chosen()).values()].map((candidate) => candidate.name));
    return table.files().filter((name) => !serving.has(name));
  }

  reload(): Promise<boolean> {
    return this.#source.reload();
  }

  async #chosen(kind: string): Promise<ReadonlyMap<string, Candidate>> {
    return (await this.#source.table(kind as PluginKind)).chosen();
  }

  async #candidate(kind: string, serves: string): Promise<Candidate | undefined> {
    const found = await (await this.#source.table(kind as PluginKind)).choose(serves);
    return 'refused' in found ? undefined : found;
  }
}

async function functionsOf(table: PluginTable): Promise<string[]> {
  const names: string[] = [];
  for (const [serves, candidate] of await table.chosen()) {
    const entry = await candidate.entry();
    const functions = [...Object.keys(entry.functions), ...Object.keys(entry.aliases ?? {})];
    names.push(...functions.map((name) => `${serves}.${name}`));
  }
  return names.sort();
}

/** Salt's form: names that can be given, the defaults of the last of them, None for what there is not. */
export function argspecOf({ params }: FunctionEntry): PlainMap {
  const named = params.filter(([, kind]) => kind !== 'rest' && kind !== 'keywords');
  const defaults = named.filter((param) => param.length > 2).map((param) => decodeDefault(param[2] as Value));
  return {
    args: named.length === 0 ? null : named.map(([name]) => name),
    defaults: defaults.length === 0 ? null : defaults,
    varargs: params.some(([, kind]) => kind === 'rest') ? true : null,
    kwargs: params.some(([, kind]) => kind === 'keywords') ? true : null,
  };
}

/** `['test', 'ping']` of `test.ping`; the second is empty without a dot. */
export function splitName(fullName: string): readonly [string, string] {
  const dot = fullName.indexOf('.');
  return dot < 0 ? [fullName, ''] : [fullName.slice(0, dot), fullName.slice(dot + 1)];
}

/** The function of a plugin by its name or alias. */
export function functionOf(plugin: FunctionPlugin, name: string): FunctionPlugin['functions'][string] | undefined {
  const real = plugin.aliases !== undefined && Object.hasOwn(plugin.aliases, name) ? plugin.aliases[name] as string : name;
  return Object.hasOwn(plugin.functions, real) ? plugin.functions[real] : undefined;
}
