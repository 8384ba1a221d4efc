/**
 * What is known of one minion's part in a job: pure, no clock and no store. States move forward only; what the minion itself gives,
 * its return before all, wins over what was only concluded from its silence.
 *
 * published -> received -> running -> lost | not_connected -> returned | failed | refused | cancelled
 */
import type { StatesAt } from '../../bus/wire/job-progress.js';
import { isList, isNumber, type Value } from '../../kernel/std/value.js';

const RANKS = {
  published: 0, received: 1, running: 2, lost: 3, not_connected: 3, returned: 4, failed: 4, refused: 4, cancelled: 4,
} as const;

export type DeliveryState = keyof typeof RANKS;

/** All times in unix milliseconds. */
export interface Delivery {
  readonly state: DeliveryState;
  /** When the master learned of the state. */
  readonly atMs: number;
  /** When the minion took the job. */
  readonly receivedMs?: number | undefined;
  /** When the job began there. */
  readonly sinceMs?: number | undefined;
  /** When the minion last said that it works on the job. */
  readonly heardMs?: number | undefined;
  readonly pid?: number | undefined;
  /** One plain clause, such as why the job was refused. */
  readonly why?: string | undefined;
  /** How far a run of states was then; in memory only. */
  readonly states?: StatesAt | undefined;
}

/** What happened to the part of one minion. */
export interface DeliveryNews {
  readonly state: Exclude<DeliveryState, 'published'>;
  readonly atMs: number;
  readonly sinceMs?: number | undefined;
  readonly pid?: number | undefined;
  readonly why?: string | undefined;
  readonly states?: StatesAt | undefined;
}

/** Longest reason that is kept. */
const WHY_CHARS_MAX = 200;

export const publishedAt = (atMs: number): Delivery => ({ state: 'published', atMs });

/** The record after the news; undefined when they bring it no step forward. */
export function moved(before: Delivery, news: DeliveryNews): Delivery | undefined {
  // The answer to find_job tells that a job runs, the minion itself also since when: the later of the two completes the record.
  if (news.state === 'running' && before.state === 'running' && before.sinceMs === undefined && news.sinceMs !== undefined) {
    return { ...heardAgain(before, news.atMs, news.states), sinceMs: news.sinceMs, ...some('pid', news.pid ?? before.pid) };
  }
  if (RANKS[news.state] <= RANKS[before.state]) return undefined;
  const isHeard = news.state === 'received' || news.state === 'running';
  return {
    state: news.state, atMs: news.atMs,
    ...some('receivedMs', before.receivedMs ?? (isHeard ? news.atMs : undefined)),
    ...some('sinceMs', before.sinceMs ?? news.sinceMs),
    ...some('heardMs', isHeard ? news.atMs : before.heardMs),
    ...some('pid', news.pid ?? before.pid),
    ...some('why', news.why?.slice(0, WHY_CHARS_MAX)),
    ...some('states', news.state === 'running' ? news.states : undefined),
  };
}

/** The minion says again that it works: the state stays, the record is fresher. */
export const heardAgain = (before: Delivery, atMs: number, states?: StatesAt): Delivery => ({ ...before, heardMs: atMs, ...some('states', states) });

/** Nothing more is expected, though a return that comes late still counts. */
export const isOver = ({ state }: Delivery): boolean => RANKS[state] >= RANKS.lost;
/** Without a return, nothing more is expected. */
export const isGivenUp = ({ state }: Delivery): boolean => state === 'lost' || state === 'not_connected' || state === 'cancelled';
/** The minion has spoken the last word. */
export const isEnded = ({ state }: Delivery): boolean => RANKS[state] === RANKS.returned;

export const isDeliveryState = (value: unknown): value is DeliveryState => typeof value === 'string' && Object.hasOwn(RANKS, value);

/** As the store keeps one step for several minions: state, when, began, process, why, ids. */
export interface DeliveryNote {
  readonly news: DeliveryNews;
  readonly ids: readonly string[];
}

export function packNote({ news, ids }: DeliveryNote): Value {
  return [news.state, news.atMs, news.sinceMs ?? null, news.pid ?? null, news.why ?? null, [...ids]];
}

/** Undefined for what is no note. */
export function readNote(value: Value): DeliveryNote | undefined {
  if (!isList(value)) return undefined;
  const [state, atMs, sinceMs, pid, why, ids] = value;
  if (!isDeliveryState(state) || state === 'published' || !isNumber(atMs) || !isList(ids)) return undefined;
  return {
    news: {
      state, atMs: Number(atMs), ...some('sinceMs', isNumber(sinceMs) ? Number(sinceMs) : undefined),
      ...some('pid', isNumber(pid) ? Number(pid) : undefined), ...some('why', typeof why === 'string' ? why : undefined),
    },
    ids: ids.map(String),
  };
}

const some = <Name extends string, T>(name: Name, value: T | undefined): { [key in Name]?: T } =>
  (value === undefined ? {} : { [name]: value }) as { [key in Name]?: T };
