/**
 * Files that processes have mapped and that are there no more, as after an upgrade of a library.
 * Source: read, Salt 3008.3. Files that are only open are not counted, neither by Salt, as a deleted one is no file to it.
 */
import { basename, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';

export interface DeletedFile {
  readonly process: string;
  readonly pid: number;
  readonly path: string;
}

const MAPPING = /^[\da-f]+-[\da-f]+ [r-][w-][x-][sp-] [\da-f]+ [\da-f]{2,}:[\da-f]{2,} \d+ *(\/.+)$/;
/** What comes and goes without meaning that a program is old. */
const VOLATILE = new RegExp(`^(?:${[
  '/var/log/', '/var/local/log/', '/var/run/', '/var/local/run/', '/tmp/', '/dev/shm/', '/run/', '/drm', '/var/tmp/', '/var/local/tmp/', '/dev/zero', '/dev/pts/', '/usr/lib/locale/',
  '/home/', '.*icon-theme\\.cache', '/var/cache/fontconfig/', '/var/lib/nagios3/spool/', '/var/lib/postgresql/', '/var/lib/vdr/', '/\\[aio\\]', '/memfd:', '/SYSV',
].join('|')})`);
const END = ' (deleted)';
/** The kernel keeps so much of a process's name. */
const NAME_CHARS = 15;

/** Undefined when the process ended meanwhile, or belongs to somebody else. */
async function procText(pid: number, file: string, ctx: Context): Promise<string | undefined> {
  try {
    return await ctx.sys.fs.readFile(join('/proc', String(pid), file), 'utf8');
  } catch (error) {
    if (isOsError(error)) return undefined;
    throw error;
  }
}

async function nameOf(pid: number, ctx: Context): Promise<string> {
  const name = (await procText(pid, 'comm', ctx) ?? '').replace(/\n$/, '');
  if (name.length < NAME_CHARS) return name;
  const whole = basename((await procText(pid, 'cmdline', ctx) ?? '').split('\0')[0] ?? '');
  return whole.startsWith(name) ? whole : name;
}

export function deletedPaths(maps: string): string[] {
  const paths = maps.split('\n').flatMap((line) => {
    const path = MAPPING.exec(line)?.[1] ?? '';
    return path.endsWith(END) && !VOLATILE.test(path) ? [path.slice(0, -END.length)] : [];
  });
  return [...new Set(paths)];
}

/** By process, in the order of their ids. `check` is asked before each and throws when there is no more time. */
export async function deletedFiles(ctx: Context, check: () => void): Promise<DeletedFile[]> {
  const pids = (await ctx.sys.fs.readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number).sort((a, b) => a - b);
  const found: DeletedFile[] = [];
  for (const pid of pids) {
    check();
    const paths = deletedPaths(await procText(pid, 'maps', ctx) ?? '');
    if (paths.length === 0) continue;
    const process = await nameOf(pid, ctx);
    found.push(...paths.map((path) => ({ process, pid, path })));
  }
  return found;
}
