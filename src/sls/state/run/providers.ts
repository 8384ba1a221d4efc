/**
 * `provider` of a state: other files that serve execution modules, from this state to the end of the run or the next such state.
 *
 * Source: read, Salt 3008.3 `State.load_modules`: functions that the file has come from it, the others from where they were.
 */
import type { Session } from '../../../kernel/loader/call-session.js';
import { isMap, isTruthy, mapEntries, type Value } from '../../../kernel/std/value.js';
import { text, type LowChunk } from '../high-data.js';

/** File by module. */
type Providers = ReadonlyMap<string, string>;

/** One name stands for the module that the state is called by; a list holds maps of module and file. */
export function providersOf(low: LowChunk): Providers {
  const given: Value = low['provider'] ?? null;
  if (typeof given === 'string') return new Map([[text(low['state']), given]]);
  const maps = Array.isArray(given) ? (given as readonly Value[]).filter((item) => isMap(item)) : [];
  return new Map(maps.flatMap((map) => mapEntries(map).map(([module, file]) => [text(module), text(file)] as const)));
}

/** The session whose calls go to these files. */
export function withProviders(session: Session, low: LowChunk): Session {
  const providers = isTruthy(low['provider']) ? providersOf(low) : new Map<string, string>();
  if (providers.size === 0) return session;
  const { host } = session;
  return session.withFacts({
    async find(kind, fun) {
      const file = kind === 'modules' ? providers.get(fun.slice(0, fun.indexOf('.'))) : undefined;
      return (file === undefined ? undefined : await host.findInFile(file, fun)) ?? host.find(kind, fun);
    },
  });
}
