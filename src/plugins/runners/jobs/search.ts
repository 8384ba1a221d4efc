/** Which jobs of a listing are wanted. Source: read, Salt 3008.3 `jobs.list_jobs`. */
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { equalValues, isMap, isTruthy, mapEntries, mapGet, mapSize, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { momentOfJid } from './moment.js';

export interface Wanted {
  readonly metadata: Value;
  /** Patterns, comma separated or in a list. */
  readonly fun: Value;
  readonly target: Value;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
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
  const list = Array.isArray(patterns) ? (patterns as readonly Value[]).map(String) : String(patterns).split(',').map((one) => one.trim());
  return list.some((pattern) => texts.some((text) => fnmatch(text, pattern)));
}

function isWithin(jid: string, { fromMs, untilMs }: Wanted): boolean {
  if (fromMs === undefined && untilMs === undefined) return true;
  const started = momentOfJid(jid);
  if (started === undefined) return false;
  return (fromMs === undefined || started >= fromMs) && (untilMs === undefined || started <= untilMs);
}
