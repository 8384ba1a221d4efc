/** Where programs are. */
import { access, constants, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { isMissing } from './files.js';

/** Looked at after PATH, since daemons are often started with a short one (read: Salt does the same). */
const USUAL_FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin'];

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch (err) {
    if (isMissing(err) || (err instanceof Error && 'code' in err && err.code === 'EACCES')) return false;
    throw err;
  }
}

/** Absolute path of a program, or undefined. A name with a slash is not looked up in PATH but taken from `cwd`. */
export async function which(program: string, searchPath = '', cwd = process.cwd()): Promise<string | undefined> {
  if (program === '' || program.includes('\0')) return undefined;
  if (program.includes('/')) {
    const path = isAbsolute(program) ? program : resolve(cwd, program);
    return (await isProgram(path)) ? path : undefined;
  }
  const folders = searchPath.split(':').filter((folder) => folder !== '');
  for (const folder of new Set([...folders, ...USUAL_FOLDERS])) {
    const path = join(resolve(cwd, folder), program);
    if (await isProgram(path)) return path;
  }
  return undefined;
}
