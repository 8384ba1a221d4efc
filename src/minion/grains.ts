/** The grains of this minion: those kept on disk, or those of all plugins, built-in and of the user. */
import { setMaxListeners } from 'node:events';
import { DeferredFacts } from '../kernel/facts/deferred-facts.js';
import { gatherFacts, gatherQuickFacts, type FactsParts } from '../kernel/facts/facts.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import { isTruthy, type PlainMap } from '../kernel/std/value.js';
import { keepGrains, keptGrains } from './grains-cache.js';

/** Each program that a plugin starts hears of the end: more of them at once than node takes for a leak. */
const LISTENERS_MAX = 100;
/** Longest that all plugins together may take. */
const GATHER_MS = 30_000;

interface GatherParts {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
}

export async function gatherGrains(host: ModuleHost, parts: GatherParts): Promise<PlainMap> {
  const { opts, log } = parts;
  const kept = keptGrains(opts, log);
  if (kept !== undefined) return kept;
  const grains = await gatherFacts(factsParts(host, parts));
  keepGrains(opts, grains, log);
  return grains;
}

function factsParts(host: ModuleHost, parts: GatherParts): FactsParts {
  const signal = AbortSignal.timeout(GATHER_MS);
  setMaxListeners(LISTENERS_MAX, signal);
  return { ...parts, plugins: () => host.loadAll('grains'), context: (name, before) => host.context(name, { signal, grains: before }) };
}

/**
 * For a command: grains that take no program to find out, and the others when somebody reads one. Undefined where that does not
 * pay or cannot be told apart: kept grains, those of users, merging at depth.
 */
export async function deferredGrains(host: ModuleHost, parts: GatherParts & { readonly distDir: string }): Promise<DeferredFacts | undefined> {
  const { opts, log, distDir } = parts;
  if (isTruthy(opts['grains_cache']) || opts['grains_deep_merge'] === true || await host.hasUserPlugins('grains')) return undefined;
  const { known, later } = await gatherQuickFacts(factsParts(host, parts));
  const { grainsNow } = await import('./grains-thread.js');
  return new DeferredFacts(known, later, { all: () => gatherGrains(host, parts), allNow: () => grainsNow({ distDir, opts, log }) });
}
