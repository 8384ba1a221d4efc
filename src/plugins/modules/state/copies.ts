/** What runs leave in the cache of the minion: their high data, their answer, requests. In Salt's form, for whoever reads them. */
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';
import type { Value } from '../../../kernel/std/value.js';

const pathOf = (name: string, ctx: Context): string => join(String(ctx.opts['cachedir']), name.replaceAll('/', '_'));

/** A copy that cannot be written is not worth the failure of the run. */
export async function keepCopy(name: string, value: Value, ctx: Context): Promise<void> {
  const path = pathOf(name, ctx);
  try {
    await ctx.sys.fs.mkdir(dirname(path), { recursive: true, mode: 0o750 });
    await ctx.sys.writeFile(path, await ctx.port('pack').pack(value), { mode: 0o600 });
  } catch (error) {
    ctx.log.error({ err: asError(error), path }, 'Unable to write to cache file. Check permission.');
  }
}

/** Undefined when there is none. */
export async function readCopy(name: string, ctx: Context): Promise<Value | undefined> {
  try {
    return await ctx.port('pack').unpack(await ctx.sys.fs.readFile(pathOf(name, ctx)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function dropCopy(name: string, ctx: Context): Promise<void> {
  await ctx.sys.fs.rm(pathOf(name, ctx), { force: true });
}

/** Removes kept high data; gives the names of the files. */
export async function clearCopies(ctx: Context): Promise<string[]> {
  const names = (await ctx.sys.fs.readdir(String(ctx.opts['cachedir']), { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.cache.p')).map(({ name }) => name);
  for (const name of names) await dropCopy(name, ctx);
  return names;
}
