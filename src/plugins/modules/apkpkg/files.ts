/** Files of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { packageNames, plainArgument } from '../pkg/names.js';
import { callApk } from './apk.js';

/** Files by package, with their paths as apk has them: without the first slash. */
export async function filesOf(packages: readonly Value[], ctx: Context): Promise<Value> {
  if (packages.length === 0) return 'Package name should be provided';
  const found: PlainMap = {};
  for (const name of packageNames(packages)) {
    const { stdout } = await callApk(['info', '-L', name], ctx, { ignore_retcode: true });
    const files = stdout.split('\n').filter((line) => line !== '' && !line.endsWith('contains:'));
    if (files.length > 0) found[name] = files;
  }
  return { errors: [], packages: found };
}

/** The package (with its version) of each path, or a sentence. */
export async function ownersOf(paths: readonly Value[], ctx: Context): Promise<Value> {
  if (paths.length === 0) return 'You must provide a path';
  const owners: PlainMap = {};
  for (const path of paths.map(str)) {
    const { stdout, stderr } = await callApk(['info', '-W', plainArgument(path, 'Path')], ctx, { ignore_retcode: true });
    const owner = /owned by (\S+)/.exec(stdout)?.[1];
    owners[path] = owner ?? (`${stdout}${stderr}`.includes('ERROR:') ? 'Could not find owner package' : `Error running ['apk', 'info', '-W', '${path}']`);
  }
  return owners;
}
