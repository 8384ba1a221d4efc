/** The grains of this minion: all plugins, built-in and of the user. */
import { gatherFacts } from '../kernel/facts/facts.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import type { PlainMap } from '../kernel/std/value.js';

/** Longest that all plugins together may take. */
const GATHER_MS = 30_000;

export function gatherGrains(host: ModuleHost, parts: { opts: Readonly<PlainMap>; sys: Sys; log: Logger }): Promise<PlainMap> {
  const signal = AbortSignal.timeout(GATHER_MS);
  return gatherFacts({ ...parts, plugins: () => host.loadAll('grains'), context: (name, grains) => host.context(name, { signal, grains }) });
}
