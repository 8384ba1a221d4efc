/**
 * Top files: which targets get which SLS, in which order.
 *
 * Source: read and observed, Salt 3008.3; golden: pillar/top.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import { isMap, isTruthy, mapEntries, mapGet, mapHas, mapKeys, typeName, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { closeNames } from '../render/close-names.js';
import { compileTarget, hasMatcher } from '../target/target.js';
import { logFailure } from './failure.js';
import type { Compilation, MayMiss } from './compilation.js';

/** A target of the merged top: `match:` entries, then names of SLS. */
export interface TopTarget {
  readonly expr: Value;
  readonly items: readonly Value[];
}

export interface Top {
  /** Environment to targets, sorted by `order:`. */
  readonly sections: ReadonlyMap<Value, readonly TopTarget[]>;
  readonly mayMiss: MayMiss;
  readonly errors: readonly string[];
}

const BASE = 'base';
const DEFAULT_TOP = 'top.sls';
const INCLUDES_MAX = 1000;
/** What may stand behind `match:`. */
const KINDS = ['glob', 'pcre', 'list', 'grain', 'grain_pcre', 'pillar', 'pillar_pcre', 'pillar_exact', 'compound', 'ipcidr', 'nodegroup', 'data'];
/** Top files see no pillar. */
const NOTHING: PlainMap = {};

export async function readTop(compilation: Compilation): Promise<Top> {
  const errors: string[] = [];
  const files = await topFiles(compilation, errors);
  try {
    return { ...mergeTops([...files.values()].flat()), errors };
  } catch (error) {
    if (!(error instanceof PythonError) || error.className !== 'TypeError') throw error;
    return { sections: new Map(), mayMiss: new Map(), errors: [...errors, 'Error encountered while rendering pillar top file.'] };
  }
}

/** SLS names for the minion, each once, by environment. */
export function matchTop({ sections }: Pick<Top, 'sections'>, { request, opts, log }: Compilation, pillar: ValueMap): Map<string, string[]> {
  const { pillarenv } = opts;
  const matched = new Map<string, string[]>();
  for (const [env, targets] of sections) {
    if (isTruthy(pillarenv ?? null) && env !== pillarenv) continue;
    for (const { expr, items } of targets) {
      const kind = items.filter((item) => isMap(item) && mapHas(item, 'match')).map((item) => mapGet(item as ValueMap, 'match')).at(-1) ?? 'compound';
      // Differs: Salt then fails to make any pillar, with the bare text of a KeyError.
      if (!hasMatcher(String(kind))) log.error({ target: String(expr), match: String(kind), close: closeNames(String(kind), KINDS) }, 'unknown kind of target in a pillar top file: it means nobody');
      const isMeant = compileTarget({ expr, kind: String(kind), delimiter: ':' }, { nodegroups: opts['nodegroups'] ?? {} });
      if (!isMeant({ id: request.id, grains: request.grains, pillar })) continue;
      const names = matched.get(String(env)) ?? [];
      for (const item of items) if (typeof item === 'string' && !names.includes(item)) names.push(item);
      matched.set(String(env), names);
    }
  }
  log.debug({ minion: request.id, matched: Object.fromEntries(matched) }, 'pillar top matched');
  return matched;
}

function wantedEnvironments({ tree, opts, request }: Compilation): string[] {
  const { pillarenv } = opts;
  if (typeof pillarenv === 'string' && pillarenv !== '') return tree.isConfigured(pillarenv) ? [pillarenv] : [];
  if (opts['pillar_source_merging_strategy'] !== 'none') return tree.envs;
  const only = request.saltenv ?? BASE;
  return tree.envs.includes(only) ? [only] : [];
}

async function topFiles(compilation: Compilation, errors: string[]): Promise<Map<string, Value[]>> {
  const tops = new Map<string, Value[]>();
  const { opts, tree } = compilation;
  const path = String(opts['state_top'] ?? DEFAULT_TOP).replace(/^salt:\/\//, '').replace(/^\/+/, '');
  try {
    for (const env of wantedEnvironments(compilation)) {
      const file = await tree.read(path, env);
      if (file !== undefined) tops.set(env, [await render(compilation, { ...file, source: `salt://${path}` }, env)]);
    }
  } catch (error) {
    errors.push(`Rendering Primary Top file failed, render error:\n${await logFailure(error, { what: 'pillar top file', name: path }, compilation)}`);
  }
  for (const [env, list] of tops) await addIncluded(env, list, compilation, errors);
  return tops;
}

async function addIncluded(env: string, tops: Value[], compilation: Compilation, errors: string[]): Promise<void> {
  const wanted = tops.flatMap((top) => includesOf(top));
  const done = new Set<string>();
  for (const name of wanted) {
    if (done.has(name) || done.size >= INCLUDES_MAX) continue;
    done.add(name);
    try {
      const file = await compilation.tree.sls(name, env);
      if (file !== undefined) tops.push(await render(compilation, file, env));
    } catch (error) {
      errors.push(`Rendering Top file ${name} failed, render error:\n${await logFailure(error, { what: 'pillar top file', name }, compilation)}`);
    }
  }
}

/** Only the first top files include others, as in Salt. */
function includesOf(top: Value): string[] {
  const include = isMap(top) ? mapGet(top, 'include') : undefined;
  return Array.isArray(include) ? (include as readonly Value[]).map(String) : [];
}

async function render(compilation: Compilation, file: { text: string; path: string; source: string }, saltenv: string): Promise<Value> {
  return (await compilation.rendererFor(NOTHING)).renderSls(file.text, { saltenv, sls: '', path: file.path, source: file.source });
}

interface Draft {
  readonly items: readonly Value[];
  readonly order: number;
}

/** @throws PythonError TypeError for a target without a list, as Salt fails */
function mergeTops(tops: readonly Value[]): Omit<Top, 'errors'> {
  const drafts = new Map<Value, Map<Value, Draft>>();
  const mayMiss = new Map<string, Set<string>>();
  for (const top of tops) {
    if (!isMap(top)) throw new PythonError('AttributeError', `'${typeName(top)}' object has no attribute 'items'`);
    for (const [env, targets] of mapEntries(top)) {
      if (env === 'include') continue;
      const section = drafts.get(env) ?? new Map<Value, Draft>();
      for (const [expr, list] of targetsOf(targets)) {
        const target = readTarget(list);
        section.set(expr, target);
        if (target.mayMiss) mayMiss.set(String(env), new Set([...mayMiss.get(String(env)) ?? [], ...target.names]));
      }
      if (section.size > 0) drafts.set(env, section);
    }
  }
  return { sections: new Map(Array.from(drafts, ([env, section]) => [env, sorted(section)])), mayMiss };
}

function sorted(section: ReadonlyMap<Value, Draft>): TopTarget[] {
  return [...section].toSorted(([, a], [, b]) => a.order - b.order).map(([expr, { items }]) => ({ expr, items }));
}

function targetsOf(targets: Value): Iterable<readonly [Value, Value]> {
  if (isMap(targets)) return mapEntries(targets);
  if ((Array.isArray(targets) || typeof targets === 'string') && targets.length === 0) return [];
  throw new PythonError('TypeError', `a section of the top file is of type '${typeName(targets)}', not a mapping`);
}

/** A word instead of a list counts letter by letter, as Python walks it (golden: pillar/top-020). */
function partsOf(list: Value): readonly Value[] {
  if (Array.isArray(list)) return list as readonly Value[];
  if (typeof list === 'string') return Array.from(list);
  if (isMap(list)) return mapKeys(list);
  throw new PythonError('TypeError', `'${typeName(list)}' object is not iterable`);
}

function readTarget(list: Value): Draft & { readonly mayMiss: boolean; readonly names: readonly string[] } {
  const parts = partsOf(list);
  const maps = parts.filter((part) => isMap(part));
  const names = [...new Set(parts.filter((part) => typeof part === 'string'))];
  const order = maps.filter((part) => mapHas(part, 'order')).map((part) => orderOf(mapGet(part, 'order') ?? null)).at(-1) ?? 0;
  return {
    items: [...maps.filter((part) => mapHas(part, 'match')), ...names], order, names,
    mayMiss: maps.some((part) => isTruthy(mapGet(part, 'ignore_missing') ?? false)),
  };
}

/** Text that is no number counts as 0. @throws PythonError TypeError for what Python's `int` refuses */
function orderOf(value: Value): number {
  if (typeof value === 'string') return /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : 0;
  if (value === null || Array.isArray(value) || isMap(value)) throw new PythonError('TypeError', `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`);
  return Math.trunc(Number(value));
}
