/** The grains of this minion: those kept on disk, or those of all plugins, built-in and of the user. */
import { gatherFacts } from '../kernel/facts/facts.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import type { PlainMap } from '../kernel/std/value.js';
import { keepGrains, keptGrains } from './grains-cache.js';

/** Longest that all plugins together may take. */
const GATHER_MS = 30_000;

export async function gatherGrains(host: ModuleHost, parts: { opts: Readonly<PlainMap>; sys: Sys; log: Logger }): Promise<PlainMap> {
  const { opts, log } = parts;
  const kept = keptGrains(opts, log);
  if (kept !== undefined) return kept;
  const signal = AbortSignal.timeout(GATHER_MS);
  const grains = await gatherFacts({ ...parts, plugins: () => host.loadAll('grains'), context: (name, before) => host.context(name, { signal, grains: before }) });
  keepGrains(opts, grains, log);
  return grains;
}
