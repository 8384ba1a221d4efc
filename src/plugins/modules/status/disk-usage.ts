/** Space of file systems, by path or by type. */
import type { Context } from '../../../kernel/contract/context.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { readMounts } from './proc-tables.js';

/** `{ path: { available, total } }` in bytes, of paths (they begin with a slash) and types as patterns; of all without any. */
export async function diskUsage(args: readonly string[], ctx: Context): Promise<PlainMap> {
  const paths = new Set(args.filter((arg) => arg.startsWith('/')));
  const types = args.length === 0 ? ['*'] : args.filter((arg) => !arg.startsWith('/'));
  if (types.length > 0) {
    for (const { path, type } of readMounts((await ctx.sys.readText('/proc/mounts')) ?? '')) {
      if (types.some((pattern) => fnmatch(type, pattern))) paths.add(path);
    }
  }
  const usage: PlainMap = {};
  for (const path of paths) {
    const space = await spaceOf(path, ctx);
    if (space !== undefined) usage[path] = space;
  }
  return usage;
}

/** Undefined when there is no such path. */
async function spaceOf(path: string, ctx: Context): Promise<PlainMap | undefined> {
  try {
    await ctx.sys.fs.access(path);
  } catch (err) {
    ctx.log.debug({ err }, 'path is left out');
    return undefined;
  }
  try {
    const { bsize, bavail, blocks } = await ctx.sys.fs.statfs(path, { bigint: true });
    return { available: bytes(bavail * bsize), total: bytes(blocks * bsize) };
  } catch (err) {
    ctx.log.warn({}, `Cannot get stats from '${path}': ${err instanceof Error ? err.message : String(err)}`);
    return { available: null, total: null };
  }
}

function bytes(count: bigint): number | bigint {
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count;
}
