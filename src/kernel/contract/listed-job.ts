/**
 * A job as listings show it.
 *
 * Source: golden cli/run-jobs-*; read, Salt 3008.3 `salt.utils.jid`.
 */
import { jidToTime } from '../std/time.js';
import { isMap, mapGet, type PlainMap, type Value } from '../std/value.js';

/** Salt's words for a job that nobody knows. */
const UNKNOWN = { Error: 'Cannot contact returner or no job with this jid' };

/** Start of a job by its id: 20 digits, or those with `_` and more behind; else empty. */
export function startTime(jid: string): string {
  return /^\d{20}(_.+)?$/s.test(jid) ? jidToTime(jid) : '';
}

/** The facts of a publication under the names of listings; those of no publication are an error. */
export function jobFacts(load: Readonly<PlainMap> | undefined): PlainMap {
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

export const listedJob = (jid: string, load: Readonly<PlainMap> | undefined): PlainMap => ({ ...jobFacts(load), StartTime: startTime(jid) });

function metadataOf(load: Readonly<PlainMap>): Value | undefined {
  if (load['metadata'] !== undefined) return load['metadata'];
  const { kwargs, arg } = load;
  const named = kwargs !== undefined && isMap(kwargs) ? mapGet(kwargs, 'metadata') : undefined;
  if (named !== undefined || !Array.isArray(arg)) return named;
  const marked = (arg as readonly Value[]).find((one) => isMap(one) && mapGet(one, '__kwarg__') === true && mapGet(one, 'metadata') !== undefined);
  return marked !== undefined && isMap(marked) ? mapGet(marked, 'metadata') : undefined;
}
