/**
 * `master_type: func`: the option `master` names a function of a module that gives the master, or the list of them.
 *
 * Source: read, Salt 3008.3.
 */
import { ConfigError } from '../kernel/config/config-error.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { pluginFolders } from './plugin-folders.js';

/** Longest that the function may take. */
const EVALUATE_MS = 60_000;

/** The value of `master`, evaluated when it names a function. @throws ConfigError when the function gives no master */
export async function evaluateMaster(parts: { opts: Readonly<PlainMap>; sys: Sys; log: Logger; distDir: string }): Promise<Value> {
  const { opts, log } = parts;
  const named = opts['master'] ?? 'salt';
  if (opts['master_type'] !== 'func') return named;
  await using host = new ModuleHost({ ...parts, id: String(opts['id']), grains: () => ({}), pillar: () => ({}), ports: {}, userDirs: pluginFolders(opts) });
  let master: Value;
  try {
    master = await host.session({ signal: AbortSignal.timeout(EVALUATE_MS) }).call(String(named));
  } catch (cause) {
    throw new ConfigError(`Failed to load module ${String(named)}`, { cause });
  }
  if (typeof master !== 'string' && !Array.isArray(master)) throw new ConfigError(`${String(named)} gave no master: neither a text nor a list`);
  log.info({ fun: named }, 'Evaluated master from module');
  return master;
}
