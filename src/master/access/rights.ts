/**
 * What a list of rights lets a user do. Lists have the form of `external_auth` and `publisher_acl`: patterns of functions,
 * `{target: functions}`, and for the master's own functions `@runner`, `@wheel`, `@jobs`, `{'@runner': functions}`.
 *
 * Source: read, Salt 3008.3. Differs on purpose: of several functions each has to be allowed (there, one was enough), a function
 * that is given on some minions is never sent to others, and patterns fit whole names.
 */
import { expressionMatcher } from '../../kernel/std/expression-match.js';
import { RegexRefusedError } from '../../kernel/std/linear-regex.js';
import { isList, isMap, mapEntries, mapSize, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { allowedBy, readingsOf } from './call-conditions.js';
import { fits } from './patterns.js';

/** One entry of a list, and where it stands. */
export interface Right {
  readonly from: string;
  readonly entry: Value;
}

export interface JobAsk {
  readonly fun: string | readonly string[];
  readonly arg: readonly Value[];
  /** Who would be asked. */
  readonly minions: readonly string[];
}

export interface Allowed {
  /** For people: which entry allows it. */
  readonly rule: string;
  /** Only some minions: the job must go to those that were looked at, and to no others. */
  readonly isBound: boolean;
}

/** Asked by every client that waits for a job; it tells nothing but whether the job still runs. */
const ALWAYS = 'saltutil.find_job';

/** Rights of a user in one part of `external_auth`. Keys with `^` are options of the plugin, those with `%` name groups. */
export function rightsOf(config: ValueMap, user: { name: string; groups: readonly string[] }, options: { permissive: boolean; from: string }): Right[] {
  const own: Right[] = [];
  let isNamed = false;
  for (const [key, list] of mapEntries(config)) {
    if (typeof key !== 'string' || key.startsWith('^')) continue;
    const give = (): void => void own.push(...entriesOf(list).map((entry) => ({ from: `${options.from}:${key}`, entry })));
    if (key === '*' && !options.permissive) continue;
    if (key.endsWith('%')) {
      if (user.groups.includes(key.replace(/%+$/, ''))) give();
    } else if (isNameOf(key, user.name)) {
      isNamed = true;
      give();
    }
  }
  const others = config instanceof Map ? config.get('*') : config['*'];
  if (!options.permissive && !isNamed && others !== undefined) own.push(...entriesOf(others).map((entry) => ({ from: `${options.from}:*`, entry })));
  return own;
}

/** Whether a job may be published; each of its functions for itself. */
export function allowsJob(rights: readonly Right[], { fun, arg, minions }: JobAsk, covered: (target: string) => readonly string[]): Allowed | undefined {
  const calls = typeof fun === 'string' ? [[fun, arg] as const] : fun.map((name, at) => [name, arg[at] ?? null] as const);
  const found = calls.map(([name, args]) => allowsCall(rights, name, isList(args) ? args : [], minions, covered));
  if (found.length === 0 || !found.every((one) => one !== undefined)) return undefined;
  return { rule: [...new Set(found.map(({ rule }) => rule))].join('; '), isBound: found.some(({ isBound }) => isBound) };
}

function allowsCall(rights: readonly Right[], fun: string, args: readonly Value[], minions: readonly string[], covered: (target: string) => readonly string[]): Allowed | undefined {
  if (fun === ALWAYS) return { rule: `${ALWAYS} is for everybody`, isBound: false };
  for (const { from, entry } of rights) {
    if (typeof entry === 'string' && fits(entry, fun)) return { rule: `${from}: ${entry}`, isBound: false };
    const pair = pairOf(entry);
    if (pair === undefined || pair[0].startsWith('@')) continue;
    const [target, functions] = pair;
    const by = allowedBy(functions, fun, readingsOf(args));
    if (by !== undefined && (target === '*' || isWithin(minions, covered(target)))) return { rule: `${from}: ${target}: ${by}`, isBound: target !== '*' };
  }
  return undefined;
}

/** Whether a runner or wheel function may be called. */
export function allowsFunction(rights: readonly Right[], client: 'runner' | 'wheel', call: { fun: string; args: readonly Value[]; kwargs: PlainMap }): Allowed | undefined {
  const [module = '', name = ''] = call.fun.split('.');
  const readings = readingsOf(call.args, call.kwargs);
  for (const { from, entry } of rights) {
    if (typeof entry === 'string' && [`@${module}`, `@${client}`, `@${client}s`].includes(entry)) return { rule: `${from}: ${entry}`, isBound: false };
    const pair = pairOf(entry);
    if (pair === undefined) continue;
    const [key, functions] = pair;
    const by = (key === `@${module}` ? allowedBy(functions, name, readings) : undefined)
      ?? (key === `@${client}` || key === `@${client}s` ? allowedBy(functions, call.fun, readings) : undefined);
    if (by !== undefined) return { rule: `${from}: ${key}: ${by}`, isBound: false };
  }
  return undefined;
}

function pairOf(entry: Value): readonly [string, Value] | undefined {
  if (!isMap(entry) || mapSize(entry) !== 1) return undefined;
  const [[key, value] = [null, null]] = mapEntries(entry);
  return typeof key === 'string' ? [key, value] : undefined;
}

const entriesOf = (list: Value): readonly Value[] => (isList(list) ? list : typeof list === 'string' || isMap(list) ? [list] : []);

function isWithin(minions: readonly string[], covered: readonly string[]): boolean {
  const known = new Set(covered);
  return minions.every((id) => known.has(id));
}

/** An expression that could stall the master names nobody. */
function isNameOf(key: string, name: string): boolean {
  try {
    return expressionMatcher(key)(name);
  } catch (error) {
    if (error instanceof RegexRefusedError) return false;
    throw error;
  }
}
