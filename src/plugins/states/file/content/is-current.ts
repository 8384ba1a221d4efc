/** Whether a file from the web has its content already: then nothing is fetched. */
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type Value } from '../../../../kernel/std/value.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { pathExists } from '../../../../kernel/sys/file/probe.js';
import { parseAddress } from '../../../../kernel/sys/file/url.js';
import { environment, type Target } from './target.js';

export async function isCurrent(wanted: Target): Promise<boolean> {
  const { ctx, path, args, contents } = wanted;
  if (contents !== null || isTruthy(args.template) || !isTruthy(wanted.source) || isTruthy(args.skip_verify)) return false;
  // Only hashes that are given are compared here; the server tells those of salt:// later.
  if (!isTruthy(wanted.sourceHash) && !Array.isArray(wanted.source)) return false;
  if (!await pathExists(ctx.sys, path)) return false;
  try {
    return await hasWantedHash(wanted);
  } catch (error) {
    if (!(error instanceof CommandExecutionError) && !isOsError(error)) throw error;
    ctx.log.error({ err: error }, 'the hash of an existing file cannot be compared');
    return false;
  }
}

/** What Python calls an `OSError`: from the system, or in its words from the module `file`. */
const isOsError = (error: unknown): boolean =>
  isSystemError(error) || (error instanceof PythonError && /^(OSError|File\w+Error|PermissionError|\w+DirectoryError)$/.test(error.className));

async function hasWantedHash(wanted: Target): Promise<boolean> {
  const { ctx, path, args } = wanted;
  const chosen = await ctx.call('file.source_list', [wanted.source, wanted.sourceHash, environment(wanted)]);
  const [source = null, hash = null] = Array.isArray(chosen) ? chosen as readonly Value[] : [];
  if (!isTruthy(source) || !isTruthy(hash)) return false;
  const address = str(source);
  if (['salt', 'file'].includes(parseAddress(address).scheme) || isAbsolute(address)) return false;
  const { source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend, verify_ssl } = args;
  const sum = await ctx.call('file.get_source_sum', [path, source, hash, args.source_hash_name, environment(wanted)], {
    verify_ssl, source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend,
  });
  if (!isPlainMap(sum) || sum['hsum'] === undefined) return false;
  return await ctx.call('file.get_hash', [path, sum['hash_type'] ?? 'sha256']) === sum['hsum'];
}
