/** Packages, products, patterns and patches on this machine. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { formatted, type Detailed } from '../pkg/memory.js';
import { queryFormat, readPackageLines } from '../rpm/package-line.js';
import { rpmWords } from '../rpm/query.js';
import { packagesOnOffer } from './available.js';
import { installedPatterns, listPatches, listProducts } from './solvables.js';

export const osarchOf = (ctx: Context): string => str(ctx.grains['osarch'] ?? '');

const MEMORY_PREFIX = 'pkg.list_p';

/** Forgets lists of packages and of what they provide. */
export function forgetLists(ctx: Context): void {
  for (const key of ctx.memory.keys()) if (key.startsWith(MEMORY_PREFIX)) ctx.memory.delete(key);
}

export interface ListCall {
  readonly asList?: Value;
  readonly root: Value;
  /** Other kinds that are listed as `kind:name`: product, pattern, patch. */
  readonly includes: readonly string[];
  readonly kwargs?: PlainMap;
}

/** The answer of `pkg.list_pkgs`. rpm keeps nothing of what was removed. */
export async function listPackages({ asList = false, root, includes, kwargs = {} }: ListCall, ctx: Context): Promise<PlainMap> {
  if (isTrue(kwargs['removed']) || isTrue(kwargs['purge_desired'])) return {};
  const key = `pkg.list_pkgs_${str(root)}_${includes.join(',')}`;
  let found = ctx.memory.get(key) as Detailed | undefined;
  if (found === undefined || !isTruthy(kwargs['use_context'] ?? true)) {
    found = await readInstalled(root, includes, ctx);
    ctx.memory.set(key, found);
  }
  return formatted(found, { asList, attr: kwargs['attr'] ?? null }, ctx);
}

async function readInstalled(root: Value, includes: readonly string[], ctx: Context): Promise<Detailed> {
  const argv = [...rpmWords(root), '-qa', '--queryformat', `${queryFormat('(none)')}\n`];
  const output = str(await ctx.call('cmd.run', [argv], { python_shell: false, output_loglevel: 'trace' }));
  // Keys that sign packages stand among the packages.
  const found = Object.fromEntries(Object.entries(readPackageLines(output, osarchOf(ctx))).filter(([name]) => !name.startsWith('gpg-pubkey')));
  for (const kind of includes) Object.assign(found, await others(kind, root, ctx));
  return found;
}

const undated = { install_date: null, install_date_time_t: null };

async function others(kind: string, root: Value, ctx: Context): Promise<Detailed> {
  if (kind === 'product') {
    const products = await listProducts({ all: false, root }, ctx);
    return Object.fromEntries(products.map(({ name = '', epoch = null, version = null, release = null, arch = null }) =>
      [`product:${str(name)}`, [{ epoch, version, release, arch, ...undated }]]));
  }
  if (kind !== 'pattern' && kind !== 'patch') return {};
  const names = Object.keys(kind === 'pattern' ? await installedPatterns(root, ctx) : await listPatches({ installedOnly: true, root }, ctx));
  const found: Detailed = {};
  for (const name of names) {
    const facts = (await packagesOnOffer([`${kind}:${name}`], { root, kwargs: { refresh: false } }, ctx))[name] as PlainMap | undefined;
    found[`${kind}:${name}`] = [{ epoch: null, version: facts?.['version'] ?? null, release: null, arch: facts?.['arch'] ?? null, ...undated }];
  }
  return found;
}

/** Kinds in names like `pattern:base`. */
export const kindsIn = (names: readonly string[]): string[] =>
  [...new Set(names.filter((name) => name.includes(':')).map((name) => name.slice(0, name.indexOf(':'))))].toSorted();
