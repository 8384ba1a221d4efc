/** `file.absent`, `file.exists`, `file.missing`. */
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import type { Context } from '../../../../kernel/contract/context.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import type { PlainMap } from '../../../../kernel/std/value.js';
import { isDirectory, isRegularFile, isSymlink, pathExists } from '../../../../kernel/sys/file/probe.js';
import { onPath, Refusal } from '../ground/answer.js';
import { demandAbsolute } from '../ground/checks.js';
import { more } from '../ground/params.js';

async function absent(ctx: Context, path: string): Promise<PlainMap> {
  demandAbsolute(path);
  if (path === '/') throw new Refusal('Refusing to make "/" absent');
  const isFile = await isRegularFile(ctx.sys, path) || await isSymlink(ctx.sys, path);
  if (!isFile && !await isDirectory(ctx.sys, path)) return done(path, `File ${path} is not present`);
  const changes = { removed: path };
  if (ctx.test) return wouldChange(path, `${isFile ? 'File' : 'Directory'} ${path} is set for removal`, changes);
  try {
    await ctx.call('file.remove', [path], { force: true });
  } catch (error) {
    if (!isFile || !(error instanceof CommandExecutionError)) throw error;
    throw new Refusal(error.message);
  }
  return done(path, `Removed ${isFile ? 'file' : 'directory'} ${path}`, changes);
}

/** Paths that must be there or not be there. */
export const EXISTENCE: Readonly<Record<string, Fn>> = {
  absent: fn({
    doc: 'Make sure that there is no file, link or folder at a path. A folder goes with all that is in it.',
    params: { name: p.string(), ...more },
    run: ({ name }, ctx) => onPath(ctx, name, 'absent', (path) => absent(ctx, path)),
  }),
  exists: fn({
    doc: 'Check that there is something at a path; nothing is made.',
    params: { name: p.string(), ...more },
    run: ({ name }, ctx) => onPath(ctx, name, 'exists', async (path) => {
      if (!await pathExists(ctx.sys, path)) throw new Refusal(`Specified path ${path} does not exist`);
      return done(path, `Path ${path} exists`);
    }),
  }),
  missing: fn({
    doc: 'Check that there is nothing at a path; nothing is removed.',
    params: { name: p.string(), ...more },
    run: ({ name }, ctx) => onPath(ctx, name, 'missing', async (path) => {
      if (await pathExists(ctx.sys, path)) throw new Refusal(`Specified path ${path} exists`);
      return done(path, `Path ${path} is missing`);
    }),
  }),
};
