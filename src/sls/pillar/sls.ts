/**
 * SLS files of one environment: rendered, with what they include, and merged.
 *
 * Source: read and observed, Salt 3008.3; golden: pillar/sls.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, mapHas, typeName, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import type { Renderer } from '../render/contract.js';
import type { Compilation, MayMiss } from './compilation.js';
import { logFailure } from './failure.js';
import type { SlsFile } from './tree.js';

const DEPTH_MAX = 200;

export interface Rendered {
  readonly data: Value;
  readonly errors: readonly string[];
}

interface Include {
  readonly name: string;
  readonly key: string | undefined;
}

export class SlsReader {
  readonly #compilation: Compilation;
  readonly #renderer: () => Promise<Renderer>;
  readonly #env: string;
  readonly #mayMiss: MayMiss;
  /** What each SLS gave by itself; one that was rendered is not rendered again, whatever its defaults. */
  readonly #seen = new Map<string, Value>();

  constructor(compilation: Compilation, options: { renderer: () => Promise<Renderer>; env: string; mayMiss: MayMiss }) {
    this.#compilation = compilation;
    this.#renderer = options.renderer;
    this.#env = options.env;
    this.#mayMiss = options.mayMiss;
  }

  /** The names that a pattern means; one that fits nothing means itself. */
  async names(pattern: string, errors: string[]): Promise<string[]> {
    const found = await this.#compilation.tree.matching(pattern, this.#env);
    if (found === undefined) errors.push(`No matching pillar environment for environment '${this.#env}' found`);
    return found === undefined || found.length === 0 ? [pattern] : found;
  }

  /** `data` is null for nothing. `way`: the SLS that include this one, from the outside. */
  async read(name: string, defaults: PlainMap = {}, way: readonly string[] = []): Promise<Rendered> {
    if (way.length > DEPTH_MAX) throw new PythonError('RecursionError', `pillar includes are nested deeper than ${DEPTH_MAX} levels`);
    const errors: string[] = [];
    const file = await this.#file(name, way, errors);
    if (file === 'unreadable') return { data: null, errors };
    if (file === undefined) {
      this.#noteMissing(name, errors);
      if (!this.#isKnownEnvironment() || this.#mayBeMissing(name)) return { data: null, errors };
      this.#seen.set(name, null);
      // Salt goes on and tries to read a file that is not there, which gives an empty mapping.
      return { data: {}, errors };
    }
    const data = await this.#render(name, { ...file, saltenv: this.#env, way }, defaults, errors);
    this.#seen.set(name, data);
    if (!isTruthy(data)) return { data, errors };
    if (!isMap(data)) {
      this.#tell(errors, `SLS '${name}' does not render to a dictionary`);
      return { data, errors };
    }
    return { data: await this.#withIncludes(name, data, file.isInit, { defaults, way, errors }), errors };
  }

  /** A file that is there and cannot be read is an error of that SLS alone. */
  async #file(name: string, way: readonly string[], errors: string[]): Promise<SlsFile | undefined | 'unreadable'> {
    try {
      return await this.#compilation.tree.sls(name, this.#env);
    } catch (error) {
      errors.push(await this.#failureText(error, name, way));
      this.#seen.set(name, null);
      return 'unreadable';
    }
  }

  /** Salt's words; what happened goes to the log. */
  async #failureText(error: unknown, name: string, way: readonly string[]): Promise<string> {
    const message = await logFailure(error, { what: 'pillar SLS', name, way }, this.#compilation);
    const isSafe = this.#compilation.opts['pillar_safe_render_error'] !== false;
    return isSafe ? `Rendering SLS '${name}' failed. Please see master log for details.` : `Rendering SLS '${name}' failed, render error:\n${message}`;
  }

  #isKnownEnvironment(): boolean {
    return this.#compilation.tree.hasFolders(this.#env);
  }

  #mayBeMissing(name: string): boolean {
    return this.#mayMiss.get(this.#env)?.has(name) === true;
  }

  #noteMissing(name: string, errors: string[]): void {
    if (this.#mayBeMissing(name) || !this.#isKnownEnvironment()) {
      this.#compilation.log.debug({ sls: name, saltenv: this.#env }, 'pillar SLS not found');
      return;
    }
    this.#tell(errors, `Specified SLS '${name}' in environment '${this.#env}' is not available on the salt master`);
  }

  #tell(errors: string[], text: string): void {
    this.#compilation.log.error({ minion: this.#compilation.request.id, saltenv: this.#env }, text);
    errors.push(text);
  }

  async #render(sls: string, file: { text: string; path: string; source: string; saltenv: string; way: readonly string[] }, variables: PlainMap, errors: string[]): Promise<Value> {
    const { text, path, source, saltenv, way } = file;
    try {
      return await (await this.#renderer()).renderSls(text, { saltenv, sls, path, source, variables });
    } catch (error) {
      errors.push(await this.#failureText(error, sls, way));
      return null;
    }
  }

  async #withIncludes(name: string, data: ValueMap, isInit: boolean, given: { defaults: PlainMap; way: readonly string[]; errors: string[] }): Promise<Value> {
    const { way, errors } = given;
    if (!mapHas(data, 'include')) return data;
    const include = mapGet(data, 'include') ?? null;
    if (!Array.isArray(include)) {
      this.#tell(errors, `Include Declaration in SLS '${name}' is not formed as a list`);
      return data;
    }
    const own = mapFrom(mapEntries(data).filter(([key]) => key !== 'include'));
    this.#seen.set(name, own);
    const { opts, merge } = this.#compilation;
    const includesWin = opts['pillar_includes_override_sls'] === true;
    let merged: Value | undefined = includesWin ? own : undefined;
    let { defaults } = given;
    // Kept from one included SLS to the next, as Salt keeps it.
    let latest: readonly string[] = [];
    for (const entry of include as readonly Value[]) {
      const { key, name: target, defaults: fresh } = readInclude(entry);
      defaults = fresh ?? defaults;
      for (const each of await this.#included(name, target, isInit, errors)) {
        const seen = this.#seen.get(each);
        const read = this.#seen.has(each) ? undefined : await this.read(each, defaults, [...way, name]);
        if (read !== undefined) latest = read.errors;
        const value = read === undefined ? seen ?? null : read.data;
        errors.push(...latest);
        if (!isTruthy(value)) continue;
        const placed = nest(key, value);
        merged = merged === undefined ? placed : merge(mapOf(merged), mapOf(placed));
      }
    }
    return includesWin ? merged ?? own : merged === undefined ? own : merge(mapOf(merged), own);
  }

  /**
   * Names that an include means, in the order in which Salt tries them. An absolute one is found twice and counts twice;
   * a relative one also means the SLS of that name at the root of the environment.
   */
  async #included(from: string, target: string, isInit: boolean, errors: string[]): Promise<string[]> {
    const { tree } = this.#compilation;
    const absolute = target.replace(/^\.+/, '').replaceAll('/', '.');
    const parts = isInit ? from.split('.') : from.split('.').slice(0, -1);
    const resolved = target.startsWith('.') ? [...parts, target.slice(1)].join('.') : target;
    const [first, second] = [await tree.matching(absolute, this.#env), await tree.matching(resolved, this.#env)];
    if (first === undefined || second === undefined) {
      errors.push(`No matching pillar environment for environment '${this.#env}' found`);
      return [target];
    }
    return first.length + second.length === 0 ? [resolved] : [...first, ...second];
  }
}

function readInclude(entry: Value): Include & { readonly defaults: PlainMap | undefined } {
  if (!isMap(entry)) return { name: String(entry), key: undefined, defaults: undefined };
  const [name, options] = mapEntries(entry)[0] ?? ['', {}];
  if (!isMap(options)) throw new PythonError('AttributeError', `'${typeName(options)}' object has no attribute 'get'`);
  const key = mapGet(options, 'key');
  const defaults = mapGet(options, 'defaults') ?? {};
  if (!isMap(defaults)) throw new PythonError('TypeError', `argument after ** must be a mapping, not ${typeName(defaults)}`);
  return { name: String(name), key: typeof key === 'string' && key !== '' ? key : undefined, defaults: defaults as PlainMap };
}

const nest = (key: string | undefined, value: Value): Value => (key === undefined ? value : key.split(':').reduceRight<Value>((inner, part) => mapFrom([[part, inner]]), value));

function mapOf(value: Value): ValueMap {
  if (isMap(value)) return value;
  throw new PythonError('TypeError', 'Cannot update using non-dict types in dictupdate.update()');
}
