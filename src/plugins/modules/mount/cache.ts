/** What states asked to be mounted: the file `mounts` in the cache folder, as YAML. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { dumpYaml } from '../../../kernel/yaml/dump.js';
import { loadYaml } from '../../../kernel/yaml/load.js';

const pathOf = (ctx: Context): string => join(str(ctx.opts['cachedir'] ?? ''), 'mounts');

async function readCache(ctx: Context): Promise<ValueMap> {
  const text = await ctx.sys.readText(pathOf(ctx));
  const value = text === undefined ? null : loadYaml(text, { source: pathOf(ctx) });
  return isMap(value) ? value : {};
}

const mountsOf = (cache: ValueMap): ValueMap => {
  const mounts = mapGet(cache, 'mounts');
  return isMap(mounts) ? mounts : {};
};

async function save(cache: ValueMap, mounts: Map<Value, Value>, ctx: Context): Promise<true> {
  const whole = mapFrom(new Map([...mapEntries(cache), ['mounts', mapFrom(mounts)]]));
  try {
    // Options may hold passwords of file servers.
    await ctx.sys.writeFile(pathOf(ctx), dumpYaml(whole), { mode: 0o600 });
  } catch (err) {
    if (!isOsError(err)) throw err;
    ctx.log.error({ err }, 'Failed to cache mounts');
    throw new CommandExecutionError('Unable to write mount cache.', { cause: err });
  }
  return true;
}

export async function cachedMount(name: string, ctx: Context): Promise<Value> {
  return mapGet(mountsOf(await readCache(ctx)), name) ?? {};
}

export async function cacheMount(name: string, mount: ValueMap, ctx: Context): Promise<true> {
  const cache = await readCache(ctx);
  return save(cache, new Map([...mapEntries(mountsOf(cache)), [name, mount]]), ctx);
}

export async function forgetMount(name: string, ctx: Context): Promise<true> {
  const cache = await readCache(ctx);
  const mounts = new Map(mapEntries(mountsOf(cache)));
  return mounts.delete(name) ? save(cache, mounts, ctx) : true;
}
