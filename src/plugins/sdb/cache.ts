/**
 * Values in the cache of this host: `bank` of the profile, one file each below `cachedir`, as the driver `localfs` of Salt's cache.
 * `?bank=other` behind a key overrules the profile. Source: documentation of Salt 3006.
 */
import { dirname } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { defineSdb } from '../../kernel/contract/plugin.js';
import { isMissing } from '../../kernel/sys/files.js';
import { safeJoin } from '../../kernel/sys/safe-path.js';
import type { PlainMap } from '../../kernel/std/value.js';

function pathOf(key: string, profile: Readonly<PlainMap>, ctx: Context): string {
  const [name = '', query = ''] = key.split('?', 2);
  const given: PlainMap = { ...profile, ...Object.fromEntries(new URLSearchParams(query)) };
  const bank = given['bank'];
  if (typeof bank !== 'string' || bank === '') throw new InvocationError('sdb cache: the profile has no bank');
  const root = typeof given['cachedir'] === 'string' ? given['cachedir'] : String(ctx.opts['cachedir']);
  return safeJoin(safeJoin(root, bank), `${name}.p`);
}

export default defineSdb({
  name: 'cache',
  doc: 'Values in the cache of this host.',
  async get(key, profile, ctx) {
    try {
      return await ctx.port('pack').unpack(await ctx.sys.fs.readFile(pathOf(key, profile, ctx)));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  async set(key, value, profile, ctx) {
    const path = pathOf(key, profile, ctx);
    await ctx.sys.fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await ctx.sys.writeFile(path, await ctx.port('pack').pack(value), { mode: 0o600 });
    return value;
  },
  async delete(key, profile, ctx) {
    await ctx.sys.fs.rm(pathOf(key, profile, ctx), { force: true });
    return true;
  },
});
