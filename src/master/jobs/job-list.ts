/** The query of a listing of jobs: each filter has an index that also gives the order, so that a page costs only its rows. */
import type { JobFilter, JobResult } from '../../kernel/contract/ports.js';
import type { SqlValue } from '../../kernel/sys/sqlite.js';
import type { NameKind } from './job-names.js';

/** As the partial indexes of the schema say it, word for word: else they are not used. */
const RESULTS: Record<JobResult, string> = {
  succeeded: 'tally.failed = 0 AND tally.returned >= tally.targeted',
  failed: 'tally.failed > 0',
  missing: 'tally.given_up > 0',
  unfinished: 'tally.targeted > tally.returned + tally.given_up',
  interrupted: 'tally.interrupted > 0',
};

/** Functions and targets that are wanted: their names, or where those are too many the patterns. */
export interface WantedNames {
  readonly kind: NameKind;
  readonly names: readonly string[] | undefined;
  readonly patterns: readonly string[];
}

export interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

interface Source {
  readonly from: string;
  readonly order: string;
  readonly column: string;
  readonly where?: Query;
}

export function listQuery(filter: JobFilter, wanted: readonly WantedNames[] = []): Query {
  const page = [filter.count ?? -1, filter.offset ?? 0];
  const leading = filter.minion === undefined && filter.result === undefined ? wanted.find(({ names }) => names !== undefined) : undefined;
  if (leading?.names === undefined) {
    const { sql, values } = query('jobs.*', sourceOf(filter), filter, wanted);
    return { sql: `${sql} LIMIT ? OFFSET ?`, values: [...values, ...page] };
  }
  // Each part is in order by its index; SQLite merges them as they are read.
  const rest = wanted.filter((one) => one !== leading);
  const parts = leading.names.flatMap((name) => sourcesOf(leading.kind, name)).map((source) => query(`${source.column.replace('started_ms', 'jid')} AS jid, ${source.column} AS started_ms`, source, filter, rest));
  return {
    sql: `SELECT jobs.* FROM (${parts.map(({ sql }) => sql).join(' UNION ')} ORDER BY started_ms DESC, jid DESC LIMIT ? OFFSET ?) AS page `
      + 'CROSS JOIN jobs ON jobs.jid = page.jid ORDER BY page.started_ms DESC, page.jid DESC',
    values: [...parts.flatMap(({ values }) => values), ...page],
  };
}

function query(columns: string, { from, order, column, where: first }: Source, filter: JobFilter, wanted: readonly WantedNames[]): Query {
  const where: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, ...value: readonly SqlValue[]): void => {
    where.push(condition);
    values.push(...value);
  };
  if (first !== undefined) add(first.sql, ...first.values);
  if (filter.minion !== undefined) add('returns.id = ?', filter.minion);
  if (filter.result !== undefined) add(filter.minion === undefined ? RESULTS[filter.result] : `EXISTS (SELECT 1 FROM tally WHERE tally.jid = jobs.jid AND ${RESULTS[filter.result]})`);
  for (const one of wanted) add(...named(one));
  if (filter.user !== undefined) add(`${first === undefined ? '' : '+'}jobs.user = ?`, filter.user);
  if (filter.startUnixMs !== undefined) add(`${column} >= ?`, filter.startUnixMs);
  if (filter.endUnixMs !== undefined) add(`${column} <= ?`, filter.endUnixMs);
  const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  return { sql: `SELECT ${columns} FROM ${from}${condition}${order === '' ? '' : ` ORDER BY ${order}`}`, values };
}

/** Patterns are tried in the order of the listing: the plus keeps SQLite from sorting all that fit. */
function named({ kind, names, patterns }: WantedNames): [string, ...SqlValue[]] {
  // As Python writes sets of characters, and as SQLite does.
  const texts = names ?? patterns.map((pattern) => pattern.replaceAll('[!', '[^'));
  const any = (column: string): string => (names === undefined ? texts.map(() => `${column} GLOB ?`).join(' OR ') : `${column} IN (${texts.map(() => '?').join(', ')})`);
  return [
    `(${any(`+jobs.${kind}`)} OR jobs.jid IN (SELECT job_parts.jid FROM job_parts WHERE job_parts.kind = '${kind}' AND (${any('job_parts.word')})))`,
    ...texts, ...texts,
  ];
}

/** The table that is read in order; CROSS JOIN keeps SQLite from beginning with the other. */
function sourceOf({ minion, result }: JobFilter): Source {
  if (minion !== undefined) {
    return { from: 'returns CROSS JOIN jobs ON jobs.jid = returns.jid', order: 'returns.returned_ms DESC', column: 'jobs.started_ms' };
  }
  if (result !== undefined) {
    return { from: 'tally CROSS JOIN jobs ON jobs.jid = tally.jid', order: 'tally.started_ms DESC, tally.jid DESC', column: 'tally.started_ms' };
  }
  return { from: 'jobs', order: 'jobs.started_ms DESC, jobs.jid DESC', column: 'jobs.started_ms' };
}

/** Where the jobs of one name are: those that have only it, and those that have it besides others. */
function sourcesOf(kind: NameKind, name: string): Source[] {
  return [
    { from: 'jobs', order: '', column: 'jobs.started_ms', where: { sql: `jobs.${kind} = ?`, values: [name] } },
    {
      from: 'job_parts CROSS JOIN jobs ON jobs.jid = job_parts.jid', order: '', column: 'job_parts.started_ms',
      where: { sql: `job_parts.kind = '${kind}' AND job_parts.word = ?`, values: [name] },
    },
  ];
}
