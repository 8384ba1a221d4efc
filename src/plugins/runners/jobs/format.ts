/** A job and its returns as listings show them. Source: golden cli/run-jobs-*. */
import { jobFacts, startTime } from '../../../kernel/contract/listed-job.js';
import { isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** A job with the minions that should answer. */
export function formatWhole(jid: string, load: PlainMap | undefined): PlainMap {
  const minions = load?.['minions'];
  const expected = Array.isArray(minions) && minions.length > 0 ? { Minions: minions.map(String).sort() } : {};
  return { ...jobFacts(load), ...expected, StartTime: startTime(jid) };
}

/** What a return keeps in the job cache of Salt. */
export function formatReturn(ret: Value): PlainMap {
  const kept = ['return', 'retcode', 'success', 'out'].map((key) => [key, isMap(ret) ? mapGet(ret, key) : undefined] as const);
  return Object.fromEntries(kept.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
