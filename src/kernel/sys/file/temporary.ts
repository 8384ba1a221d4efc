/** Temporary files that nobody else can prepare or read: new names only, mode 0600. */
import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Context } from '../../contract/context.js';
import type { Sys } from '../../contract/sys.js';
import { str } from '../../std/python-text.js';
import { isList, isMap, mapValues } from '../../std/value.js';
import { failedWith, systemError } from './os-error.js';
import { joinPath } from './paths.js';

/** Salt's own prefix; files that begin so below the temporary folder are removed after use. */
const TEMPORARY_PREFIX = '__salt.tmp.';
const TRIES_MAX = 100;
const PRIVATE_MODE = 0o600;

/** Python's `tempfile.gettempdir()`. */
export function temporaryFolder(sys: Sys): string {
  return sys.env['TMPDIR'] ?? sys.env['TEMP'] ?? sys.env['TMP'] ?? '/tmp';
}

interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
}

/** Creates and opens a file that was not there: exclusive, so a prepared link or file is never followed. */
export async function createTemporary(sys: Sys, folder = temporaryFolder(sys), prefix = TEMPORARY_PREFIX, ending = ''): Promise<TemporaryFile> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const path = joinPath(folder, prefix + randomBytes(6).toString('hex') + ending);
    try {
      return { path, handle: await sys.fs.open(path, 'wx', PRIVATE_MODE) };
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
  }
  throw systemError('EEXIST', joinPath(folder, `${prefix}*`));
}

/** A new temporary file with this content; gives its path. */
export async function writeTemporary(sys: Sys, data: string | Uint8Array): Promise<string> {
  const { path, handle } = await createTemporary(sys);
  try {
    await handle.writeFile(data);
  } catch (error) {
    await sys.fs.rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return path;
}

/** Removes a temporary file of ours; any other path, and what lies in a file root, is left alone. */
export async function removeTemporary({ sys, opts }: Context, path: string): Promise<void> {
  if (!path.startsWith(joinPath(temporaryFolder(sys), TEMPORARY_PREFIX))) return;
  const roots = isMap(opts['file_roots']) ? mapValues(opts['file_roots']).flatMap((list) => (isList(list) ? list : [])) : [];
  if (roots.some((root) => path.startsWith(str(root)))) return;
  await sys.fs.rm(path, { force: true });
}
