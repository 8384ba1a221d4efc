/**
 * What our minion tells our master about jobs that last longer than a moment: one event for all of them, with a reserved tag. Never
 * sent to a real master, and never put on the event bus.
 */
import { isList, isNumber, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

/** The tag of the event in `_minion_event`. */
export const PROGRESS_TAG = 'tsalt/job/progress';
/** Jobs in one message. */
export const PROGRESS_JOBS_MAX = 1000;

export interface JobProgress {
  readonly jid: string;
  readonly state: 'received' | 'running' | 'cancelled';
  /** How long the job has been running by the minion's clock: clocks of two hosts are never compared. */
  readonly forMs?: number | undefined;
  readonly pid?: number | undefined;
  readonly why?: string | undefined;
  /** How far a run of states is. */
  readonly states?: StatesAt | undefined;
}

export interface StatesAt {
  /** The one that runs, from 1. */
  readonly at: number;
  readonly of: number;
  readonly failed: number;
}

export function progressData(jobs: readonly JobProgress[]): PlainMap {
  return { jobs: jobs.map(({ jid, state, forMs, pid, why, states }) => [
    jid, state, forMs ?? null, pid ?? null, why ?? null, ...(states === undefined ? [] : [[states.at, states.of, states.failed]]),
  ]) };
}

/** Entries that are none are left out. */
export function readProgress(data: Value | undefined): JobProgress[] {
  const jobs = isPlainMap(data) && isList(data['jobs']) ? data['jobs'].slice(0, PROGRESS_JOBS_MAX) : [];
  return jobs.map(readOne).filter((one) => one !== undefined);
}

function readOne(value: Value): JobProgress | undefined {
  if (!isList(value)) return undefined;
  const [jid, state, forMs, pid, why, states] = value;
  if (typeof jid !== 'string' || (state !== 'received' && state !== 'running' && state !== 'cancelled')) return undefined;
  return {
    jid, state, forMs: amount(forMs), pid: amount(pid), why: typeof why === 'string' ? why : undefined, states: readStates(states),
  };
}

function readStates(value: Value | undefined): StatesAt | undefined {
  const [at, of, failed] = isList(value) ? value.map(amount) : [];
  return at === undefined || of === undefined || failed === undefined ? undefined : { at, of, failed };
}

const amount = (value: Value | undefined): number | undefined => {
  const number = isNumber(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};
