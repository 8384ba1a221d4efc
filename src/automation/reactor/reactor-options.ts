/**
 * What a host is told of its reactor: the option `reactor`, and the entry `reactor` of `engines` with options of its own.
 *
 * Source: read, Salt 3008.3 (`engines.reactor`): a master starts it for either, a minion for the engine. Differs: a minion too for either.
 */
import { readFileSync } from 'node:fs';
import { isList, isMap, isPlainMap, mapEntries, mapFrom, type PlainMap, type Value } from '../../kernel/std/value.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { ReactionMap, ReactorMapError } from './reaction-map.js';
import type { WaitingBounds } from './waiting.js';

export interface ReactorOptions extends WaitingBounds {
  readonly map: ReactionMap;
  /** Calls at once. */
  readonly threads: number;
}

const THREADS = 10;
const WAITING_MAX = 10_000;
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

export function isReactorConfigured({ engines, reactor }: Readonly<PlainMap>): boolean {
  if (engineOptions(engines ?? null) !== undefined) return true;
  return typeof reactor === 'string' ? reactor !== '' : isList(reactor ?? null) && (reactor as readonly Value[]).length > 0;
}

/** @throws ReactorMapError */
export function readReactorOptions(opts: Readonly<PlainMap>): ReactorOptions {
  const { worker_threads: threads, worker_hwm: waitingMax, worker_hwm_bytes: waitingBytesMax } = engineOptions(opts['engines'] ?? null) ?? {};
  return {
    map: new ReactionMap(readMap(opts['reactor'] ?? null)),
    threads: countOf(threads ?? opts['reactor_worker_threads'], THREADS), waitingMax: countOf(waitingMax ?? opts['reactor_worker_hwm'], WAITING_MAX),
    waitingBytesMax: countOf(waitingBytesMax ?? opts['reactor_worker_hwm_bytes'], WAITING_BYTES_MAX),
  };
}

const countOf = (value: Value | undefined, fallback: number): number => (Number(value ?? 0) >= 1 ? Math.floor(Number(value)) : fallback);

/** What stands behind `reactor` in a list or map of engines; undefined when it is not there. */
function engineOptions(engines: Value): PlainMap | undefined {
  const entries = isList(engines) ? engines : isMap(engines) ? mapEntries(engines).map((entry) => mapFrom([entry])) : [];
  for (const entry of entries) {
    if (entry === 'reactor') return {};
    if (!isPlainMap(entry) || !('reactor' in entry)) continue;
    const given = entry['reactor'] ?? null;
    return isPlainMap(given) ? given : isList(given) ? Object.assign({}, ...given.filter(isPlainMap)) as PlainMap : {};
  }
  return undefined;
}

/** The option may name a file that holds the list. */
function readMap(option: Value): Value {
  if (typeof option !== 'string') return option;
  try {
    return loadYaml(readFileSync(option, 'utf8'), { source: option });
  } catch (cause) {
    throw new ReactorMapError(`Cannot read the map of reactions ${option}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
