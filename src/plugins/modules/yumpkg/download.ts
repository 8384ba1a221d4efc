/** Package files: those in the cache, those fetched on purpose. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { rpmFilesBelow } from '../rpm/package-files.js';
import { packageNames } from '../pkg/names.js';
import { yumName } from './program.js';

const CACHES = '/var/cache';

/** Package files in the cache, by package and version. */
export async function downloadedPackages(ctx: Context): Promise<PlainMap> {
  return rpmFilesBelow(join(CACHES, await yumName(ctx)), ctx);
}

/** Fetches package files; gives their paths. @throws CommandExecutionError, InvocationError */
export async function downloadPackages(packages: readonly Value[], ctx: Context): Promise<PlainMap> {
  if ((await ctx.sys.which('yumdownloader')) === undefined) throw new CommandExecutionError("'yumdownloader' command not available");
  if (packages.length === 0) throw new InvocationError('No packages were specified');
  const names = packageNames(packages);
  const folder = join(CACHES, await yumName(ctx), 'packages');
  await ctx.sys.fs.mkdir(folder, { recursive: true });
  for (const file of await ctx.sys.fs.readdir(folder)) {
    if (names.some((name) => file.startsWith(`${name}-`))) await ctx.sys.fs.rm(join(folder, file), { force: true });
  }
  await ctx.call('cmd.run', [['yumdownloader', '-q', `--destdir=${folder}`, ...names]], { output_loglevel: 'trace', python_shell: false });
  const found: PlainMap = {};
  for (const file of (await ctx.sys.fs.readdir(folder)).filter((name) => name.endsWith('.rpm'))) {
    const name = names.find((one) => file.startsWith(`${one}-`));
    if (name !== undefined) found[name] = join(folder, file);
  }
  if (Object.keys(found).length === 0) throw new CommandExecutionError(`Unable to download any of the following packages: ${names.join(', ')}`);
  const failed = names.filter((name) => !Object.hasOwn(found, name));
  if (failed.length > 0) found['_error'] = `The following package(s) failed to download: ${failed.join(', ')}`;
  return found;
}
