/** `file.cached` and `file.not_cached`: sources in the cache of the minion. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { expandUser, pathExists, realPath } from '../../../../kernel/sys/file/probe.js';
import { parseAddress, REMOTE_SCHEMES, withoutLogin } from '../../../../kernel/sys/file/url.js';
import { answering, Refusal } from '../ground/answer.js';

export interface CacheWish {
  readonly source_hash: Value;
  readonly source_hash_name: Value;
  readonly skip_verify: boolean;
  readonly saltenv: Value;
  readonly use_etag: boolean;
  /** How the list of hashes is signed. */
  readonly signing: PlainMap;
}

/** The hash a source shall have; empty for any. */
interface Sum {
  readonly hsum?: string;
  readonly hash_type?: string;
}

/** A path of this machine, for addresses without a scheme or `file://`. */
async function localPath(ctx: Context, name: string): Promise<string | undefined> {
  const { scheme, path } = parseAddress(name);
  return scheme === '' || scheme === 'file' ? realPath(ctx.sys, await expandUser(ctx.sys, path)) : undefined;
}

const hashOf = async (ctx: Context, path: string, { hash_type }: Sum): Promise<Value> =>
  ctx.call('file.get_hash', [path, hash_type ?? ctx.opts['hash_type'] ?? 'sha256']);

export const cached = (ctx: Context, name: string, wish: CacheWish): Promise<PlainMap> => answering(name, async () => {
  const isRemote = REMOTE_SCHEMES.includes(parseAddress(name).scheme);
  if (isRemote && !wish.skip_verify && !wish.use_etag && !isTruthy(wish.source_hash)) {
    throw new Refusal(
      `Unable to verify upstream hash of source file ${withoutLogin(name)}, please set source_hash or set skip_verify or use_etag to True`);
  }
  const sum = isTruthy(wish.source_hash) ? await wantedSum(ctx, name, wish) : {};
  if (ctx.test) return foretell(ctx, name, wish, sum);
  const local = await localPath(ctx, name);
  return local === undefined ? cache(ctx, name, wish, sum) : checkLocal(ctx, local, { name, wish, sum });
});

async function wantedSum(ctx: Context, name: string, { source_hash, source_hash_name, saltenv, signing }: CacheWish): Promise<Sum> {
  try {
    const sum = await ctx.call('file.get_source_sum', [], { source: name, source_hash, source_hash_name, saltenv, ...signing });
    if (isPlainMap(sum) && isTruthy(sum)) return sum as Sum;
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw new Refusal(error.message);
  }
  throw new Refusal(
    `Failed to get source hash from ${str(source_hash)}. This may be a bug. If this error persists, please report it and set skip_verify to True to work around it.`);
}

async function foretell(ctx: Context, name: string, { saltenv }: CacheWish, { hsum }: Sum): Promise<PlainMap> {
  const copy = await ctx.call('cp.is_cached', [name], { saltenv });
  if (!isTruthy(copy)) return wouldChange(name, `File will be cached: ${name}`);
  if (hsum === undefined) return wouldChange(name, `No hash found. File will be cached: ${name}`);
  // Salt hashes by the option here, whatever the type of the given hash.
  const now = await hashOf(ctx, str(copy), {});
  return wouldChange(name, now === hsum ? `File already cached: ${name}` : `Hashes don't match.\nFile will be cached: ${name}`);
}

interface Asked {
  readonly name: string;
  readonly wish: CacheWish;
  readonly sum: Sum;
}

async function checkLocal(ctx: Context, path: string, { name, wish, sum }: Asked): Promise<PlainMap> {
  if (!await pathExists(ctx.sys, path)) throw new Refusal(`File ${path} is not present on the minion`);
  if (wish.skip_verify || sum.hsum === undefined) return done(name, `File ${path} is present on the minion`);
  const now = str(await hashOf(ctx, path, sum));
  if (now === sum.hsum) return done(name, `File ${path} is present on the minion and has hash ${now}`);
  throw new Refusal(`File ${path} is present on the minion, but the hash (${now}) does not match the specified hash (${sum.hsum})`);
}

async function cache(ctx: Context, name: string, { saltenv, skip_verify, use_etag }: CacheWish, sum: Sum): Promise<PlainMap> {
  const before = await ctx.call('cp.is_cached', [name], { saltenv });
  const old = isTruthy(before) ? await hashOf(ctx, str(before), sum) : null;
  const place = await fetch(ctx, name, { saltenv, source_hash: sum.hsum ?? null, use_etag });
  const fresh = await hashOf(ctx, place, sum);
  const changes: PlainMap = old === fresh ? {} : { hash: { old, new: fresh } };
  if (skip_verify || sum.hsum === undefined) return done(name, `File is cached to ${place}`, changes);
  if (fresh === sum.hsum) return done(name, `File is already cached to ${place} with hash ${str(fresh)}`, changes);
  return failed(name, `File is cached to ${place}, but the hash (${str(fresh)}) does not match the specified hash (${sum.hsum})`, changes);
}

async function fetch(ctx: Context, name: string, options: PlainMap): Promise<string> {
  let place: Value;
  try {
    place = await ctx.call('cp.cache_file', [name], options);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw new Refusal(withoutLogin(errorText(error)));
  }
  if (!isTruthy(place)) throw new Refusal(`Failed to cache ${withoutLogin(name)}, check minion log for more information`);
  return str(place);
}

export async function notCached(ctx: Context, name: string, saltenv: Value): Promise<PlainMap> {
  const local = await localPath(ctx, name);
  if (local !== undefined) return done(name, `File ${local} is a local path, no action taken`);
  const copy = await ctx.call('cp.is_cached', [name], { saltenv });
  if (!isTruthy(copy)) return done(name, `${name} is not cached`);
  const path = str(copy);
  // Differs: real Salt removes the file in a test run, too.
  if (ctx.test) return wouldChange(name, `${path} would be deleted`, { deleted: true });
  try {
    await ctx.sys.fs.unlink(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return failed(name, `Failed to delete ${path}: ${errorText(error)}`);
  }
  return done(name, `${path} was deleted`, { deleted: true });
}
