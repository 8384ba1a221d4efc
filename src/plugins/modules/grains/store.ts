/** The file of grains that users set: `grains` beside the minion's configuration, as YAML. */
import { basename, dirname, join } from 'node:path';
import { PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { isMap, isTruthy, mapEntries, mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { dumpYaml } from '../../../kernel/yaml/dump.js';
import { loadYaml, YamlError } from '../../../kernel/yaml/load.js';

export interface SetOptions {
  /** A value of None removes the grain. */
  readonly destructive: boolean;
  readonly refreshPillar: boolean;
}

async function grainsPath(ctx: Context): Promise<string> {
  const configured = String(ctx.opts['conf_file'] ?? '');
  const isFolder = (await ctx.sys.exists(configured)) && (await ctx.sys.fs.stat(configured)).isDirectory();
  const folder = isFolder ? configured : dirname(configured);
  const proxy = ctx.opts['proxyid'];
  return typeof proxy === 'string' && proxy !== '' ? join(folder, 'proxy.d', basename(proxy), 'grains') : join(folder, 'grains');
}

/** What the file holds; a file that is no mapping counts as empty. @throws YamlError */
async function readGrains(ctx: Context, path: string): Promise<ValueMap> {
  const text = await ctx.sys.readText(path);
  const value = text === undefined ? null : loadYaml(text, { source: path });
  return isMap(value) ? value : {};
}

/** Reading, changing and writing in one turn, so that two jobs of this process do not lose each other's change. */
async function inTurn<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const before = ctx.memory.get('grains.turn');
  const run = Promise.resolve(before instanceof Promise ? (before as Promise<unknown>) : undefined).then(work, work);
  ctx.memory.set('grains.turn', run.catch(() => undefined));
  return run;
}

/** Sets values in the file and has the grains read again. Gives what was set, or the reason why not as text. */
export async function setGrains(ctx: Context, values: Value, options: SetOptions): Promise<ValueMap | string> {
  if (!isMap(values)) throw new PythonError('salt.exceptions.SaltException', 'setvals grains must be a dictionary.');
  const refused = await inTurn(ctx, () => store(ctx, values, options.destructive));
  if (refused !== undefined) return refused;
  // A masterless call has nobody to tell; its own grains are read again all the same.
  if (isTruthy(ctx.opts['local'])) await ctx.port('refresh').grains();
  else await ctx.call('saltutil.refresh_grains', [], { refresh_pillar: options.refreshPillar });
  return values;
}

async function store(ctx: Context, values: ValueMap, destructive: boolean): Promise<string | undefined> {
  const path = await grainsPath(ctx);
  const grains = new Map<Value, Value>();
  try {
    for (const [key, value] of mapEntries(await readGrains(ctx, path))) grains.set(key, value);
  } catch (error) {
    // Differs: the words of the parser are those of libyaml, as everywhere; Salt takes PyYAML's own parser in this one place.
    if (error instanceof YamlError) return `Unable to read existing grains file: ${error.message}`;
    throw error;
  }
  for (const [key, value] of mapEntries(values)) {
    if (value === null && destructive) grains.delete(key);
    else grains.set(key, value);
  }
  try {
    await ctx.sys.writeFile(path, dumpYaml(mapFrom(grains), { flowStyle: false }));
  } catch (error) {
    if (!isOsError(error)) throw error;
    ctx.log.error({ err: error, path }, 'grains file not written');
  }
  return undefined;
}
