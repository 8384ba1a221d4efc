/**
 * The option `engines`: a list of names and of maps `{name: configuration}`, or one map of all. With `engine_module` in the configuration
 * that engine runs under the name, so that one engine can run several times.
 * Source: read, Salt 3008.3 `salt.engines`. Differs: what is no entry is said in the log; the configuration may also be a list of maps.
 */
import { isList, isMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface EngineEntry {
  readonly name: string;
  /** The plugin that works. */
  readonly module: string;
  readonly config: PlainMap;
}

/** Parts of the program itself that can also be named as engines. */
const BUILT_IN: ReadonlySet<string> = new Set(['reactor']);

export interface EngineList {
  readonly entries: readonly EngineEntry[];
  /** What cannot be an engine. */
  readonly ignored: readonly Value[];
}

export function readEngines(option: Value | undefined): EngineList {
  const listed: readonly Value[] = isList(option ?? null) ? option as readonly Value[]
    : option !== undefined && isMap(option) ? mapEntries(option).map(([name, config]) => ({ [String(name)]: config })) : [];
  const entries: EngineEntry[] = [];
  const ignored: Value[] = [];
  for (const item of listed) {
    const entry = entryOf(item);
    if (entry === undefined) ignored.push(item);
    else if (!BUILT_IN.has(entry.module)) entries.push({ ...entry, name: freeName(entry.name, entries) });
  }
  return { entries, ignored };
}

function entryOf(item: Value): EngineEntry | undefined {
  if (typeof item === 'string') return item === '' ? undefined : { name: item, module: item, config: {} };
  if (!isMap(item)) return undefined;
  const [first, ...others] = mapEntries(item);
  if (first === undefined || typeof first[0] !== 'string' || others.length > 0) return undefined;
  const [name, given] = first;
  const config = configOf(given);
  if (config === undefined) return undefined;
  const { engine_module: module, ...rest } = config;
  return { name, module: typeof module === 'string' ? module : name, config: rest };
}

function configOf(given: Value): PlainMap | undefined {
  if (given === null) return {};
  const maps: readonly Value[] = isList(given) ? given : [given];
  if (!maps.every((map) => isMap(map))) return undefined;
  return Object.fromEntries(maps.flatMap((map) => mapEntries(map).map(([key, value]): [string, Value] => [String(key), value])));
}

/** A name is part of tags and unique: the second `webhook` is `webhook-2`. */
function freeName(name: string, entries: readonly EngineEntry[]): string {
  const taken = new Set(entries.map((entry) => entry.name));
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
