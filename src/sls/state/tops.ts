/**
 * Top files: which SLS files this minion gets, by environment.
 *
 * Source: state-system, section 6; golden states/top; read, Salt 3008.3.
 */
import type { SlsMatches } from '../../kernel/contract/state-engine.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, typeName, type Value, type ValueMap } from '../../kernel/std/value.js';
import { firstEntry, text } from './high-data.js';

/** Contents of one environment's top files. */
export type Tops = Map<string, ValueMap[]>;

/** Environment, then target, then what the target gets. */
export type Top = Map<Value, Map<Value, Value>>;

export interface TopSource {
  /** Undefined when there is no such file. @throws PythonError (SaltRenderError) */
  renderTop(saltenv: string): Promise<Value | undefined>;
  renderSls(sls: string, saltenv: string): Promise<Value | undefined>;
  names(saltenv: string): Promise<readonly string[] | undefined>;
}

/** The top file of every environment, with what they include. @throws what rendering throws */
export async function gatherTops(envs: readonly string[], source: TopSource): Promise<Tops> {
  const tops: Tops = new Map();
  for (const env of envs) tops.set(env, [mapOf(await source.renderTop(env))]);
  for (const [env, list] of tops) {
    const done = new Set<string>();
    const open = list.map(includesOf).flat();
    for (const [at, top] of list.entries()) list[at] = mapFrom(mapEntries(top).filter(([key]) => key !== 'include'));
    for (const pattern of open) {
      for (const sls of fnmatchFilter(await source.names(env) ?? [], pattern)) {
        if (done.has(sls)) continue;
        done.add(sls);
        list.push(mapOf(await source.renderSls(sls, env)));
      }
    }
  }
  return tops;
}

/** What is no map fails as it does in Python. Source: golden top-030. */
function mapOf(value: Value | undefined): ValueMap {
  if (value === undefined || value === null) return {};
  if (isMap(value)) return value;
  if (typeof value === 'string' || Array.isArray(value)) throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  throw new PythonError('TypeError', `argument of type '${typeName(value)}' is not iterable`);
}

function includesOf(top: ValueMap): string[] {
  const include = mapGet(top, 'include');
  return Array.isArray(include) ? (include as readonly Value[]).map(text) : [];
}

export interface MergeOptions {
  readonly strategy: string;
  readonly defaultTop: string;
}

/** @throws PythonError (SaltRenderError) where an environment has no targets */
export function mergeTops(tops: Tops, { strategy, defaultTop }: MergeOptions): Top {
  if (strategy === 'same') return mergeSame(tops, defaultTop);
  if (strategy === 'merge_all') return mergeAll(tops);
  return mergeByBase(tops);
}

/** Base speaks for all; other environments for themselves where base says nothing of them. */
function mergeByBase(tops: Tops): Top {
  const top: Top = new Map();
  for (const content of tops.get('base') ?? []) {
    for (const [env, targets] of mapEntries(content)) addTargets(top, env, targets);
  }
  for (const [env, contents] of tops) {
    if (env === 'base') continue;
    for (const content of contents) {
      for (const [section, targets] of mapEntries(content)) if (section === env && !top.has(section)) addTargets(top, section, targets);
    }
  }
  return top;
}

/** Each environment for itself; one without a top file has that of `default_top`. */
function mergeSame(tops: Tops, defaultTop: string): Top {
  const top: Top = new Map();
  for (const [env, own] of tops) {
    const contents = own.every((content) => mapEntries(content).length === 0) ? tops.get(defaultTop) ?? [] : own;
    for (const content of contents) {
      for (const [section, targets] of mapEntries(content)) if (section === env) addTargets(top, section, targets);
    }
  }
  return top;
}

/** Everything; lists of the same target are joined. */
function mergeAll(tops: Tops): Top {
  const top: Top = new Map();
  for (const content of [...tops.values()].flat()) {
    for (const [env, targets] of mapEntries(content)) {
      const known = top.get(env);
      const joined = known === undefined ? targets : mapFrom(targetsOf(targets).map(([target, list]) => [target, joinLists(known.get(target), list)]));
      addTargets(top, env, joined);
    }
  }
  return top;
}

function joinLists(known: Value | undefined, list: Value): Value {
  if (known === undefined) return list;
  const [old, fresh] = [known, list].map((value) => (Array.isArray(value) ? value as readonly Value[] : []));
  const matcher = [...old ?? [], ...fresh ?? []].findLast((item) => isMap(item));
  const names = new Set([...old ?? [], ...fresh ?? []].filter((item) => typeof item === 'string'));
  return [...matcher === undefined ? [] : [matcher], ...names];
}

function addTargets(top: Top, env: Value, targets: Value): void {
  const known = top.get(env) ?? new Map<Value, Value>();
  for (const [target, list] of targetsOf(targets)) known.set(target, list);
  if (known.size > 0) top.set(env, known);
}

function targetsOf(targets: Value): [Value, Value][] {
  if (isMap(targets)) return mapEntries(targets);
  if (targets !== null && !isTruthy(targets) && typeof targets === 'object') return [];
  throw new PythonError('SaltRenderError', 'Unable to render top file. No targets found.');
}

/** What is wrong with the contents. */
export function verifyTop(top: Top): string[] {
  const errors: string[] = [];
  for (const [env, targets] of top) {
    if (typeof env !== 'string') errors.push(`Environment ${str(env)} in top file is not formed as a string`);
    if (env === '') errors.push('Empty saltenv statement in top file');
    for (const [target, list] of targets) {
      if (Array.isArray(list)) errors.push(...(list as readonly Value[]).flatMap((item) => wrongItem(item, env)));
      else errors.push(`Malformed topfile: state declarations for matcher ${repr(target)} in saltenv ${repr(env)} are not formed as a list (got ${typeName(list)})`);
    }
  }
  return errors;
}

function wrongItem(item: Value, env: Value): string[] {
  if (item === '') return [`Environment ${str(env)} contains an empty sls index`];
  if (!isMap(item)) return [];
  return mapEntries(item).filter(([, value]) => !isTruthy(value)).map(([, value]) => `Improperly formatted top file matcher in saltenv ${str(item)}: ${str(value)} file`);
}

export interface TopMatcher {
  /** @throws PythonError for a kind of target that nobody knows */
  matches(target: Value, list: Value): boolean;
  /** Environments there are. */
  hasEnv(saltenv: Value): Promise<boolean>;
  /** The only environment that counts, when one is named. */
  readonly only: string | null;
}

/** What this minion gets. */
export async function matchTop(top: Top, matcher: TopMatcher): Promise<Map<string, Value[]>> {
  const matches = new Map<string, Value[]>();
  for (const [env, targets] of top) {
    if (matcher.only !== null && env !== matcher.only) continue;
    for (const [target, list] of targets) {
      if (matcher.matches(target, list)) await takeList(matches, text(env), typeof list === 'string' ? [list] : list, matcher);
    }
  }
  return matches;
}

async function takeList(matches: Map<string, Value[]>, env: string, list: Value, matcher: TopMatcher): Promise<void> {
  const at = (name: string): Value[] => {
    const known = matches.get(name) ?? [];
    matches.set(name, known);
    return known;
  };
  at(env);
  for (const item of Array.isArray(list) ? list as readonly Value[] : []) {
    if (typeof item === 'string') at(env).push(item);
    // Of 3008.3, where no subfilter works. Source: golden top-040.
    if (isMap(item) && mapGet(item, 'subfilter') !== undefined) throw new PythonError('KeyError', "'dictionary is empty'");
    const entry = isMap(item) ? lastEntry(item) : undefined;
    // `{env: sls}` puts it into another environment; `{match: ...}` names none.
    if (entry !== undefined && await matcher.hasEnv(entry[0])) at(text(entry[0])).push(entry[1]);
  }
}

function lastEntry(map: ValueMap): [Value, Value] | undefined {
  return mapEntries(map).at(-1) ?? firstEntry(map);
}

/** Joins what external sources of tops give. */
export function joinTops(matches: ReadonlyMap<string, readonly Value[]>, external: ValueMap, externalFirst: boolean): SlsMatches {
  const joined = new Map(matches);
  for (const [env, list] of mapEntries(external)) {
    const given = Array.isArray(list) ? list as readonly Value[] : [];
    const own = joined.get(text(env)) ?? [];
    const [first, second] = externalFirst ? [given, own] : [own, given];
    joined.set(text(env), [...first, ...second.filter((item) => !first.includes(item))]);
  }
  return joined;
}
