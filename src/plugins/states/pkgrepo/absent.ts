/** A source of packages that is not there. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { OneLineSource } from '../../../kernel/sys/apt/one-line-source.js';
import { tried } from '../outcome/failure.js';
import { withCaution } from './managed.js';

/** The line without slashes at the end of its address. */
const plainLine = (line: string): string =>
  line.split(/\s+/).filter((word) => word !== '').map((word) => (/^(?:https?|ftp):\/\//.test(word) ? word.replace(/\/+$/, '') : word)).join(' ');

const withPrefix = (prefix: string, name: string): string => (name.startsWith(prefix) ? name : `${prefix}${name}`);

/** The name under `ppa` or `copr` counts where the system has such things. */
function namedSource(given: string, kwargs: PlainMap, ctx: Context): { name: string; kwargs: PlainMap } {
  const { ppa, copr, ...rest } = kwargs;
  if (ppa !== undefined && ['Ubuntu', 'Mint'].includes(str(ctx.grains['os'] ?? ''))) return { name: withPrefix('ppa:', str(ppa)), kwargs: rest };
  if (copr !== undefined && ctx.grains['os_family'] === 'RedHat') return { name: withPrefix('copr:', str(copr)), kwargs: rest };
  return { name: given, kwargs };
}

const setOfTexts = (value: Value | undefined): string => (isList(value) ? [...new Set(value.map(str))].toSorted().join() : '');

async function refused<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly problem: string }> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return { problem: error.message };
    throw error;
  }
}

export async function absent(given: string, asked: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, kwargs } = namedSource(given, asked, ctx);
  const removesKey = ['keyid', 'keyid_ppa'].some((key) => (kwargs[key] ?? null) !== null);
  if (removesKey && !await ctx.has('pkg.del_repo_key')) return failed(given, 'Repo key management is not implemented for this platform');
  const isDebian = ctx.grains['os_family'] === 'Debian';
  const line = isDebian ? plainLine(name) : name;
  const found = await tried(ctx.call('pkg.get_repo', [line], kwargs));
  if ('failure' in found) return failed(given, `Failed to configure repo '${name}': ${found.failure.message}`);
  const known = isPlainMap(found.value) ? found.value : {};
  const isOther = isDebian && isTruthy(known) && setOfTexts(new OneLineSource(line).architectures) !== setOfTexts(known['architectures']);
  if (!isTruthy(known) || isOther) return done(given, `Package repo ${name} is absent`);
  if (ctx.test) return wouldChange(given, withCaution(`Package repo '${name}' will be removed.`));
  const removed = await refused(ctx.call('pkg.del_repo', [], { repo: line, ...kwargs }));
  if ('problem' in removed) return failed(given, removed.problem);
  const left = await ctx.call('pkg.list_repos');
  if (isPlainMap(left) && line in left) return failed(given, `Failed to remove repo ${name}`);
  if (!removesKey) return done(given, `Removed repo ${name}`, { repo: name });
  const key = await refused(ctx.call('pkg.del_repo_key', [line], kwargs));
  if ('problem' in key) return failed(given, `Removed repo ${name}, but failed to remove key: ${key.problem}`, { repo: name });
  return done(given, `Removed repo ${name}, and keyid ${str(key.value)}`, { repo: name, keyid: key.value });
}
