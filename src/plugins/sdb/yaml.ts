/** Values in YAML files, merged; keys are paths as `a:b:c`. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../kernel/contract/errors.js';
import { defineSdb } from '../../kernel/contract/plugin.js';
import { mergeMaps } from '../../kernel/std/merge.js';
import { traverse } from '../../kernel/std/traverse.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type ValueMap } from '../../kernel/std/value.js';
import { loadYaml } from '../../kernel/yaml/load.js';

async function merged({ files, merge }: Readonly<PlainMap>, ctx: Context): Promise<ValueMap> {
  const how = merge !== undefined && isMap(merge) ? merge : {};
  const strategy = mapGet(how, 'strategy');
  const mergeLists = isTruthy(mapGet(how, 'merge_lists') ?? false);
  let all: ValueMap = {};
  for (const path of isList(files) ? files.map(String) : []) {
    const text = await ctx.sys.readText(path);
    if (text === undefined) {
      ctx.log.error({ path }, 'file of a store of values is not there');
      continue;
    }
    const data = loadYaml(text);
    if (isMap(data)) all = mergeMaps(all, data, typeof strategy === 'string' ? strategy : 'smart', { mergeLists });
    else ctx.log.error({ path }, 'file of a store of values is no map');
  }
  return all;
}

export default defineSdb({
  name: 'yaml',
  doc: 'Values in YAML files, merged; keys are paths as `a:b:c`.',
  async get(key, profile, ctx) {
    if (isTruthy(profile['gpg'] ?? false)) throw new CommandExecutionError('sdb yaml: values encrypted with GPG (gpg: True) cannot be read here');
    return traverse(await merged(profile, ctx), key, null);
  },
  set: () => {
    // The files are edited, not written.
    throw new PythonError('salt.exceptions.NotImplemented', '');
  },
});
