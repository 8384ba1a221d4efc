/**
 * When one job is due. Intervals are measured by the steady clock; times on the wall by the clock of the machine: when that is set
 * forward, what was passed over comes once; set back, what was done is not done again. Jumps of more than three hours are corrections:
 * the plan is made anew.
 */
import type { Entry, Span } from './entry.js';

/** One moment on both clocks, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

/** Farther is a correction of the clock, not a jump. */
const JUMP_MS_MAX = 3 * 3_600_000;

export type RandomSeconds = (span: Span) => number;

export class Plan {
  readonly #entry: Entry;
  readonly #random: RandomSeconds;
  /** When an interval ends, by the steady clock. */
  #nextSteady = 0;
  /** The next time on the wall; undefined when there is none any more. */
  #nextWall: number | undefined;
  #splaySteady: number | undefined;
  /** Times on the wall up to this one are done or passed over. */
  #doneWall: number;
  #isFirst: boolean;

  constructor(entry: Entry, now: Moment, random: RandomSeconds) {
    this.#entry = entry;
    this.#random = random;
    this.#isFirst = entry.runOnStart;
    this.#doneWall = now.wall - 1;
    if (entry.timing.kind === 'every') this.#nextSteady = now.steady + entry.timing.ms;
    this.#nextWall = this.#findWall();
  }

  /** True when it is to run now; the next time is planned then. */
  take(now: Moment): { readonly lateMs: number; readonly isStart: boolean } | undefined {
    this.#correct(now);
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#advance(now);
      return { lateMs: 0, isStart: true };
    }
    const due = this.#dueSteady(now);
    if (due === undefined || due > now.steady) return undefined;
    if (this.#splaySteady === undefined && this.#entry.splay !== undefined) {
      this.#splaySteady = due + this.#random(this.#entry.splay) * 1000;
      if (this.#splaySteady > now.steady) return undefined;
    }
    const lateMs = now.steady - (this.#splaySteady ?? due);
    this.#advance(now);
    return { lateMs, isStart: false };
  }

  /** Milliseconds until something is to be done; undefined when never. */
  waitMs(now: Moment): number | undefined {
    if (this.#isFirst) return 0;
    const due = this.#splaySteady ?? this.#dueSteady(now);
    return due === undefined ? undefined : Math.max(0, due - now.steady);
  }

  /** The next time on the wall, without splay; undefined when there is none. */
  nextWall(now: Moment): number | undefined {
    const due = this.#dueSteady(now);
    return due === undefined ? undefined : now.wall + due - now.steady;
  }

  get splay(): number | undefined {
    return this.#splaySteady;
  }

  #dueSteady(now: Moment): number | undefined {
    const ofWall = this.#nextWall === undefined ? undefined : now.steady + this.#nextWall - now.wall;
    if (this.#entry.timing.kind !== 'every') return ofWall;
    return ofWall === undefined ? this.#nextSteady : Math.min(ofWall, this.#nextSteady);
  }

  #advance(now: Moment): void {
    const { timing } = this.#entry;
    this.#splaySteady = undefined;
    if (timing.kind === 'every' && (this.#nextWall === undefined || this.#nextWall > now.wall || this.#nextSteady <= now.steady)) this.#nextSteady = now.steady + timing.ms;
    this.#doneWall = Math.max(this.#doneWall, now.wall);
    this.#nextWall = this.#findWall();
  }

  /** After a large jump of the clock only what lies ahead counts. */
  #correct(now: Moment): void {
    const ahead = (this.#nextWall ?? now.wall) - now.wall;
    const isBack = now.wall < this.#doneWall - JUMP_MS_MAX;
    const isForward = ahead < -JUMP_MS_MAX;
    if (!isBack && !isForward) return;
    this.#doneWall = now.wall - 1;
    this.#nextWall = this.#findWall();
  }

  #findWall(): number | undefined {
    const { timing, runAt } = this.#entry;
    const after = this.#doneWall;
    const single = [...runAt, ...(timing.kind === 'at' ? timing.walls : [])].filter((wall) => wall > after);
    const regular = timing.kind === 'cron' ? timing.next(after) : undefined;
    const all = regular === undefined ? single : [...single, regular];
    return all.length === 0 ? undefined : Math.min(...all);
  }
}
