/**
 * All jobs and returns in one SQLite database: never a file for each job.
 * Refuses to know: who may read a job, how a return arrived. Start at `JobStore`.
 *
 * Writes are gathered for a few milliseconds and committed together; the promise of a write resolves when its transaction
 * is on disk (WAL, synchronous FULL). That is what "acknowledged means stored" rests on.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { decodeBus, encodeBus } from '../../bus/codec/codec.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import type { JobFilter } from '../../kernel/contract/ports.js';
import { deferred, type Deferred } from '../../kernel/std/async.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { packNote, readNote, type DeliveryNote } from './delivery.js';
import { listQuery, type WantedNames } from './job-list.js';
import { namesThatFit, partsOf } from './job-names.js';
import { SCHEMA_VERSION, upgradeSchema } from './job-schema.js';
import { openDatabase, type Database, type SqlRow, type SqlStatement, type SqlValue } from '../../kernel/sys/sqlite.js';

/** The job store cannot write: disk full, database damaged. The message has the database's own words. */
export class JobStoreError extends TsaltError {
  readonly code = 'jobs.store';
}

const COMMIT_EVERY_MS = 4;
/** A commit waits for the disk and holds up everything else meanwhile: on a slow disk they come less often, up to this. */
const COMMIT_EVERY_MS_MAX = 25;
/** Times as long as the last commit took, until the next. */
const COMMIT_REST = 4;
const COMMIT_ROWS_MAX = 1000;
/** Rows that one step of a clean-up deletes, so that it holds up others for milliseconds only. */
const REMOVE_ROWS = 1000;
/** Writes that may wait for a commit; more are refused. */
const WAITING_MAX = 100_000;

interface Write {
  readonly apply: () => void;
  readonly done: Deferred<void>;
}

export interface StoredJob {
  readonly jid: string;
  /** The publication, and who asked: fun, arg, tgt, tgt_type, user, ... */
  readonly load: PlainMap;
  readonly minions: readonly string[];
  readonly startedUnixMs: number;
}

export interface StoredReturn {
  readonly jid: string;
  readonly id: string;
  readonly fun: string;
  readonly retcode: number;
  readonly success: boolean;
  /** The whole return as it came, without proofs. */
  readonly load: PlainMap;
  /** What it means for the counts of its job; nothing for a minion that was not expected. */
  readonly tally?: Partial<Tally>;
}

/** How the minions of a job stand, as changes. */
export interface Tally {
  readonly targeted: number;
  readonly returned: number;
  readonly failed: number;
  readonly givenUp: number;
  readonly interrupted: number;
}

/** A return that belongs to no job of this master. */
export interface QuarantinedReturn {
  readonly jid: string;
  readonly id: string;
  readonly fun: string;
  readonly why: string;
  readonly load: PlainMap;
  readonly atMs: number;
}

/** A return without what it says. */
export interface ReturnMark {
  readonly id: string;
  readonly atMs: number;
  readonly isFailed: boolean;
}

/** Returns in quarantine; the oldest go first. */
const QUARANTINE_MAX = 1000;

export class JobStore {
  readonly #db: Database;
  readonly #statements: Record<'job' | 'part' | 'ret' | 'known' | 'startTally' | 'tally' | 'note', SqlStatement>;
  /** Hears of each job and return that is new, once it is on disk. */
  onStored: { job(job: StoredJob): void; returned(ret: StoredReturn): void } | undefined;
  #waiting: Write[] = [];
  /** Changes of counts that belong to the transaction which is being made. */
  readonly #tallies = new Map<string, Tally>();
  #timer: NodeJS.Timeout | undefined;
  #commitEveryMs = COMMIT_EVERY_MS;
  #closed = false;

  /** Opens the database and brings its schema up to date. @throws JobStoreError */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    try {
      // Arguments and returns are for the master alone. Its companions (-wal, -shm) take the mode of the database.
      closeSync(openSync(path, 'a', 0o600));
      chmodSync(path, 0o600);
      this.#db = openDatabase(path);
      this.#db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000');
      upgradeSchema(this.#db);
      this.#statements = {
        job: this.#db.prepare(
          'INSERT INTO jobs (jid, fun, tgt, tgt_type, user, started_ms, load, minions) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (jid) DO NOTHING'),
        part: this.#db.prepare('INSERT INTO job_parts (kind, word, started_ms, jid) VALUES (?,?,?,?) ON CONFLICT DO NOTHING'),
        ret: this.#db.prepare(
          'INSERT INTO returns (jid, id, fun, retcode, success, returned_ms, load) VALUES (?,?,?,?,?,?,?) ON CONFLICT (jid, id) DO NOTHING'),
        known: this.#db.prepare('SELECT 1 AS known FROM returns WHERE jid = ? AND id = ?'),
        startTally: this.#db.prepare('INSERT INTO tally (jid, started_ms, targeted) VALUES (?,?,?) ON CONFLICT (jid) DO NOTHING'),
        tally: this.#db.prepare(
          'UPDATE tally SET targeted = targeted + ?, returned = returned + ?, failed = failed + ?, given_up = given_up + ?, '
          + 'interrupted = interrupted + ? WHERE jid = ?'),
        note: this.#db.prepare(
          'INSERT INTO delivery (jid, seq, notes) VALUES (?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM delivery WHERE jid = ?), ?)'),
      };
    } catch (cause) {
      throw new JobStoreError(`Cannot open the job store ${path}: ${reason(cause)}`, { context: { path }, cause });
    }
  }

  get schemaVersion(): number {
    return SCHEMA_VERSION;
  }

  /** Stores a job; a jid that is already there keeps its first load. Resolves when committed. */
  async saveJob(job: StoredJob): Promise<void> {
    const { load } = job;
    const row: SqlValue[] = [
      job.jid, funText(load['fun']), textOf(load['tgt']), textOf(load['tgt_type']), textOf(load['user']), job.startedUnixMs,
      encodeBus(load), encodeBus([...job.minions]),
    ];
    const parts = partsOf(load);
    await this.#enqueue(() => {
      // A job that is there already keeps its parts.
      if (this.#statements.job.run(...row) > 0) for (const [kind, word] of parts) this.#statements.part.run(kind, word, job.startedUnixMs, job.jid);
      this.#statements.startTally.run(job.jid, job.startedUnixMs, job.minions.length);
    });
    this.onStored?.job(job);
  }

  /** Stores a return once for each minion and job: a second copy changes nothing, and gives false. Resolves when committed. */
  async saveReturn(ret: StoredReturn, nowUnixMs: number): Promise<boolean> {
    const row: SqlValue[] = [ret.jid, ret.id, ret.fun, ret.retcode, ret.success ? 1 : 0, nowUnixMs, encodeBus(ret.load)];
    let isNew = false;
    await this.#enqueue(() => {
      // A second copy changes no row.
      isNew = this.#statements.ret.run(...row) > 0;
      if (isNew) this.#count(ret.jid, ret.tally);
    });
    if (isNew) this.onStored?.returned(ret);
    return isNew;
  }

  /** Adds steps of the delivery record of a job. Resolves when committed. */
  saveNotes(jid: string, notes: readonly DeliveryNote[], tally: Partial<Tally> = {}): Promise<void> {
    const bytes = encodeBus(notes.map(packNote));
    return this.#enqueue(() => {
      this.#statements.note.run(jid, jid, bytes);
      this.#count(jid, tally);
    });
  }

  /** The steps of the delivery record of a job, in order. */
  notes(jid: string): DeliveryNote[] {
    const rows = this.#db.prepare('SELECT notes FROM delivery WHERE jid = ? ORDER BY seq').all(jid);
    const packed = rows.flatMap(({ notes }) => {
      const value = decodeBus(notes as Uint8Array);
      return isList(value) ? [...value] : [];
    });
    return packed.map(readNote).filter((note) => note !== undefined);
  }

  /** Which minions returned, and when. */
  returnMarks(jid: string): ReturnMark[] {
    const rows = this.#db.prepare('SELECT id, returned_ms, success = 0 OR retcode <> 0 AS failed FROM returns WHERE jid = ?').all(jid);
    return rows.map((row) => ({ id: String(row['id']), atMs: Number(row['returned_ms']), isFailed: Number(row['failed']) !== 0 }));
  }

  /** When the last return of a job came; undefined when there is none. */
  lastReturnMs(jid: string): number | undefined {
    const at = this.#db.prepare('SELECT MAX(returned_ms) AS at FROM returns WHERE jid = ?').all(jid)[0]?.['at'];
    return at === null || at === undefined ? undefined : Number(at);
  }

  /** Keeps a return that is filed nowhere, with many others at most. Resolves when committed. */
  quarantine({ jid, id, fun, why, load, atMs }: QuarantinedReturn): Promise<void> {
    const row: SqlValue[] = [jid, id, fun, atMs, why, encodeBus(load)];
    return this.#enqueue(() => {
      this.#db.prepare('INSERT INTO quarantine (jid, id, fun, at_ms, why, load) VALUES (?,?,?,?,?,?)').run(...row);
      this.#db.prepare('DELETE FROM quarantine WHERE seq <= (SELECT MAX(seq) FROM quarantine) - ?').run(QUARANTINE_MAX);
    });
  }

  /** Returns in quarantine, newest first. */
  quarantined(): QuarantinedReturn[] {
    return this.#db.prepare('SELECT * FROM quarantine ORDER BY seq DESC').all().map((row) => ({
      jid: String(row['jid']), id: String(row['id']), fun: String(row['fun']), why: String(row['why']), load: readLoad(row['load']),
      atMs: Number(row['at_ms']),
    }));
  }

  /** Gathered for the transaction: one change for each job, however many returns it brings. */
  #count(jid: string, change: Partial<Tally> | undefined): void {
    if (change === undefined) return;
    const before = this.#tallies.get(jid);
    const sum = (name: keyof Tally): number => (before?.[name] ?? 0) + (change[name] ?? 0);
    this.#tallies.set(jid, {
      targeted: sum('targeted'), returned: sum('returned'), failed: sum('failed'), givenUp: sum('givenUp'), interrupted: sum('interrupted'),
    });
  }

  /** True when that return is stored already. */
  hasReturn(jid: string, id: string): boolean {
    return this.#statements.known.all(jid, id).length > 0;
  }

  job(jid: string): StoredJob | undefined {
    const row = this.#db.prepare('SELECT * FROM jobs WHERE jid = ?').all(jid)[0];
    return row === undefined ? undefined : readJob(row);
  }

  /** Returns of a job as they came, by minion. */
  returns(jid: string): Map<string, PlainMap> {
    const rows = this.#db.prepare('SELECT id, load FROM returns WHERE jid = ? ORDER BY returned_ms, id').all(jid);
    return new Map(rows.map((row) => [String(row['id']), readLoad(row['load'])]));
  }

  /** Jobs, newest first, or with a minion by its newest answers. */
  list(filter: JobFilter): StoredJob[] {
    const wanted: WantedNames[] = [];
    for (const [kind, patterns] of [['fun', filter.functions], ['tgt', filter.targets]] as const) {
      if (patterns === undefined || patterns.includes('*')) continue;
      const names = namesThatFit(this.#db, kind, patterns);
      if (names?.length === 0) return [];
      wanted.push({ kind, names, patterns });
    }
    const { sql, values } = listQuery(filter, wanted);
    return this.#db.prepare(sql).all(...values).map(readJob);
  }

  /** Deletes jobs that began before a time, with their returns, some rows at a time. Gives how many jobs went. */
  async removeOlder(beforeUnixMs: number, rowsAtOnce = REMOVE_ROWS): Promise<number> {
    const someJobs = this.#db.prepare('SELECT jid, started_ms, load FROM jobs WHERE started_ms < ? LIMIT ?');
    const dropPart = this.#db.prepare('DELETE FROM job_parts WHERE kind = ? AND word = ? AND started_ms = ? AND jid = ?');
    const drop = ['jobs', 'tally', 'delivery'].map((table) => this.#db.prepare(`DELETE FROM ${table} WHERE jid = ?`));
    let removed = 0;
    for (;;) {
      const jobs = someJobs.all(beforeUnixMs, rowsAtOnce);
      const jids = jobs.map(({ jid }) => String(jid));
      if (jids.length === 0) break;
      // Returns first: what is interrupted goes on where it stopped.
      for (const jid of jids) await this.#removeReturns('jid = ?', jid, rowsAtOnce);
      await this.#enqueue(() => {
        for (const { jid = null, started_ms: startedMs = null, load } of jobs) {
          for (const [kind, word] of partsOf(readLoad(load))) dropPart.run(kind, word, startedMs, jid);
        }
        for (const jid of jids) for (const statement of drop) statement.run(jid);
      });
      removed += jids.length;
    }
    // Returns of jobs that were never published here would stay for ever.
    await this.#removeReturns('returned_ms < ? AND jid NOT IN (SELECT jid FROM jobs)', beforeUnixMs, rowsAtOnce);
    const old = this.#db.prepare('DELETE FROM quarantine WHERE at_ms < ?');
    await this.#enqueue(() => old.run(beforeUnixMs));
    return removed;
  }

  async #removeReturns(condition: string, value: SqlValue, rowsAtOnce: number): Promise<void> {
    const some = this.#db.prepare(`SELECT jid, id FROM returns WHERE ${condition} LIMIT ?`);
    const drop = this.#db.prepare('DELETE FROM returns WHERE jid = ? AND id = ?');
    for (;;) {
      const rows = some.all(value, rowsAtOnce);
      if (rows.length === 0) return;
      await this.#enqueue(() => {
        for (const { jid, id } of rows) drop.run(jid ?? null, id ?? null);
      });
    }
  }

  #enqueue(apply: () => void): Promise<void> {
    if (this.#closed) return Promise.reject(new JobStoreError('The job store is closed'));
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new JobStoreError(`The job store has ${WAITING_MAX} writes waiting: refused`));
    }
    const done = deferred<void>();
    this.#waiting.push({ apply, done });
    if (this.#waiting.length >= COMMIT_ROWS_MAX) this.#commit();
    else this.#timer ??= setTimeout(() => this.#commit(), this.#commitEveryMs);
    return done.promise;
  }

  /** One transaction for all that waits. When it fails, each of its writes is told why. */
  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const began = performance.now();
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      this.#tallies.clear();
      for (const { apply } of batch) apply();
      for (const [jid, change] of this.#tallies) {
        this.#statements.tally.run(change.targeted, change.returned, change.failed, change.givenUp, change.interrupted, jid);
      }
      this.#db.exec('COMMIT');
    } catch (cause) {
      const error = new JobStoreError(`Cannot write to the job store: ${reason(cause)}`, { cause });
      for (const { done } of batch) done.reject(error);
      this.#rollback();
      return;
    }
    this.#commitEveryMs = Math.min(COMMIT_EVERY_MS_MAX, Math.max(COMMIT_EVERY_MS, (performance.now() - began) * COMMIT_REST));
    for (const { done } of batch) done.resolve();
  }

  /** A failed BEGIN or COMMIT may have left no transaction; what else is wrong shows at the next BEGIN, to writes that can be told. */
  #rollback(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {
      // Said above.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#commit();
    this.#closed = true;
    this.#db.close();
  }
}

function readJob(row: SqlRow): StoredJob {
  const minions = decodeBus(row['minions'] as Uint8Array);
  return {
    jid: String(row['jid']),
    load: readLoad(row['load']),
    minions: Array.isArray(minions) ? minions.map(String) : [],
    startedUnixMs: Number(row['started_ms']),
  };
}

function readLoad(bytes: SqlValue | undefined): PlainMap {
  const load = decodeBus(bytes as Uint8Array);
  return isPlainMap(load) ? load : {};
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const funText = (fun: Value | undefined): string => (Array.isArray(fun) ? fun.join(',') : String(fun ?? ''));
const textOf = (value: Value | undefined): string => (Array.isArray(value) ? value.join(',') : String(value ?? ''));
