/** What of a path's owner and mode would change. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { isPlainMap, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';

export interface Rights {
  readonly user: Value;
  readonly group: Value;
  readonly mode: string | null;
}

async function statsOf(ctx: Context, path: string, follow: boolean): Promise<PlainMap> {
  const facts = await ctx.call('file.stats', [path, null, follow]);
  return isPlainMap(facts) ? facts : {};
}

function differing(facts: PlainMap, { user, group, mode }: Rights, follow: boolean): PlainMap {
  const changes: PlainMap = {};
  if (user !== null && user !== facts['user'] && user !== facts['uid']) changes['user'] = user;
  if (group !== null && group !== facts['group'] && group !== facts['gid']) changes['group'] = group;
  // Linux knows no mode of a link.
  if (mode !== null && mode !== normalizeMode(facts['mode'] ?? null) && (follow || facts['type'] !== 'link')) changes['mode'] = mode;
  return changes;
}

export async function fileMeta(ctx: Context, path: string, rights: Rights, follow: boolean): Promise<PlainMap> {
  return differing(await statsOf(ctx, path, follow), rights, follow);
}

/** A folder that is not there is new. */
export async function folderMeta(ctx: Context, path: string, rights: Rights, follow: boolean): Promise<PlainMap> {
  try {
    return differing(await statsOf(ctx, path, follow), rights, follow);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return { directory: 'new' };
  }
}
