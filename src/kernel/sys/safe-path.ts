/**
 * The one place that turns a name from outside (minion id, job id, environment, file path) into a path below a folder.
 * Refuses to know: what the name is for. Start at `safeJoin`; use `safeJoinReal` where links may lead out of the folder.
 */
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { TsaltError } from '../contract/errors.js';

/** Linux's PATH_MAX and NAME_MAX. */
const PATH_BYTES_MAX = 4096;
const NAME_BYTES_MAX = 255;

/** A name from outside would lead out of its folder or is no file name at all. */
export class UnsafePathError extends TsaltError {
  readonly code = 'sys.unsafe_path';

  constructor(name: string, why: string) {
    super(`Refused the path ${JSON.stringify(name.slice(0, 200))}: ${why}`, { context: { why } });
  }
}

/** What is wrong with a relative name, or undefined when it stays below any root it is joined to. */
export function unsafeReason(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.includes('\0')) return 'it contains NUL';
  if (isAbsolute(name)) return 'it is absolute';
  if (Buffer.byteLength(name) > PATH_BYTES_MAX) return 'it is too long';
  const parts = name.split(sep);
  if (parts.includes('..')) return "it contains '..'";
  if (parts.some((part) => Buffer.byteLength(part) > NAME_BYTES_MAX)) return 'a part of it is too long';
  return parts.every((part) => part === '' || part === '.') ? 'it names the folder itself' : undefined;
}

/** True when the name is one part of a path: no separator and nothing that `unsafeReason` refuses. */
export function isSafeName(name: string): boolean {
  return !name.includes(sep) && unsafeReason(name) === undefined;
}

/** The path of an untrusted relative name below `root`; links are not looked at. @throws UnsafePathError */
export function safeJoin(root: string, name: string): string {
  const why = unsafeReason(name);
  if (why !== undefined) throw new UnsafePathError(name, why);
  return join(root, name);
}

/**
 * As `safeJoin`, and what exists of the path must also lie below `root` after following links. Parts that do not exist
 * yet are fine. The path given back is the resolved one.
 * @throws UnsafePathError when a link leads outside.
 */
export async function safeJoinReal(root: string, name: string): Promise<string> {
  const path = safeJoin(root, name);
  const realRoot = await resolveExisting(root);
  const real = await resolveExisting(path);
  if (!isBelow(realRoot, real)) throw new UnsafePathError(name, 'a link leads out of the folder');
  return real;
}

/** True when `path` lies below `root` (both absolute and normal) and is not the root itself. */
export function isBelow(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep) && path.length > root.length;
}

/** Follows links as far as the path exists; the rest is appended. A link to nowhere counts as leading outside. */
async function resolveExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (err) {
    if (!isMissing(err) || dirname(path) === path) throw err;
    if (await isLink(path)) throw new UnsafePathError(basename(path), 'a link leads to nothing');
    return join(await resolveExisting(dirname(path)), basename(path));
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then((stat) => stat.isSymbolicLink(), (err: unknown) => {
    if (isMissing(err)) return false;
    throw err;
  });
}

function isMissing(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'ENOENT';
}
