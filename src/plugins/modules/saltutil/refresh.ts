/** Asks the program to read grains, pillar, modules and the rest again. */
import { join } from 'node:path';
import { InvocationError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { within } from '../../../kernel/std/async.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';

/** Parts of the minion that listen on its bus. Gives whether the event was sent. */
export async function fireRefresh(ctx: Context, tag: string): Promise<boolean> {
  return isTruthy(await ctx.call('event.fire', [{}, tag]));
}

export const refreshModules = (ctx: Context): Promise<boolean> => ctx.port('refresh').modules();

export const refreshPillar = (ctx: Context, cleanCache: boolean): Promise<boolean> => ctx.port('refresh').pillar({ cleanCache });

/** As `refreshPillar`, given up after a time; the answer is then still that the refresh was asked for. */
export async function refreshPillarWithin(ctx: Context, cleanCache: boolean, timeoutMs: number): Promise<boolean> {
  const done = await within(refreshPillar(ctx, cleanCache), timeoutMs, undefined);
  if (done === undefined) ctx.log.warn({ timeoutMs }, 'pillar refresh not complete in time');
  return done ?? true;
}

/** Removes the kept grains, so that nobody reads old ones. */
export async function clearGrainsCache(ctx: Context): Promise<void> {
  if (!isTruthy(ctx.opts['grains_cache'])) return;
  await ctx.sys.fs.rm(join(String(ctx.opts['cachedir']), 'grains.cache.p'), { force: true });
}

export async function refreshGrains(ctx: Context, kwargs: PlainMap): Promise<boolean> {
  const { refresh_pillar: withPillar = true, clean_pillar_cache: cleanCache = false, ...unknown } = kwargs;
  const wrong = Object.entries(unknown);
  if (wrong.length > 0) {
    throw new InvocationError(`The following keyword arguments are not valid: ${wrong.map(([key, value]) => `${key}=${str(value)}`).join(', ')}`);
  }
  await clearGrainsCache(ctx);
  await ctx.port('refresh').grains();
  if (isTruthy(withPillar)) await refreshPillar(ctx, isTruthy(cleanCache));
  else await refreshModules(ctx);
  return true;
}
