/** What packages provide beyond their name. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { linesOf, rpmWords } from '../rpm/query.js';
import { search } from './solvables.js';

const MEMORY_KEY = 'pkg.list_provides';

/** `{ capability: [package] }` of what is installed, without the names themselves. */
export async function listProvides(root: Value, ctx: Context): Promise<PlainMap> {
  const known = ctx.memory.get(MEMORY_KEY) as Record<string, string[]> | undefined;
  if (known !== undefined && Object.keys(known).length > 0) return known;
  const argv = [...rpmWords(root), '-qa', '--queryformat', '%{PROVIDES}_|-%{NAME}\n'];
  const found: Record<string, string[]> = {};
  for (const line of linesOf(str(await ctx.call('cmd.run', [argv], { output_loglevel: 'trace', python_shell: false })))) {
    const [capability = '', name = ''] = line.split('_|-');
    if (capability !== name) (found[capability] ??= []).push(name);
  }
  ctx.memory.set(MEMORY_KEY, found);
  return found;
}

/** Packages in place of capabilities, where one package alone provides it. */
export async function resolveCapabilities(pkgs: Value, root: Value, kwargs: PlainMap, ctx: Context): Promise<Value> {
  const resolved: Value[] = [];
  for (const item of Array.isArray(pkgs) ? pkgs as readonly Value[] : []) {
    const [key = null, version = null] = isMap(item) ? mapEntries(item)[0] ?? [] : [item];
    const name = isTruthy(kwargs['resolve_capabilities']) ? await providerOf(str(key), root, ctx) : str(key);
    resolved.push(isTruthy(version) ? { [name]: version } : name);
  }
  return resolved;
}

async function providerOf(name: string, root: Value, ctx: Context): Promise<string> {
  const exact = { root, match: 'exact' };
  if ((await searchOrNothing(name, exact, ctx)).length > 0) return name;
  const providers = await searchOrNothing(name, { ...exact, provides: true }, ctx);
  if (providers.length > 1) ctx.log.warn({ name }, 'several packages provide a capability');
  return providers.length === 1 ? providers[0] ?? name : name;
}

async function searchOrNothing(name: string, options: PlainMap, ctx: Context): Promise<string[]> {
  try {
    return Object.keys(await search(name, options, ctx));
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    ctx.log.debug({ err, name }, 'a search for a capability found nothing');
    return [];
  }
}
