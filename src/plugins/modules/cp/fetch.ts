/**
 * Brings files here: from the master's file server, from the web, from this machine.
 *
 * Source: read and observed, Salt 3008.3 `salt.fileclient.Client`; golden: cli/call-cp-*.
 */
import { basename, dirname, isAbsolute, join } from 'node:path';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError, osErrorClass, osErrorText } from '../../../kernel/std/os-error.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { foreignCachePath, masterPath, minionError, parseAddress, readSaltPath, withoutLogin } from './address.js';
import { hasDigest, hashOf } from './digest.js';
import { downloadContent, downloadFile } from './download.js';

const REMOTE_SCHEMES = new Set(['http', 'https', 'ftp', 'swift', 's3']);

export interface FetchOptions {
  readonly saltenv: string;
  readonly makedirs?: boolean;
  readonly gzip?: number;
  readonly sourceHash?: string | undefined;
  readonly verifySsl?: boolean;
  readonly useEtag?: boolean;
}

async function isDirectory(ctx: Context, path: string): Promise<boolean> {
  return (await ctx.sys.exists(path)) && (await ctx.sys.fs.stat(path)).isDirectory();
}

/** True when the folder of the target is there, or was made because that was asked for. */
async function hasFolder(ctx: Context, dest: string, makedirs: boolean): Promise<boolean> {
  const folder = dirname(dest);
  if (await isDirectory(ctx, folder)) return true;
  if (makedirs) await ctx.sys.fs.mkdir(folder, { recursive: true });
  return makedirs;
}

async function insideFolder(ctx: Context, dest: string, name: string): Promise<string> {
  return dest !== '' && (dest.endsWith('/') || (await isDirectory(ctx, dest))) ? join(dest, name) : dest;
}

/** A file of the master to `dest`, or to the cache when that is empty. Gives the path, or false. */
export async function fetchFromMaster(ctx: Context, address: string, dest: string, options: FetchOptions): Promise<string | false> {
  const { path, saltenv } = readSaltPath(address, options.saltenv);
  masterPath(address);
  const files = ctx.port('files');
  if (dest === '') return (await files.cacheFile(path, saltenv)) ?? false;
  const target = await insideFolder(ctx, dest, basename(path));
  if ((await files.hashFile(path, saltenv)) === undefined) return false;
  if (!(await hasFolder(ctx, target, options.makedirs ?? false))) return false;
  return (await files.fetchFile(path, saltenv, target, options.gzip === undefined ? {} : { gzip: options.gzip })) ?? false;
}

/** As `cp.get_file`: empty text when the master has no such file, false when the folder of `dest` is missing. */
export async function getFile(ctx: Context, address: string, dest: string, options: FetchOptions): Promise<Value> {
  if (!isTruthy(await hashOf(ctx, address, options.saltenv))) return '';
  return fetchFromMaster(ctx, address, dest, options);
}

async function readLocal(ctx: Context, path: string): Promise<Buffer> {
  try {
    return await ctx.sys.fs.readFile(path);
  } catch (error) {
    if (isOsError(error)) throw new PythonError(osErrorClass(error), osErrorText(error), error);
    throw error;
  }
}

function localPath(address: string): string {
  const { netloc, path } = parseAddress(address);
  const full = (path.startsWith('/') ? path : join(netloc, path)).replace(/\/+$/, '');
  if (!isAbsolute(full)) throw new CommandExecutionError(`Path '${full}' is not absolute`);
  return full;
}

/** Text of bytes. @throws PythonError UnicodeDecodeError, as Salt has it for what is no UTF-8 */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new PythonError('UnicodeDecodeError', "'utf-8' codec can't decode the content: invalid byte", error);
  }
}

/** The content itself, whatever kind of address; false when the master has no such file. */
export async function getContent(ctx: Context, address: string, options: FetchOptions): Promise<Value> {
  const { scheme } = parseAddress(address);
  if (scheme === '' || scheme === 'file') return textOf(await readLocal(ctx, localPath(address)));
  if (scheme === 'salt') {
    const cached = await fetchFromMaster(ctx, address, '', options);
    return cached === false ? false : textOf(await readLocal(ctx, cached));
  }
  refuseForeign(scheme, address);
  return textOf(await downloadContent(ctx, address, { verifySsl: options.verifySsl ?? true }));
}

/** As `cp.get_url` with a target: the path, false when the master has no such file, empty text without a folder. */
export async function getUrl(ctx: Context, address: string, dest: string, options: FetchOptions): Promise<string | false> {
  const { scheme, path, query } = parseAddress(address);
  if (scheme === '' || scheme === 'file') return localPath(address);
  const name = query !== '' || (path.length > 1 && !path.endsWith('/')) ? address.slice(address.lastIndexOf('/') + 1) : 'index.html';
  const target = await insideFolder(ctx, dest, name);
  if (scheme === 'salt') return fetchFromMaster(ctx, address, target, options);
  refuseForeign(scheme, address);
  if (target === '') return cacheForeign(ctx, address, options);
  if (!(await hasFolder(ctx, target, options.makedirs ?? false))) return '';
  return download(ctx, address, target, options);
}

/** Differs: Salt speaks ftp, s3 and swift with libraries of its own; here the refusal has the form of its failures. */
function refuseForeign(scheme: string, address: string): void {
  const shown = withoutLogin(address);
  if (scheme === 'ftp') throw minionError(`Could not retrieve ${shown} from FTP server. Exception: ftp is not supported`);
  if (scheme === 's3' || scheme === 'swift') throw minionError(`Could not fetch from ${shown}. Exception: ${scheme} is not supported`);
  if (scheme !== 'http' && scheme !== 'https') throw new PythonError('ValueError', `Unsupported url scheme: ${shown}`);
}

async function cacheForeign(ctx: Context, address: string, options: FetchOptions): Promise<string> {
  const target = foreignCachePath(ctx, address, options.saltenv);
  if (!isAbsolute(target)) throw minionError(`Invalid path: ${withoutLogin(address)}`);
  if (options.sourceHash !== undefined && (await hasDigest(ctx, target, options.sourceHash))) return target;
  await ctx.sys.fs.mkdir(dirname(target), { recursive: true });
  return download(ctx, address, target, options);
}

async function download(ctx: Context, address: string, target: string, options: FetchOptions): Promise<string> {
  const verifySsl = options.verifySsl ?? true;
  if (options.useEtag !== true) {
    await downloadFile(ctx, address, target, { verifySsl });
    return target;
  }
  const tagPath = `${target}.etag`;
  const known = (await ctx.sys.exists(target)) ? (await ctx.sys.readText(tagPath))?.trim() : undefined;
  const { etag, fresh } = await downloadFile(ctx, address, target, { verifySsl, ...(known === undefined ? {} : { etag: known }) });
  if (fresh && etag !== undefined) await ctx.sys.writeFile(tagPath, etag);
  return target;
}

/** A copy in the cache. What came from the web in this process is not fetched twice. */
export async function cacheFile(ctx: Context, address: string, options: FetchOptions): Promise<string | false> {
  const isForeign = REMOTE_SCHEMES.has(parseAddress(address).scheme);
  const key = `cp.cache_file_|-${address}_|-${options.saltenv}`;
  const known = isForeign ? ctx.memory.get(key) : undefined;
  if (typeof known === 'string' && (await ctx.sys.exists(known))) return known;
  const cached = await getUrl(ctx, address, '', { ...options, makedirs: true });
  if (cached === false && options.useEtag !== true) ctx.log.error({ path: withoutLogin(address), saltenv: options.saltenv }, 'file not cached');
  if (isForeign) ctx.memory.set(key, cached);
  return cached;
}

/** Text of any file there is an address for; false when there is none. */
export async function fileText(ctx: Context, address: string, saltenv: string): Promise<string | false> {
  const cached = await cacheFile(ctx, address, { saltenv });
  if (cached === false) return false;
  try {
    return textOf(await ctx.sys.fs.readFile(cached));
  } catch (error) {
    if (isOsError(error)) return false;
    throw error;
  }
}
