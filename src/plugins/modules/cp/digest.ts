/** Hashes and modes of files, here and on the master. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { isInteger, type Value } from '../../../kernel/std/value.js';
import { readSaltPath } from './address.js';

/** Kinds of digest by their length in hexadecimal. */
const KIND_BY_LENGTH: Readonly<Record<number, string>> = { 128: 'sha512', 96: 'sha384', 64: 'sha256', 56: 'sha224', 40: 'sha1', 32: 'md5' };

export async function digestOf(ctx: Context, path: string, kind: string): Promise<string> {
  const hash = createHash(kind);
  const file = await ctx.sys.fs.open(path);
  await pipeline(file.createReadStream(), hash, { signal: ctx.signal });
  return hash.digest('hex');
}

/** True when the file has the digest `kind=hex` or `hex`; false too when it is not there. */
export async function hasDigest(ctx: Context, path: string, wanted: string): Promise<boolean> {
  const hex = wanted.slice(wanted.lastIndexOf('=') + 1);
  const kind = KIND_BY_LENGTH[hex.length];
  return kind !== undefined && (await ctx.sys.exists(path)) && (await digestOf(ctx, path, kind)) === hex;
}

async function statFile(ctx: Context, path: string): Promise<{ mode: number } | undefined> {
  try {
    const stat = await ctx.sys.fs.stat(path);
    return stat.isFile() ? stat : undefined;
  } catch (error) {
    if (isOsError(error, 'ENOENT') || isOsError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * `{hash_type, hsum}` of a file of the master, empty text when it has none; `{hsum, hash_type}` of a local file, and the
 * pair of an empty mapping and None when that is missing. Forms: observed, Salt 3008.3.
 */
export async function hashOf(ctx: Context, address: string, saltenv: string): Promise<Value> {
  const target = readSaltPath(address, saltenv);
  if (target.isRemote) return (await ctx.port('files').hashFile(target.path, target.saltenv)) ?? '';
  if ((await statFile(ctx, address)) === undefined) {
    ctx.log.warn({ path: address }, 'no such file to hash');
    return [{}, null];
  }
  const kind = String(ctx.opts['hash_type'] ?? 'sha256');
  return { hsum: await digestOf(ctx, address, kind), hash_type: kind };
}

/** Mode of a file as octal text (`0644`) or number, or null when there is no file. */
export async function modeOf(ctx: Context, address: string, saltenv: string, octal: boolean): Promise<string | number | null> {
  const target = readSaltPath(address, saltenv);
  const mode = target.isRemote ? firstNumber((await ctx.port('files').hashAndStat(target.path, target.saltenv))[1]) : (await statFile(ctx, address))?.mode;
  if (mode === undefined) return null;
  return octal ? `0o${mode.toString(8)}`.slice(-4) : mode;
}

function firstNumber(stat: Value): number | undefined {
  const mode: unknown = Array.isArray(stat) ? stat[0] : undefined;
  return isInteger(mode) ? Number(mode) : undefined;
}
