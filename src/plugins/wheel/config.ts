/** The configuration of the master: its values, and files for it. */
import { dirname, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineWheel, fn } from '../../kernel/contract/plugin.js';
import { isOsError, osErrorText } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, type Value } from '../../kernel/std/value.js';
import { safeJoinReal, UnsafePathError } from '../../kernel/sys/safe-path.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { loadYaml } from '../../kernel/yaml/load.js';

/** What the files of the program have, read anew. */
async function setValue(key: string, value: Value, ctx: Context): Promise<null> {
  const path = str(ctx.opts['conf_file'] ?? '');
  if (path === '') throw new CommandExecutionError('This program has no configuration file');
  const isFolder = (await ctx.sys.fs.stat(path).catch(() => undefined))?.isDirectory() === true;
  const file = isFolder ? join(path, 'master') : path;
  const known = loadYaml(await ctx.sys.readText(file) ?? '');
  const entries = known !== null && isMap(known) ? mapEntries(known) : [];
  // Salt empties the file and writes nothing into it; what the function is for is done here.
  await ctx.sys.writeFile(file, dumpYaml(mapFrom(new Map([...entries, [key, value]])), { flowStyle: false, sortKeys: false }));
  return null;
}

/** Writes `<file_name>.conf` beside the other files that the configuration includes. */
async function writeFile(name: string, contents: Value, ctx: Context): Promise<string> {
  const include = dirname(str(ctx.opts['default_include'] ?? 'master.d/*.conf'));
  const folder = join(str(ctx.opts['config_dir'] ?? dirname(str(ctx.opts['conf_file'] ?? '/etc/salt/master'))), include);
  try {
    await ctx.sys.fs.mkdir(folder, { recursive: true, mode: 0o755 });
    const path = await safeJoinReal(folder, `${name}.conf`);
    if (dirname(path) !== await ctx.sys.fs.realpath(folder)) return 'Invalid path';
    await ctx.sys.writeFile(path, dumpYaml(contents, { flowStyle: false }));
    return `Wrote ${name}.conf`;
  } catch (err) {
    if (err instanceof UnsafePathError) return 'Invalid path';
    if (isOsError(err)) return osErrorText(err);
    throw err;
  }
}

export default defineWheel({
  name: 'config',
  doc: 'The configuration of the master: its values, and files for it.',
  functions: {
    values: fn({ doc: 'Give the whole configuration of the master.', run: (_, ctx) => ({ ...ctx.opts }) }),
    apply: fn({ doc: 'Set a value in the configuration file of the master; it counts from the next start.', params: { key: p.string(), value: p.any() }, run: ({ key, value }, ctx) => setValue(key, value, ctx) }),
    update_config: fn({
      doc: 'Write a further configuration file of the master.', params: { file_name: p.string(), yaml_contents: p.any() },
      run: ({ file_name: name, yaml_contents: contents }, ctx) => writeFile(name, contents, ctx),
    }),
  },
});
