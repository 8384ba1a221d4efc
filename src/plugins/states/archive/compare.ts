/** What of an archive is not where it belongs. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { osErrorText, isOsError } from '../../../kernel/std/os-error.js';
import { lstatOf } from '../../../kernel/sys/file/probe.js';
import { Refusal, type Contents, type Report, type Wish } from './wish.js';

export interface Comparison {
  missing: boolean;
  /** Paths that are something else than in the archive. */
  readonly wrong: string[];
}

type Kind = 'dirs' | 'files' | 'links';

/** `folder` ends with a slash. */
export async function compare(contents: Contents, folder: string, ctx: Context): Promise<Comparison> {
  const found: Comparison = { missing: false, wrong: [] };
  for (const kind of ['dirs', 'files', 'links'] as const) {
    for (const path of contents[kind]) {
      const fits = await hasKind(posix.join(folder, path).replace(/\/+$/, ''), kind, ctx);
      if (fits === undefined) found.missing = true;
      else if (!fits) found.wrong.push(path);
    }
  }
  return found;
}

async function hasKind(path: string, kind: Kind, ctx: Context): Promise<boolean | undefined> {
  try {
    const stat = await lstatOf(ctx.sys, path);
    if (stat === undefined) return undefined;
    if (kind === 'dirs') return stat.isDirectory();
    return kind === 'links' ? stat.isSymbolicLink() : !stat.isSymbolicLink() && !stat.isDirectory();
  } catch (error) {
    if (!isOsError(error)) throw error;
    if (error.code === 'ENOTDIR') return true;
    throw new Refusal(osErrorText(error));
  }
}

/** Takes away what is of another kind, if that is allowed. @throws Refusal */
export async function clearWrong(wish: Wish, folder: string, wrong: readonly string[], report: Report, ctx: Context): Promise<void> {
  const listed = `\n\n${wrong.map((path) => `- ${path}`).join('\n')}`;
  const said = `The below paths (relative to ${folder}) exist, but are the incorrect type (file instead of directory, symlink instead of file, etc.).`;
  if (ctx.test && wish.clean) {
    throw new Refusal(`${said} Since the 'clean' option is enabled, the destination paths would be cleared and the archive would be extracted.${listed}`, null);
  }
  if (ctx.test && wish.cleanParent) {
    throw new Refusal(`${said} Since the 'clean_parent' option is enabled, the destination parent directory would be removed first and then re-created and the archive would be extracted`, null);
  }
  if (wish.clean) return;
  if (!wish.force) throw new Refusal(`${said} To proceed with extraction, set 'force' to True. Note that this will remove these paths before extracting.${listed}`);
  // Differs: a test run removes nothing.
  await removeAll(wrong.map((path) => posix.join(folder, path)), report, ctx);
}

/** @throws an error of the system */
export async function removeAll(paths: readonly string[], { changes }: Report, ctx: Context): Promise<void> {
  const removed: string[] = Array.isArray(changes['removed']) ? changes['removed'] as string[] : [];
  for (const path of paths) {
    if (await lstatOf(ctx.sys, path.replace(/\/+$/, '')) === undefined) continue;
    if (!ctx.test) await ctx.sys.fs.rm(path.replace(/\/+$/, ''), { recursive: true, force: true });
    removed.push(path);
  }
  if (removed.length > 0) changes['removed'] = removed;
}
