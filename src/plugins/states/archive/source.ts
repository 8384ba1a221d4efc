/** Finds the archive and has it on this machine. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { redacted } from '../../../kernel/std/http-login.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { expandUser, isRegularFile, realPath } from '../../../kernel/sys/file/probe.js';
import { parseAddress, placeOf } from '../../../kernel/sys/file/url.js';
import { tried } from '../outcome/failure.js';
import { knownSum } from './checksum.js';
import { Refusal, type Archive, type Format, type Wish } from './wish.js';

const FORMATS = ['tar', 'rar', 'zip'];
const TAR_ENDINGS = /\.(?:tar|tar\.gz|tgz|tar\.bz2|tbz2|tbz|tar\.xz|txz|tar\.lzma|tlz)$/i;

function guessFormat(name: string): string | undefined {
  if (TAR_ENDINGS.test(name)) return 'tar';
  return /\.(zip|rar)$/i.exec(name)?.[1]?.toLowerCase();
}

function formatOf(asked: Value, name: string): Format {
  const format = isTruthy(asked) ? str(asked).toLowerCase() : guessFormat(name);
  if (format === undefined) {
    throw new Refusal(`Could not guess archive_format from the value of the 'source' argument. Please set this archive_format to one of the following: ${FORMATS.join(', ')}`);
  }
  if (FORMATS.includes(format)) return format as Format;
  throw new Refusal(`Invalid archive_format '${format}'. Either set it to a supported value (${FORMATS.join(', ')}) or remove this argument and the archive format will be guessed based on file extension.`);
}

/** The archive as it is named; it need not be here yet. @throws Refusal */
export async function findArchive(wish: Wish, ctx: Context): Promise<Archive> {
  const chosen = await tried(ctx.call('file.source_list', [wish.source, wish.sourceHash, wish.saltenv]));
  if ('failure' in chosen) throw new Refusal(chosen.failure.message);
  const [match] = chosen.value as readonly Value[];
  if (!isTruthy(match)) throw new Refusal(`Invalid source "${str(wish.source)}"`);
  const address = str(match ?? null);
  const parsed = parseAddress(address);
  const place = placeOf(parsed);
  const isLocal = parsed.scheme === '' || parsed.scheme === 'file';
  const path = isLocal ? await realPath(ctx.sys, await expandUser(ctx.sys, place)) : '';
  if (isLocal && !await isRegularFile(ctx.sys, path)) throw new Refusal(`Source file '${redacted(path)}' does not exist`);
  const shownAddress = isLocal ? path : address;
  return { address: shownAddress, shown: redacted(shownAddress), isLocal, path, format: formatOf(wish.format, place === '' ? parsed.host : place), sum: {} };
}

/** The hash that the archive shall have. @throws Refusal */
export async function sourceSum(wish: Wish, archive: Archive, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(wish.sourceHash)) return {};
  const found = await tried(ctx.call('file.get_source_sum', [], {
    source: archive.address, source_hash: wish.sourceHash, source_hash_name: wish.sourceHashName, saltenv: wish.saltenv, ...wish.signing,
  }));
  if ('failure' in found) throw new Refusal(found.failure.message);
  return isPlainMap(found.value) ? found.value : {};
}

/** Nothing to do when the archive of this hash was unpacked before and nobody wants to look at the files. @throws Refusal */
export async function refuseUnpacked(wish: Wish, archive: Archive, ctx: Context): Promise<void> {
  if (!wish.skipListVerify) return;
  const here = archive.isLocal ? archive.path : await ctx.call('cp.is_cached', [archive.address], { saltenv: wish.saltenv });
  const known = isTruthy(here) ? await knownSum(str(here), ctx) : undefined;
  if (known === undefined || !isTruthy(archive.sum) || known['hsum'] !== archive.sum['hsum']) return;
  throw new Refusal(
    `Archive ${archive.shown} existing source sum is the same as the expected one and skip_files_list_verify argument was set to True. Extraction is not needed`,
    ctx.test ? null : true,
  );
}

/** The path of the archive on this machine; the return of `file.cached` when it cannot be had. @throws Refusal */
export async function haveArchive(wish: Wish, archive: Archive, ctx: Context): Promise<string | PlainMap> {
  if (archive.isLocal) return archive.path;
  if (ctx.test) throw new Refusal(`Archive ${archive.shown} would be cached (if necessary) and checked to discover if extraction is needed`, null);
  if (ctx.state === undefined) throw new Refusal(`Unable to cache ${archive.shown}, file.cached state not available`);
  const cached = await ctx.state.call('file.cached', {
    name: archive.address, source_hash: wish.sourceHash ?? '', source_hash_name: wish.sourceHashName, skip_verify: wish.skipVerify, saltenv: wish.saltenv,
    use_etag: wish.useEtag, ...wish.signing,
  });
  return isTruthy(cached['result']) ? str(await ctx.call('cp.is_cached', [archive.address], { saltenv: wish.saltenv })) : cached;
}

/** @throws Refusal for a file that nobody trusted has signed */
export async function checkSignature(wish: Wish, path: string, ctx: Context): Promise<void> {
  if (!isTruthy(wish.signature)) return;
  const backend = str(wish.signing['sig_backend'] ?? 'gpg');
  const { signed_by_any, signed_by_all, keyring, gnupghome } = wish.signing;
  const given = isList(wish.signature) ? wish.signature.map(str) : [str(wish.signature)];
  const cached = await Promise.all(given.map(async (one) => ctx.call('cp.cache_file', [one, wish.saltenv])));
  try {
    const missing = given.find((_one, at) => !isTruthy(cached[at]));
    if (missing !== undefined && backend === 'gpg') throw new CommandExecutionError(`Detached signature file ${missing} not found`);
    const files = given.map((one, at) => (isTruthy(cached[at]) ? cached[at] as Value : one));
    const answer = await ctx.call(`${backend}.verify`, [], {
      filename: path, signature: isList(wish.signature) ? files : files[0] ?? null, keyring: keyring ?? null, gnupghome: gnupghome ?? null,
      signed_by_any: signed_by_any ?? null, signed_by_all: signed_by_all ?? null,
    }) as PlainMap;
    if (answer['res'] === true) return;
    throw new CommandExecutionError(`The file's signature could not be verified: ${str(answer['message'] ?? null)}`);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw new Refusal(`Failed verifying the source file's signature: ${error.message}`);
  }
}
