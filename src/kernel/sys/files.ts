/** Whole files: reading text that may be missing, writing by rename. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** True for the errors that say that a path is not there. */
export function isMissing(err: unknown): boolean {
  return err instanceof Error && 'code' in err && (err.code === 'ENOENT' || err.code === 'ENOTDIR');
}

export async function readText(path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (err) {
    if (isMissing(err)) return undefined;
    throw err;
  }
}

/** True when the path leads to something; a link to nothing does not. */
export async function exists(path: string): Promise<boolean> {
  try {
    await fs.stat(path);
    return true;
  } catch (err) {
    if (isMissing(err)) return false;
    throw err;
  }
}

/**
 * Writes a whole file by rename. A link is followed, so that it stays a link. An existing file keeps its mode unless one
 * is given, and its owner when we run as root (nobody else may give files away). A new file without `mode` gets what
 * the umask leaves of 0666.
 */
export async function writeFile(path: string, data: string | Uint8Array, options: { mode?: number } = {}): Promise<void> {
  const target = await followLinks(path);
  const before = await statOrNothing(target);
  const mode = options.mode ?? (before === undefined ? undefined : before.mode & 0o7777);
  const temporary = join(dirname(target), `.${basename(target).slice(0, 200)}.${randomBytes(6).toString('hex')}`);
  // Until its mode is set the file is closed to others, whatever it will hold.
  const handle = await fs.open(temporary, 'wx', mode === undefined ? 0o666 : 0o600);
  try {
    try {
      await handle.writeFile(data);
      if (before !== undefined && process.getuid?.() === 0) await handle.chown(before.uid, before.gid);
      if (mode !== undefined) await handle.chmod(mode);
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, target);
  } catch (err) {
    await fs.rm(temporary, { force: true });
    throw err;
  }
}

async function followLinks(path: string): Promise<string> {
  try {
    return await fs.realpath(path);
  } catch (err) {
    if (isMissing(err)) return path;
    throw err;
  }
}

async function statOrNothing(path: string) {
  try {
    return await fs.stat(path);
  } catch (err) {
    if (isMissing(err)) return undefined;
    throw err;
  }
}
