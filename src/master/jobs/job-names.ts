/**
 * Functions and targets by which jobs are listed: patterns become names that were seen, and each name has an index.
 *
 * A job with several functions, or for a list of minions, is under each of them: those that are more than one have rows in `job_parts`.
 */
import { globMatcher } from '../../kernel/std/fnmatch.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Database, SqlValue } from '../../kernel/sys/sqlite.js';

/** What a job is listed by: the column of the table of jobs, and the word in `job_parts`. */
export type NameKind = 'fun' | 'tgt';

/** Patterns are held against so many names at most; where there are more, the jobs themselves are read in the order of the listing. */
const NAMES_SEEN_MAX = 2000;
/** Names in one query: each is a step in its plan. */
const NAMES_ASKED_MAX = 100;

/** The parts of a job that has more than one. */
export function partsOf(load: Readonly<PlainMap>): [NameKind, string][] {
  const several = (kind: NameKind, value: Value | undefined): [NameKind, string][] =>
    (isList(value ?? null) ? [...new Set((value as readonly Value[]).map(String))].map((word): [NameKind, string] => [kind, word]) : []);
  return [...several('fun', load['fun']), ...several('tgt', load['tgt'])];
}

const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** The names that fit one of the patterns; undefined when they are too many to ask for each. */
export function namesThatFit(db: Database, kind: NameKind, patterns: readonly string[]): string[] | undefined {
  const names = new Set(patterns.filter((pattern) => !isPattern(pattern)));
  const matchers = patterns.filter(isPattern).map(globMatcher);
  if (matchers.length > 0) {
    const seen = namesSeen(db, kind);
    if (seen === undefined) return undefined;
    for (const name of seen) if (matchers.some((fits) => fits(name))) names.add(name);
  }
  return names.size > NAMES_ASKED_MAX ? undefined : [...names];
}

/** Each name once, by leaps through the indexes: the number of jobs does not matter. */
function namesSeen(db: Database, kind: NameKind): string[] | undefined {
  const leaps = (table: string, column: string, only: string, ...values: SqlValue[]): string[] => db.prepare(
    `WITH RECURSIVE names(name) AS (
       SELECT (SELECT MIN(${column}) FROM ${table} WHERE ${only})
       UNION ALL SELECT (SELECT MIN(${column}) FROM ${table} WHERE ${only} AND ${column} > name) FROM names WHERE name IS NOT NULL)
     SELECT name FROM names WHERE name IS NOT NULL LIMIT ${NAMES_SEEN_MAX + 1}`,
  ).all(...values, ...values).map(({ name }) => String(name));
  const whole = leaps('jobs', kind, 'TRUE');
  const parts = leaps('job_parts', 'word', 'kind = ?', kind);
  return whole.length > NAMES_SEEN_MAX || parts.length > NAMES_SEEN_MAX ? undefined : [...whole, ...parts];
}
