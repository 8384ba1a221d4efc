/**
 * A job as listings show it.
 *
 * Source: golden cli/run-jobs-*; read, Salt 3008.3 `salt.utils.jid`.
 */
import { jidToTime } from '../../../kernel/std/time.js';
import { isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Salt's words for a job that nobody knows. */
const UNKNOWN = { Error: 'Cannot contact returner or no job with this jid' };

/** Start of a job by its id: 20 digits, or those with `_` and more behind; else empty. */
export function startTime(jid: string): string {
  return /^\d{20}(_.+)?$/s.test(jid) ? jidToTime(jid) : '';
}

/** The facts of a publication under the names of listings; those of no publication are an error. */
export function formatJob(load: PlainMap | undefined): PlainMap {
  if (load === undefined || Object.keys(load).length === 0) return { ...UNKNOWN };
  const metadata = metadataOf(load);
  return {
    Function: load['fun'] ?? 'unknown-function',
    Arguments: Array.isArray(load['arg']) ? [...(load['arg'] as readonly Value[])] : [],
    Target: load['tgt'] ?? 'unknown-target',
    'Target-type': load['tgt_type'] ?? 'list',
    User: load['user'] ?? 'root',
    ...(metadata === undefined ? {} : { Metadata: metadata }),
  };
}

export const formatWithTime = (jid: string, load: PlainMap | undefined): PlainMap => ({ ...formatJob(load), StartTime: startTime(jid) });

/** As `formatWithTime`, with the minions that should answer. */
export function formatWhole(jid: string, load: PlainMap | undefined): PlainMap {
  const minions = load?.['minions'];
  const expected = Array.isArray(minions) && minions.length > 0 ? { Minions: minions.map(String).sort() } : {};
  return { ...formatJob(load), ...expected, StartTime: startTime(jid) };
}

/** What a return keeps in the job cache of Salt. */
export function formatReturn(ret: Value): PlainMap {
  const kept = ['return', 'retcode', 'success', 'out'].map((key) => [key, isMap(ret) ? mapGet(ret, key) : undefined] as const);
  return Object.fromEntries(kept.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function metadataOf(load: PlainMap): Value | undefined {
  if (load['metadata'] !== undefined) return load['metadata'];
  const { kwargs, arg } = load;
  const named = kwargs !== undefined && isMap(kwargs) ? mapGet(kwargs, 'metadata') : undefined;
  if (named !== undefined || !Array.isArray(arg)) return named;
  const marked = (arg as readonly Value[]).find((one) => isMap(one) && mapGet(one, '__kwarg__') === true && mapGet(one, 'metadata') !== undefined);
  return marked !== undefined && isMap(marked) ? mapGet(marked, 'metadata') : undefined;
}
