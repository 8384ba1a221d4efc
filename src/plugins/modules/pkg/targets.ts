/** What a call of `pkg` is about: names with versions, files, or advisories. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { fnmatchFilter } from '../../../kernel/std/fnmatch.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapKeys, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName } from './names.js';

export type Targets =
  | { readonly kind: 'repository'; readonly packages: readonly Package[] }
  | { readonly kind: 'file'; readonly paths: readonly string[] }
  | { readonly kind: 'advisory'; readonly ids: readonly string[] };

export interface Package {
  readonly name: string;
  readonly version: string | null;
}

export interface TargetCall {
  readonly name: Value;
  readonly pkgs?: Value;
  readonly sources?: Value;
  readonly normalize?: boolean;
  readonly saltenv?: string;
  readonly kwargs?: PlainMap;
}

/** Keyword arguments that mean something to `pkg_resource.parse_targets`. */
const READ_THERE = ['version', 'saltenv', 'advisory_ids'];

/** What the user named, undefined for nothing. @throws InvocationError for names that a program would misread */
export async function readTargets(call: TargetCall, ctx: Context): Promise<Targets | undefined> {
  const passed = Object.fromEntries(Object.entries(call.kwargs ?? {}).filter(([key]) => READ_THERE.includes(key)));
  const { name, pkgs = null, sources = null, normalize = true, saltenv } = call;
  const [found = null, kind = null] = await ctx.call('pkg_resource.parse_targets', [name, pkgs, sources], {
    ...passed, normalize, ...(saltenv === undefined ? {} : { saltenv }),
  }) as readonly Value[];
  if (!isTruthy(found)) return undefined;
  if (kind === 'file') return { kind: 'file', paths: (found as readonly Value[]).map(str) };
  if (kind === 'advisory') return { kind: 'advisory', ids: (found as readonly Value[]).map((id) => packageName(str(id))) };
  const entries = isMap(found) ? mapEntries(found) : [];
  return { kind: 'repository', packages: entries.map(([key, version]) => ({ name: packageName(str(key)), version: version === null ? null : str(version) })) };
}

/** Packages to be removed. @throws PythonError as Salt when nothing is named */
export async function namedPackages(call: TargetCall, ctx: Context): Promise<readonly Package[]> {
  const targets = await readTargets(call, ctx);
  // Salt goes on with nothing and fails so.
  if (targets?.kind !== 'repository') throw new PythonError('TypeError', "'NoneType' object is not iterable");
  return targets.packages;
}

/**
 * Each package of `installed` that is named, patterns with `*` spread out.
 * Differs: real Salt keeps the matches of the last pattern only.
 */
export function spreadPatterns(packages: readonly Package[], installed: Readonly<Record<string, unknown>>): Package[] {
  const spread = packages.flatMap(({ name, version }) =>
    (name.includes('*') ? fnmatchFilter(Object.keys(installed), name) : [name]).map((one) => ({ name: one, version })));
  return [...new Map(spread.map((one) => [one.name, one])).values()].filter(({ name }) => Object.hasOwn(installed, name));
}

export interface HoldCall {
  readonly name: Value;
  readonly pkgs: Value;
  readonly sources?: Value;
}

/** Names of the packages a call of hold or unhold is about. @throws InvocationError */
export function holdTargets({ name, pkgs, sources = null }: HoldCall): string[] {
  if (!isTruthy(name) && !isTruthy(pkgs) && !isTruthy(sources)) throw new InvocationError('One of name, pkgs, or sources must be specified.');
  if (isTruthy(pkgs) && isTruthy(sources)) throw new InvocationError('Only one of pkgs or sources can be specified.');
  const list = isTruthy(pkgs) ? pkgs : isTruthy(sources) ? sources : [name];
  return (Array.isArray(list) ? list as readonly Value[] : [list]).map((item) => packageName(str(isMap(item) ? mapKeys(item)[0] ?? null : item)));
}

/** `a,b` or a list as texts; nothing for None. */
export function splitWords(value: Value | undefined): string[] {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? (value as readonly Value[]).map(str) : str(value).split(',')).map((word) => word.trim());
}
