/** The query of a listing of jobs: each filter has an index that also gives the order, so that a page costs only its rows. */
import type { JobFilter, JobResult } from '../../kernel/contract/ports.js';
import type { SqlValue } from '../../kernel/sys/sqlite.js';

/** As the partial indexes of the schema say it, word for word: else they are not used. */
const RESULTS: Record<JobResult, string> = {
  succeeded: 'tally.failed = 0 AND tally.returned >= tally.targeted',
  failed: 'tally.failed > 0',
  missing: 'tally.given_up > 0',
  unfinished: 'tally.targeted > tally.returned + tally.given_up',
  interrupted: 'tally.interrupted > 0',
};

export function listQuery(filter: JobFilter): { sql: string; values: SqlValue[] } {
  const where: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, ...value: SqlValue[]): void => {
    where.push(condition);
    values.push(...value);
  };
  const { from, order, column } = sourceOf(filter);
  if (filter.minion !== undefined) add('returns.id = ?', filter.minion);
  if (filter.result !== undefined) add(filter.minion === undefined ? RESULTS[filter.result] : `EXISTS (SELECT 1 FROM tally WHERE tally.jid = jobs.jid AND ${RESULTS[filter.result]})`);
  for (const name of ['fun', 'tgt'] as const) {
    const pattern = filter[name];
    if (pattern === undefined) continue;
    // A name has an index. Patterns are tried in the order of the listing: the plus keeps SQLite from sorting all that fit.
    if (/[*?[]/.test(pattern)) add(`+jobs.${name} GLOB ?`, pattern);
    else add(`jobs.${name} = ?`, pattern);
  }
  if (filter.user !== undefined) add('jobs.user = ?', filter.user);
  if (filter.startUnixMs !== undefined) add(`${column} >= ?`, filter.startUnixMs);
  if (filter.endUnixMs !== undefined) add(`${column} <= ?`, filter.endUnixMs);
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  return {
    sql: `SELECT jobs.* FROM ${from} ${condition} ORDER BY ${order} LIMIT ? OFFSET ?`,
    values: [...values, filter.count ?? -1, filter.offset ?? 0],
  };
}

/** The table that is read in order; CROSS JOIN keeps SQLite from beginning with the other. */
function sourceOf({ minion, result }: JobFilter): { from: string; order: string; column: string } {
  if (minion !== undefined) {
    return { from: 'returns CROSS JOIN jobs ON jobs.jid = returns.jid', order: 'returns.returned_ms DESC', column: 'jobs.started_ms' };
  }
  if (result !== undefined) {
    return { from: 'tally CROSS JOIN jobs ON jobs.jid = tally.jid', order: 'tally.started_ms DESC, tally.jid DESC', column: 'tally.started_ms' };
  }
  return { from: 'jobs', order: 'jobs.started_ms DESC, jobs.jid DESC', column: 'jobs.started_ms' };
}
