/** Options that only systemd knows. */
import type { Context } from '../../../kernel/contract/context.js';
import { isList, type PlainMap } from '../../../kernel/std/value.js';

const NAMES = ['no_block', 'unmask', 'unmask_runtime'];

/** Those of the given options that a function of the module takes; `warnings` gets what systemd would have to run for. */
export async function systemdOptions(fun: string, given: PlainMap, warnings: string[], ctx: Context): Promise<PlainMap> {
  const asked = NAMES.filter((name) => name in given);
  if (asked.length === 0) return {};
  const argspec = await ctx.port('catalog').argspec('modules', fun);
  const args = argspec?.['args'];
  const taken = asked.filter((name) => isList(args) && args.includes(name));
  if (ctx.grains['init'] === 'systemd') return Object.fromEntries(taken.map((name) => [name, given[name] ?? null]));
  for (const name of taken) {
    const warning = `The '${name}' argument is not supported by this platform`;
    if (!warnings.includes(warning)) warnings.push(warning);
  }
  return {};
}
