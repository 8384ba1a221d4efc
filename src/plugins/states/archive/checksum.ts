/** Hashes of archives that were unpacked, so that a new one is seen. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';

const hashTypeOf = (ctx: Context): string => str(ctx.opts['hash_type'] ?? 'sha256');
const cacheOf = (ctx: Context): string => str(ctx.opts['cachedir'] ?? '/var/cache/salt/minion');

function placeOf(path: string, ctx: Context): string {
  const relative = posix.relative(cacheOf(ctx), path);
  const inside = relative.startsWith('../') ? posix.join('local', path.replace(/^\/+/, '')) : `${relative}.hash`;
  return posix.join(cacheOf(ctx), 'archive_hash', inside);
}

export async function knownSum(path: string, ctx: Context, form = hashTypeOf(ctx)): Promise<PlainMap | undefined> {
  const text = await ctx.sys.readText(placeOf(path, ctx)) ?? '';
  const line = text.split('\n').find((one) => one.startsWith(`${form}:`));
  return line === undefined ? undefined : { hash_type: form, hsum: line.slice(form.length + 1) };
}

export async function noteSum(path: string, ctx: Context): Promise<void> {
  const form = hashTypeOf(ctx);
  const sum = str(await ctx.call('file.get_hash', [path], { form }));
  const place = placeOf(path, ctx);
  const others = (await ctx.sys.readText(place) ?? '').split('\n').filter((line) => line.includes(':') && !line.startsWith(`${form}:`));
  await ctx.sys.fs.mkdir(posix.dirname(place), { recursive: true });
  await ctx.sys.writeFile(place, [...others, `${form}:${sum}`, ''].join('\n'));
}

/** True when the archive is the one a hash was noted of. */
export async function isNoted(path: string, sum: PlainMap, ctx: Context): Promise<boolean> {
  const known = await knownSum(path, ctx, isPlainMap(sum) ? str(sum['hash_type'] ?? hashTypeOf(ctx)) : hashTypeOf(ctx));
  return known !== undefined && known['hsum'] === sum['hsum'] && known['hash_type'] === sum['hash_type'];
}
