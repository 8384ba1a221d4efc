/** Node groups of a minion, in the order of the configuration. */
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, mapKeys } from '../../../kernel/std/value.js';

export async function groupsOf(id: string, ctx: Context): Promise<string[]> {
  const groups = ctx.opts['nodegroups'];
  if (!isMap(groups)) return [];
  const match = ctx.port('match');
  const found: string[] = [];
  for (const name of mapKeys(groups).map(String)) if (await match.matches(name, 'nodegroup', ':', id)) found.push(name);
  return found;
}
