/** Figures of the file system a path lies on, as `statvfs(3)` gives them. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../../kernel/contract/errors.js';
import type { Sys } from '../../../../kernel/contract/sys.js';
import type { PlainMap } from '../../../../kernel/std/value.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { expandUser, realPath } from '../../../../kernel/sys/file/probe.js';

/** Bits of `f_flag` by the mount options that set them. Source: statvfs(3). */
const FLAGS: Readonly<Record<string, number>> = {
  ro: 1, nosuid: 2, nodev: 4, noexec: 8, sync: 16, mand: 64, noatime: 1024, nodiratime: 2048, relatime: 4096,
};
const NAME_MAX = 255;

/** `file.statvfs`. Node has no name for four of the figures: they come from `stat -f` and the mount table. */
export async function volumeFigures(ctx: Context, given: string): Promise<PlainMap> {
  const path = await expandUser(ctx.sys, given);
  if (!isAbsolute(path)) throw new InvocationError('File path must be absolute.');
  let figures;
  try {
    figures = await ctx.sys.fs.statfs(path);
  } catch (error) {
    if (isSystemError(error)) throw new CommandExecutionError(`Could not statvfs '${path}'`, { cause: error });
    throw error;
  }
  const { nameMax, fragment } = await namesAndFragments(ctx, path, figures.bsize);
  return {
    f_bavail: figures.bavail, f_bfree: figures.bfree, f_blocks: figures.blocks, f_bsize: figures.bsize,
    // glibc gives the free files for the available ones: Linux does not tell them apart.
    f_favail: figures.ffree, f_ffree: figures.ffree, f_files: figures.files,
    f_flag: await mountFlags(ctx.sys, await realPath(ctx.sys, path)), f_frsize: fragment, f_namemax: nameMax,
  };
}

async function namesAndFragments(ctx: Context, path: string, blockBytes: number): Promise<{ nameMax: number; fragment: number }> {
  const done = await ctx.sys.run(['stat', '-f', '-c', '%l %S', '--', path], { signal: ctx.signal });
  const [, nameMax, fragment] = /^(\d+) (\d+)/.exec(Buffer.from(done.stdout).toString()) ?? [];
  return { nameMax: Number(nameMax ?? NAME_MAX), fragment: Number(fragment ?? blockBytes) };
}

async function mountFlags(sys: Sys, path: string): Promise<number> {
  const table = (await sys.readText('/proc/self/mountinfo')) ?? '';
  let best = { length: -1, options: '' };
  for (const line of table.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const fields = left.split(' ');
    const point = (fields[4] ?? '').replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    if (holds && point.length >= best.length) best = { length: point.length, options: `${fields[5] ?? ''},${right.split(' ')[2] ?? ''}` };
  }
  const words = new Set(best.options.split(','));
  return [...words].reduce((flags, word) => flags | (FLAGS[word] ?? 0), 0);
}
