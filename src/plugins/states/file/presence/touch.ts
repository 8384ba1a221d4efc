/** `file.touch`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { dirname } from '../../../../kernel/sys/file/paths.js';
import { isDirectory, pathExists } from '../../../../kernel/sys/file/probe.js';
import { onPath, Refusal } from '../ground/answer.js';
import { demandAbsolute } from '../ground/checks.js';

export interface TouchWish {
  readonly atime?: Value;
  readonly mtime?: Value;
  readonly makedirs?: boolean;
}

const differs = (wanted: Value, now: Value | undefined): boolean => wanted !== null && str(wanted) !== str(now ?? null);

async function foretell(ctx: Context, path: string, { atime = null, mtime = null }: TouchWish): Promise<PlainMap> {
  if (!await pathExists(ctx.sys, path)) return wouldChange(path, `File ${path} is set to be created`, { new: path });
  const facts = await ctx.call('file.stats', [path], { follow_symlinks: false });
  const now = isPlainMap(facts) ? facts : {};
  if (differs(atime, now['atime']) || differs(mtime, now['mtime'])) {
    return wouldChange(path, `Times set to be updated on file ${path}`, { touched: path });
  }
  // Salt tells of a new file here, too.
  return done(path, `File ${path} exists and has the correct times`, { new: path });
}

/** Makes an empty file or sets the times of what is there. @throws Refusal */
export async function touch(ctx: Context, path: string, wish: TouchWish): Promise<PlainMap> {
  demandAbsolute(path);
  if (ctx.test) return foretell(ctx, path, wish);
  if (wish.makedirs === true) await ctx.call('file.makedirs', [path]);
  if (!await isDirectory(ctx.sys, dirname(path))) throw new Refusal(`Directory not present to touch file ${path}`);
  const there = await pathExists(ctx.sys, path);
  const result = isTruthy(await ctx.call('file.touch', [path, wish.atime ?? null, wish.mtime ?? null]));
  if (!result) return { name: path, changes: {}, result };
  if (!there) return done(path, `Created empty file ${path}`, { new: path });
  return done(path, `Updated times on ${await isDirectory(ctx.sys, path) ? 'directory' : 'file'} ${path}`, { touched: path });
}

export const TOUCHING: Readonly<Record<string, Fn>> = {
  touch: fn({
    doc: 'Make an empty file, or set the times of a file or folder; the times are set each time.',
    params: { name: p.string(), atime: p.any(null, 'Seconds since 1970'), mtime: p.any(null, 'Seconds since 1970'), makedirs: p.any(false) },
    run: ({ name, atime, mtime, makedirs }, ctx) =>
      onPath(ctx, name, 'touch', (path) => touch(ctx, path, { atime, mtime, makedirs: isTruthy(makedirs) })),
  }),
};
