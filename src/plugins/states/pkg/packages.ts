/** What is known of packages when a state looks at them. */
import type { Context } from '../../../kernel/contract/context.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Names with the versions asked for; null: any. */
export type Desired = Record<string, string | null>;

/** Installed versions by name. */
export type Installed = Readonly<Record<string, readonly string[]>>;

export async function installedPackages(kwargs: PlainMap, ctx: Context): Promise<Installed> {
  return await ctx.call('pkg.list_pkgs', [], { versions_as_list: true, ...kwargs }) as unknown as Installed;
}

export const versionsOf = (packages: Installed, name: string): readonly string[] => (Object.hasOwn(packages, name) ? packages[name] ?? [] : []);

/** The versions of a package, looked for by the name without its architecture as well. */
export async function versionsByAnyName(packages: Installed, name: string, ctx: Context): Promise<readonly string[]> {
  const found = versionsOf(packages, name);
  if (found.length > 0 || !await ctx.has('pkg.normalize_name')) return found;
  return versionsOf(packages, str(await ctx.call('pkg.normalize_name', [name])));
}

/** A list of names and of maps with one name and its version. @throws InvocationError for a name that comes twice */
export async function readPackages(pkgs: Value, normalize: boolean, ctx: Context): Promise<Desired> {
  const [packages = null] = await ctx.call('pkg_resource.parse_targets', [null, pkgs], { normalize }) as readonly Value[];
  return isPlainMap(packages) ? packages as Desired : {};
}

/** One package under the name the package manager knows it by. */
export async function onePackage(name: string, version: string | null, normalize: boolean, ctx: Context): Promise<Desired> {
  const known = normalize && await ctx.has('pkg.normalize_name') ? str(await ctx.call('pkg.normalize_name', [name])) : name;
  return { [known]: version };
}

/** Whether a version says anything to the package manager. */
export async function isFree(version: string | null, ctx: Context): Promise<boolean> {
  return await ctx.call('pkg_resource.version_clean', [version]) === null;
}

/** Names as the package manager resolves what they provide; where it can, it refreshes its lists for that. */
export async function resolved(pkgs: Value, refresh: boolean, kwargs: PlainMap, ctx: Context): Promise<{ pkgs: Value; refresh: boolean }> {
  if (!isTruthy(pkgs) || !await ctx.has('pkg.resolve_capabilities')) return { pkgs, refresh };
  return { pkgs: await ctx.call('pkg.resolve_capabilities', [pkgs], { refresh, ...kwargs }), refresh: false };
}

/** What the database of the package manager says against the names, as one text; undefined when nothing. */
export async function unknownNames(names: readonly string[], fromrepo: Value, kwargs: PlainMap, ctx: Context): Promise<string | undefined> {
  if (!await ctx.has('pkg.check_db')) return undefined;
  const facts = await ctx.call('pkg.check_db', names, { fromrepo, ...kwargs }) as Record<string, PlainMap>;
  const missing = Object.entries(facts).filter(([, fact]) => fact['found'] === false);
  const suggestionsOf = (fact: PlainMap): string[] => (isList(fact['suggestions']) ? fact['suggestions'].map(str) : []);
  const hopeless = missing.filter(([, fact]) => suggestionsOf(fact).length === 0).map(([name]) => name).toSorted(compareText);
  const comments = [
    ...(hopeless.length === 0 ? [] : [`The following package(s) were not found, and no possible matches were found in the package db: ${hopeless.join(', ')}`]),
    ...missing.filter(([, fact]) => suggestionsOf(fact).length > 0)
      .map(([name, fact]) => `Package '${name}' not found (possible matches: ${suggestionsOf(fact).join(', ')})`),
  ];
  if (comments.length === 0) return undefined;
  return [...comments, ...(comments.length > 1 ? [''] : [])].join('. ').trimEnd();
}
