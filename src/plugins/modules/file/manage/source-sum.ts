/** `file.get_source_sum`: the hash a source shall have, from what the user wrote; and signatures. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, typeName, type Value } from '../../../../kernel/std/value.js';
import { isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { parseAddress, VALID_SCHEMES, withoutLogin } from '../../../../kernel/sys/file/url.js';
import { HASH_BY_DIGITS, HASH_DIGITS, hashTypeList } from '../look/hash.js';
import { extractHash, type FoundHash } from './extract-hash.js';

/** How signatures are checked. */
export interface SignatureWish {
  readonly signedByAny: Value;
  readonly signedByAll: Value;
  readonly keyring: Value;
  readonly gnupghome: Value;
  readonly backend: string;
}

export interface SourceSumWish {
  readonly fileName: string;
  readonly source: string;
  readonly sourceHash: Value;
  readonly sourceHashName: string | null;
  readonly saltenv: string;
  readonly verifySsl: Value;
  readonly sourceHashSig: Value;
  readonly signature: SignatureWish;
}

function invalidFormat(sourceHash: Value): never {
  throw new CommandExecutionError(
    `Source hash ${withoutLogin(str(sourceHash))} format is invalid. The supported formats are: 1) a hash, 2) an expression in `
    + 'the format <hash_type>=<hash>, or 3) either a path to a local file containing hashes, or a URI of a remote hash file. '
    + `Supported protocols for remote hash files are: ${VALID_SCHEMES.join(', ')}. The hash may also not be of a valid length, the `
    + `following are supported hash types and lengths: ${hashTypeList()}.`,
  );
}

/** @throws CommandExecutionError with Salt's sentence about what is wrong */
export async function sourceSum(ctx: Context, wish: SourceSumWish): Promise<FoundHash> {
  const given = wish.sourceHash;
  if (typeof given !== 'string') {
    throw new PythonError('TypeError', `expected str, bytes or os.PathLike object, not ${typeName(given)}`);
  }
  const list = await hashList(ctx, given, wish);
  if (list === undefined) return readHash(given);
  const found = await extractHash(ctx, list, '', wish.fileName, wish.source, wish.sourceHashName);
  if (found === null) invalidFormat(given);
  return { ...found, hsum: found.hsum.toLowerCase() };
}

/** Local path of the list of hashes, when the text names one. */
async function hashList(ctx: Context, given: string, wish: SourceSumWish): Promise<string | undefined> {
  if (isAbsolute(given)) return given;
  const { scheme } = parseAddress(given);
  if (scheme === '') return undefined;
  if (!VALID_SCHEMES.includes(scheme)) invalidFormat(given);
  const cached = await ctx.call('cp.cache_file', [given, wish.saltenv], { verify_ssl: wish.verifySsl });
  if (!isTruthy(cached)) throw new CommandExecutionError(`Source hash file ${withoutLogin(given)} not found`);
  if (isTruthy(wish.sourceHashSig)) {
    const signature = wish.sourceHashSig === true ? null : wish.sourceHashSig;
    await checkSignature(ctx, str(cached), signature, wish.signature, { saltenv: wish.saltenv, verifySsl: wish.verifySsl });
  }
  return str(cached);
}

/** Reads `type=hash` or a bare hash. */
function readHash(given: string): FoundHash {
  const at = given.indexOf('=');
  const hsum = at < 0 ? given : given.slice(at + 1).trim();
  const type = at < 0 ? bareType(given) : given.slice(0, at).trim();
  const digits = HASH_DIGITS.get(type);
  if (digits === undefined) {
    throw new CommandExecutionError(
      `Invalid hash type '${type}'. Supported hash types are: ${[...HASH_DIGITS.keys()].join(', ')}. Either remove the hash type and `
      + `simply use '${hsum}' as the source_hash, or change the hash type to a supported type.`,
    );
  }
  const fitting = HASH_BY_DIGITS.get(hsum.length);
  if (fitting === undefined) invalidFormat(given);
  if (hsum.length !== digits) {
    throw new CommandExecutionError(
      `Invalid length (${hsum.length}) for hash type '${type}'. Either remove the hash type and simply use '${hsum}' as the `
      + `source_hash, or change the hash type to '${fitting}'`,
    );
  }
  return { hash_type: type, hsum: hsum.toLowerCase() };
}

function bareType(given: string): string {
  if (!/^[0-9a-fA-F]+$/.test(given)) invalidFormat(given);
  return HASH_BY_DIGITS.get(given.length) ?? invalidFormat(given);
}

/** Checks a file against its signature; what cannot be trusted is removed. @throws CommandExecutionError */
export async function checkSignature(
  ctx: Context, file: string, signature: Value, wish: SignatureWish, from: { saltenv: string; verifySsl: Value },
): Promise<void> {
  const verify = `${wish.backend}.verify`;
  if (!(await ctx.has(verify))) {
    throw new CommandExecutionError(
      `Signature verification requires the ${wish.backend} module, which could not be found. Make sure you have the necessary tools and `
      + 'libraries intalled',
    );
  }
  const cached: string[] = [];
  const places: Value[] = [];
  for (const one of signature === null ? [] : isList(signature) ? signature : [signature]) {
    const place = await ctx.call('cp.cache_file', [one, from.saltenv], { verify_ssl: from.verifySsl });
    if (isTruthy(place)) cached.push(str(place));
    else if (wish.backend === 'gpg') throw new CommandExecutionError(`Detached signature file ${str(one)} not found`);
    places.push(isTruthy(place) ? place : one);
  }
  const answer = await ctx.call(verify, [], {
    filename: file, signature: signature === null ? null : isList(signature) ? places : places[0] ?? null,
    keyring: wish.keyring, gnupghome: wish.gnupghome, signed_by_any: wish.signedByAny, signed_by_all: wish.signedByAll,
  });
  if (isPlainMap(answer) && answer['res'] === true) return;
  for (const path of [...cached, file]) await ctx.sys.fs.rm(path, { force: true });
  throw new CommandExecutionError(`The file's signature could not be verified: ${isPlainMap(answer) ? str(answer['message'] ?? null) : ''}`);
}

