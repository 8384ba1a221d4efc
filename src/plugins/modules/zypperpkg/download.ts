/** Fetches package files. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageNames } from '../pkg/names.js';
import { refreshWith } from './refresh.js';
import { elementsOf } from '../../../kernel/std/xml.js';
import { askZypper } from './zypper.js';

/** `{ name: { path, repository-name, repository-alias } }`. @throws CommandExecutionError when none came, InvocationError */
export async function downloadPackages(packages: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (packages.length === 0) throw new InvocationError('No packages specified');
  const { root = null, refresh = false } = kwargs;
  if (isTruthy(refresh)) await refreshWith(root, kwargs, ctx);
  const names = packageNames(packages);
  const found: PlainMap = {};
  for (const result of elementsOf(await askZypper(['download', ...names], ctx, { root }), 'download-result')) {
    const repository = elementsOf(result, 'repository')[0]?.attributes ?? {};
    const path = elementsOf(result, 'localfile')[0]?.attributes['path'] ?? '';
    const name = elementsOf(result, 'name')[0]?.text ?? '';
    const whole = await ctx.call('lowpkg.checksum', [path]) as PlainMap;
    if (whole[path] === true) found[name] = { 'repository-name': repository['name'] ?? '', 'repository-alias': repository['alias'] ?? '', path };
  }
  if (Object.keys(found).length === 0) throw new CommandExecutionError(`Unable to download packages: ${names.join(', ')}`);
  const failed = names.filter((name) => found[name] === undefined);
  if (failed.length > 0) found['_error'] = `The following package(s) failed to download: ${failed.join(', ')}`;
  return found;
}
