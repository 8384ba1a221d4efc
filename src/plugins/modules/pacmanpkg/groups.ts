/** Groups of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { packageName } from '../pkg/names.js';
import { askPacman, rowsOf } from './program.js';

/** Members by group, from lines of `group package`. */
function membersOf(output: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [group = '', member = ''] of rowsOf(output, 2)) groups.set(group, [...groups.get(group) ?? [], member]);
  return groups;
}

/** Names of groups: wholly here, partly here, not here. */
export async function listGroups(ctx: Context): Promise<PlainMap> {
  const available = membersOf((await askPacman(['-Sgg'], ctx)).stdout);
  const present = membersOf((await askPacman(['-Qg'], ctx)).stdout);
  const installed: string[] = [];
  const partial: string[] = [];
  for (const [group, members] of present) {
    const all = available.get(group);
    if (all === undefined) {
      ctx.log.error({ group }, 'pacman has packages of a group that no repository has');
      continue;
    }
    (members.length === all.length ? installed : partial).push(group);
    available.delete(group);
  }
  return { installed: installed.toSorted(), partially_installed: partial.toSorted(), available: [...available.keys()].toSorted() };
}

/** Members of a group. pacman has one kind of them. */
export async function groupInfo(name: string, ctx: Context): Promise<Record<string, string[]>> {
  const members = rowsOf((await askPacman(['-Sgg', packageName(name)], ctx)).stdout, 2).map(([, member = '']) => member);
  return { mandatory: [], optional: [], default: [...new Set(members)].toSorted(), conditional: [] };
}

/** Members of a group that are here, and those that are not. */
export async function groupDifference(name: string, ctx: Context): Promise<PlainMap> {
  const packages = await ctx.call('pkg.list_pkgs') as PlainMap;
  const info = await ctx.call('pkg.group_info', [name]) as Record<string, Value>;
  return Object.fromEntries(Object.entries(info).map(([kind, members]) => [kind, {
    installed: (members as string[]).filter((member) => Object.hasOwn(packages, member)),
    'not installed': (members as string[]).filter((member) => !Object.hasOwn(packages, member)),
  }]));
}
