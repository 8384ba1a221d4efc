/** Which jobs of a listing are wanted. Source: read, Salt 3008.3 `jobs.list_jobs`; users, minions, results and pages are ours. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { listedJob } from '../../../kernel/contract/listed-job.js';
import type { JobFilter, JobResult, JobStorePort } from '../../../kernel/contract/ports.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { jidToUnixMs } from '../../../kernel/std/time.js';
import { equalValues, isMap, isTruthy, mapEntries, mapGet, mapSize, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface Wanted {
  readonly metadata: Value;
  /** Patterns, comma separated or in a list. */
  readonly fun: Value;
  readonly target: Value;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly user?: string | undefined;
  readonly minion?: string | undefined;
  readonly result?: JobResult | undefined;
  readonly withoutFindJob?: boolean;
}

export interface Page {
  /** Undefined: all. */
  readonly count: number | undefined;
  readonly offset: number;
}

export const wantedNothing: Wanted = { metadata: null, fun: null, target: null, fromMs: undefined, untilMs: undefined };

const RESULTS: readonly JobResult[] = ['succeeded', 'failed', 'missing', 'unfinished', 'interrupted'];
/** Jobs read at once: first little more than the page, then more, as what does not fit was read for nothing. */
const ROWS_FIRST_MAX = 500;
const ROWS_SPARE = 10;
const ROWS_MAX = 50_000;
/** The start of a job and the time in its id may differ by so much. */
const SLACK_MS = 60_000;

/** @throws InvocationError for a word that is none */
export function jobResult(word: string | null): JobResult | undefined {
  if (word === null || word === '') return undefined;
  const result = RESULTS.find((one) => one === word);
  if (result === undefined) throw new InvocationError(`search_result is one of ${RESULTS.join(', ')}; not ${word}`);
  return result;
}

/** A page of the wanted jobs, the newest page first, in it the oldest job first. What the store cannot choose is chosen here. */
export async function storedJobs(store: JobStorePort, wanted: Wanted, { count = Infinity, offset }: Page): Promise<[string, PlainMap][]> {
  const { user, minion, result, fromMs, untilMs } = wanted;
  const filter: JobFilter = {
    ...(user === undefined ? {} : { user }), ...(minion === undefined ? {} : { minion }), ...(result === undefined ? {} : { result }),
    ...(isTruthy(wanted.fun) ? { functions: patternsOf(wanted.fun) } : {}), ...(isTruthy(wanted.target) ? { targets: patternsOf(wanted.target) } : {}),
    ...(fromMs === undefined ? {} : { startUnixMs: fromMs - SLACK_MS }), ...(untilMs === undefined ? {} : { endUnixMs: untilMs + SLACK_MS }),
  };
  const found: [string, PlainMap][] = [];
  let passed = 0;
  let size = Math.min(offset + count + ROWS_SPARE, ROWS_FIRST_MAX);
  for (let at = 0; found.length < count; at += size, size = Math.min(size * 4, ROWS_MAX)) {
    const rows = await store.list({ ...filter, count: size, offset: at });
    for (const load of rows) {
      const jid = String(load['jid']);
      const job = listedJob(jid, load);
      if (wanted.withoutFindJob === true && load['fun'] === 'saltutil.find_job') continue;
      if (!isWanted(jid, job, wanted)) continue;
      if (passed < offset) passed += 1;
      else if (found.length < count) found.push([jid, job]);
    }
    if (rows.length < size) break;
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** True for a job that is wanted in every respect. */
export function isWanted(jid: string, job: PlainMap, wanted: Wanted): boolean {
  if (isTruthy(wanted.metadata) && !hasMetadata(job['Metadata'], wanted.metadata)) return false;
  if (isTruthy(wanted.target) && !fitsAny(job['Target'], wanted.target)) return false;
  if (isTruthy(wanted.fun) && !fitsAny(job['Function'], wanted.fun)) return false;
  return isWithin(jid, wanted);
}

/** One equal entry is enough. What is no mapping fits nothing. */
function hasMetadata(metadata: Value | undefined, wanted: Value): boolean {
  if (!isMap(wanted) || mapSize(wanted) === 0 || metadata === undefined || !isMap(metadata)) return false;
  return mapEntries(wanted).some(([key, value]) => equalValues(mapGet(metadata, key), value));
}

function fitsAny(value: Value | undefined, patterns: Value): boolean {
  const texts = (Array.isArray(value) ? (value as readonly Value[]) : [value ?? '']).map(String);
  return patternsOf(patterns).some((pattern) => texts.some((text) => fnmatch(text, pattern)));
}

const patternsOf = (patterns: Value): string[] =>
  (Array.isArray(patterns) ? (patterns as readonly Value[]).map(String) : String(patterns).split(',').map((one) => one.trim()));

function isWithin(jid: string, { fromMs, untilMs }: Wanted): boolean {
  if (fromMs === undefined && untilMs === undefined) return true;
  const started = jidToUnixMs(jid);
  if (started === undefined) return false;
  return (fromMs === undefined || started >= fromMs) && (untilMs === undefined || started <= untilMs);
}
