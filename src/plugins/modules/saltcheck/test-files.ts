/** Files with tests of states: which belong to an SLS, and what stands in them. Source: read, Salt 3008.3. */
import { normalize } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { sortedTexts } from '../../../kernel/std/python-order.js';
import { isList, isMap, isTruthy, mapEntries, mapGet, type Value, type ValueMap } from '../../../kernel/std/value.js';

/** Folders where tests of a state may lie, the deepest first. */
function foldersOf(state: string, location: string): string[] {
  const parts = state.split('.');
  const paths = [parts.join('/'), parts.slice(0, -1).join('/'), parts[0] ?? ''].map((path) => `salt://${path}/${location}`);
  return [...new Set(paths)].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/** Ends of the paths that a test of just this state has. */
function endingsOf(state: string, location: string): string[] {
  const parts = state.split('.');
  const last = `${parts.at(-1) ?? ''}.tst`;
  const joined = (...names: readonly string[]): string => names.filter((name) => name !== '').join('/');
  const place = normalize(location);
  return [joined(...parts, place, 'init.tst'), joined(...parts.slice(0, -1), place, last), joined(parts[0] ?? '', place, ...parts.slice(1, -1), last)];
}

/** Names go through JSON in Salt: `true`, not `True`. */
const nameText = (name: Value): string => (typeof name === 'boolean' || name === null ? String(name) : str(name));

export class TestFiles {
  /** States that have tests, as they were found. */
  readonly found: string[] = [];
  readonly #ctx: Context;
  readonly #saltenv: string;
  #states: readonly Value[] | undefined;

  constructor(saltenv: string, ctx: Context) {
    this.#saltenv = saltenv;
    this.#ctx = ctx;
  }

  /** Copies of the tests of an SLS and of what it includes. */
  async of(sls: string, all: boolean): Promise<string[]> {
    const location = str(await this.#ctx.call('config.get', ['saltcheck_test_location', 'saltcheck-tests']));
    const [copies, files] = [new Set<string>(), new Set<string>()];
    for (const state of await this.#statesOf(sls)) {
      for (const folder of foldersOf(state, location)) {
        for (const path of await this.#copied(folder, state, all)) (all ? files : copies).add(path);
      }
      const endings = endingsOf(state, location);
      for (const path of copies) if (endings.some((ending) => path.endsWith(`/${ending}`))) files.add(path);
    }
    return sortedTexts(files);
  }

  async #copied(folder: string, state: string, all: boolean): Promise<string[]> {
    if (this.found.includes(state)) return [];
    const copies = await this.#ctx.call('cp.cache_dir', [folder], { saltenv: this.#saltenv, include_pat: '*.tst' });
    if (!isList(copies) || copies.length === 0) return [];
    if (!all) this.found.push(state);
    return copies.map(str);
  }

  /** The SLS files that a run of this one takes, itself among them. */
  async #statesOf(sls: string): Promise<string[]> {
    this.#states ??= await this.#ctx.call('cp.list_states', [], { saltenv: this.#saltenv }) as readonly Value[];
    if (!this.#states.includes(sls)) return [sls];
    const chunks = await this.#ctx.call('state.show_low_sls', [sls], { saltenv: this.#saltenv, test: true });
    if (!isList(chunks) || !chunks.every(isMap)) {
      this.#ctx.log.error({ sls, chunks: isList(chunks) ? chunks.filter((one) => typeof one === 'string') : [] }, 'saltcheck: the state cannot be compiled');
      return [];
    }
    return [...new Set(chunks.map((chunk) => str(mapGet(chunk, '__sls__') ?? '')).filter((state) => state !== ''))];
  }

  /** Tests by name, of all these files. */
  async tests(paths: readonly string[]): Promise<Map<string, ValueMap>> {
    const tests = new Map<string, ValueMap>();
    for (const path of paths) {
      const rendered = await this.#ctx.call('slsutil.renderer', [path], { saltenv: this.#saltenv });
      for (const [name, test] of isMap(rendered) && isTruthy(rendered) ? mapEntries(rendered) : []) if (isMap(test)) tests.set(nameText(name), test);
    }
    return tests;
  }
}
