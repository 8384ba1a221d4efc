/**
 * The delivery record of every job: what the master heard or concluded of each targeted minion. In memory for jobs of late, in the job
 * store for all. A minion that did what most do, return at once, costs nothing here: `published` is implied by the list of minions, the
 * return by its row; only what is between and besides is written, gathered for some moments, one row for each job.
 */
import type { Logger } from '../../kernel/contract/log.js';
import { deferred } from '../../kernel/std/async.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { ActiveJob, ActiveJobs } from './active-jobs.js';
import { heardAgain, isGivenUp, isOver, moved, publishedAt, type Delivery, type DeliveryNews, type DeliveryNote } from './delivery.js';
import type { JobStore, Tally } from './job-store.js';

export interface DeliveryParts {
  readonly active: ActiveJobs;
  readonly jobs: JobStore;
  readonly storeJobs: boolean;
  /** Undefined when the master cannot tell. */
  readonly isConnected: (id: string) => boolean | undefined;
  /** Minions that are certainly not connected, and since when, unix milliseconds. */
  readonly gone: ReadonlyMap<string, number>;
  readonly log: Logger;
}

/** What a return means for the counts of its job. */
export interface ReturnMeaning {
  readonly isFailed: boolean;
  /** Besides the return itself: the job was refused, or cut short by the end of the minion. */
  readonly special?: DeliveryNews & { readonly isInterrupted?: boolean };
}

type Heard = (id: string, delivery: Delivery) => void;

/** Steps are gathered for so long before they are written. */
const WRITE_AFTER_MS = 100;
/** A job so old is looked at: who is not connected will not get it any more. */
const JUDGE_AFTER_MS = 30_000;
/** A minion that lost its connection gets so long to come back. */
const LOST_AFTER_MS = 60_000;

export class Deliveries {
  readonly #parts: DeliveryParts;
  /** Steps that wait to be written, by job. */
  readonly #pending = new Map<string, { notes: DeliveryNote[]; tally: { givenUp: number; interrupted: number } }>();
  readonly #listeners = new Map<string, Set<Heard>>();
  #timer: NodeJS.Timeout | undefined;
  #written = deferred<void>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** A job, from memory or from the store; undefined when this master does not know it. */
  job(jid: string): ActiveJob | undefined {
    return this.#parts.active.get(jid) ?? this.#fromStore(jid);
  }

  /** What is known of one minion; undefined when it is not targeted. */
  of(jid: string, id: string): Delivery | undefined {
    const job = this.job(jid);
    return job === undefined ? undefined : deliveryOf(job, id);
  }

  /** What is known of each minion of a job: those who should answer, and others that did. */
  record(jid: string): Map<string, Delivery> | undefined {
    const job = this.job(jid);
    if (job === undefined) return undefined;
    const ids = [...new Set([...job.minions, ...job.returned.keys()])].sort();
    return new Map(ids.map((id) => [id, deliveryOf(job, id) ?? publishedAt(job.startedUnixMs)]));
  }

  /** The same for programs. */
  facts(jid: string): PlainMap | undefined {
    const record = this.record(jid);
    return record === undefined ? undefined : Object.fromEntries([...record].map(([id, delivery]) => [id, this.factsOf(id, delivery)]));
  }

  factsOf(id: string, delivery: Delivery): PlainMap {
    const hasSpoken = delivery.state === 'returned' || delivery.state === 'failed';
    const facts = {
      state: delivery.state, at_ms: delivery.atMs, received_ms: delivery.receivedMs, since_ms: delivery.sinceMs, heard_ms: delivery.heardMs,
      pid: delivery.pid, why: delivery.why,
      ...(hasSpoken ? {} : { connected: this.#parts.isConnected(id), gone_since_ms: this.#parts.gone.get(id) }),
    };
    return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined));
  }

  /** Takes news of a minion about its own part. False when the job was not published to it; news that are none change nothing. */
  note(jid: string, id: string, news: DeliveryNews): boolean {
    const job = this.job(jid);
    if (job?.minions.has(id) !== true) return false;
    const before = deliveryOf(job, id) ?? publishedAt(job.startedUnixMs);
    const again = news.state === 'running' && before.state === 'running' ? heardAgain(before, news.atMs, news.states) : undefined;
    if (again !== undefined) job.notes.set(id, again);
    const after = moved(before, news);
    if (after === undefined) {
      if (again !== undefined && news.states !== undefined) this.#tellListeners(jid, id, again);
      return true;
    }
    job.notes.set(id, after);
    this.#write(jid, id, news, isGivenUp(after) ? { givenUp: isGivenUp(before) ? 0 : 1 } : isGivenUp(before) ? { givenUp: -1 } : {});
    this.#tellListeners(jid, id, after);
    return true;
  }

  #tellListeners(jid: string, id: string, delivery: Delivery): void {
    for (const heard of this.#listeners.get(jid) ?? []) heard(id, delivery);
  }

  /** What the store has to count when this return is new. */
  tallyOf(job: ActiveJob, id: string, { isFailed, special }: ReturnMeaning): Partial<Tally> {
    if (!job.minions.has(id)) return isFailed ? { failed: 1 } : {};
    const before = job.notes.get(id);
    return {
      returned: 1, failed: isFailed ? 1 : 0, givenUp: before !== undefined && isGivenUp(before) ? -1 : 0,
      interrupted: special?.isInterrupted === true ? 1 : 0,
    };
  }

  /** A return is stored. */
  returned(job: ActiveJob, id: string, meaning: ReturnMeaning, atMs: number): void {
    if (job.returned.has(id)) return;
    job.returned.set(id, atMs);
    if (meaning.isFailed) job.failed.add(id);
    const special = meaning.special === undefined ? undefined : moved(job.notes.get(id) ?? publishedAt(job.startedUnixMs), meaning.special);
    if (special === undefined || meaning.special === undefined) return;
    job.notes.set(id, special);
    this.#write(job.jid, id, meaning.special, {});
  }

  /** Calls for each step of a job, in the moment it is taken; keep it short. */
  watch(jid: string, heard: Heard): Disposable {
    const listeners = this.#listeners.get(jid) ?? new Set();
    this.#listeners.set(jid, listeners.add(heard));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(heard);
        if (listeners.size === 0) this.#listeners.delete(jid);
      },
    };
  }

  /** Concludes from connections what became of open jobs that nobody waits for. */
  sweep(nowMs: number): void {
    const { active, gone } = this.#parts;
    for (const job of active.all()) {
      if (nowMs - job.startedUnixMs < JUDGE_AFTER_MS || job.returned.size >= job.minions.size) continue;
      for (const id of gone.size < job.minions.size ? gone.keys() : job.minions) {
        const news = job.minions.has(id) && !job.returned.has(id) ? this.#concluded(job, id, nowMs) : undefined;
        if (news !== undefined) this.note(job.jid, id, news);
      }
    }
  }

  #concluded(job: ActiveJob, id: string, nowMs: number): DeliveryNews | undefined {
    const before = deliveryOf(job, id);
    if (before !== undefined && isOver(before)) return undefined;
    const goneSinceMs = this.#parts.gone.get(id);
    if (goneSinceMs === undefined) return undefined;
    if (goneSinceMs <= job.startedUnixMs) return { state: 'not_connected', atMs: nowMs };
    return nowMs - goneSinceMs < LOST_AFTER_MS ? undefined : { state: 'lost', atMs: nowMs, why: CONNECTION_LOST };
  }

  #fromStore(jid: string): ActiveJob | undefined {
    const stored = this.#parts.storeJobs ? this.#parts.jobs.job(jid) : undefined;
    if (stored === undefined) return undefined;
    const job = this.#parts.active.start(jid, stored.minions, stored.load, stored.startedUnixMs);
    for (const { news, ids } of this.#parts.jobs.notes(jid)) {
      for (const id of ids) {
        const after = moved(job.notes.get(id) ?? publishedAt(job.startedUnixMs), news);
        if (after !== undefined) job.notes.set(id, after);
      }
    }
    for (const { id, atMs, isFailed } of this.#parts.jobs.returnMarks(jid)) {
      job.returned.set(id, atMs);
      if (isFailed) job.failed.add(id);
    }
    return job;
  }

  #write(jid: string, id: string, news: DeliveryNews, tally: { givenUp?: number; interrupted?: number }): void {
    if (!this.#parts.storeJobs) return;
    const pending = this.#pending.get(jid) ?? { notes: [], tally: { givenUp: 0, interrupted: 0 } };
    this.#pending.set(jid, pending);
    const last = pending.notes.at(-1);
    // What many minions have in common is written once.
    if (last !== undefined && isSame(last.news, news)) (last.ids as string[]).push(id);
    else pending.notes.push({ news, ids: [id] });
    pending.tally.givenUp += tally.givenUp ?? 0;
    pending.tally.interrupted += tally.interrupted ?? 0;
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS);
  }

  /** Resolves when all steps so far are on disk, or could not be written. */
  async stored(): Promise<void> {
    if (this.#timer !== undefined) await this.#written.promise;
  }

  /** Writes what waits; a record that cannot be written is told in the log, jobs go on. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const written = this.#written;
    this.#written = deferred();
    const pending = [...this.#pending];
    this.#pending.clear();
    const writes = pending.map(([jid, { notes, tally }]) => this.#parts.jobs.saveNotes(jid, notes, tally));
    for (const done of await Promise.allSettled(writes)) {
      if (done.status === 'rejected') this.#parts.log.error({ err: done.reason as unknown }, 'delivery record not stored');
    }
    written.resolve();
  }
}

export const CONNECTION_LOST = 'connection lost during the job';

/** Undefined for a minion that was not expected and did not return. */
function deliveryOf(job: ActiveJob, id: string): Delivery | undefined {
  const note = job.notes.get(id);
  const returnedMs = job.returned.get(id);
  if (returnedMs === undefined) return note ?? (job.minions.has(id) ? publishedAt(job.startedUnixMs) : undefined);
  // The word of a refusal or an interruption says more than that the return failed.
  if (note?.state === 'refused' || note?.state === 'failed') return { ...note, atMs: returnedMs };
  const before: Partial<Delivery> = note ?? {};
  const { why, ...facts } = before;
  void why;
  return { ...facts, state: job.failed.has(id) ? 'failed' : 'returned', atMs: returnedMs };
}

const isSame = (a: DeliveryNews, b: DeliveryNews): boolean =>
  a.state === b.state && a.atMs === b.atMs && a.sinceMs === b.sinceMs && a.pid === b.pid && a.why === b.why;
