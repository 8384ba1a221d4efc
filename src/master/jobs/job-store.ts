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
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { SCHEMA_VERSION, upgradeSchema } from './job-schema.js';
import { openDatabase, type Database, type SqlRow, type SqlStatement, type SqlValue } from './sqlite.js';

/** The job store cannot write: disk full, database damaged. The message has the database's own words. */
export class JobStoreError extends TsaltError {
  readonly code = 'jobs.store';
}

const COMMIT_EVERY_MS = 4;
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
}

export class JobStore {
  readonly #db: Database;
  readonly #statements: Record<'job' | 'minions' | 'ret' | 'known', SqlStatement>;
  #waiting: Write[] = [];
  #timer: NodeJS.Timeout | undefined;
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
        minions: this.#db.prepare('UPDATE jobs SET minions = ? WHERE jid = ?'),
        ret: this.#db.prepare(
          'INSERT INTO returns (jid, id, fun, retcode, success, returned_ms, load) VALUES (?,?,?,?,?,?,?) ON CONFLICT (jid, id) DO NOTHING'),
        known: this.#db.prepare('SELECT 1 AS known FROM returns WHERE jid = ? AND id = ?'),
      };
    } catch (cause) {
      throw new JobStoreError(`Cannot open the job store ${path}: ${reason(cause)}`, { context: { path }, cause });
    }
  }

  get schemaVersion(): number {
    return SCHEMA_VERSION;
  }

  /** Stores a job; a jid that is already there keeps its first load. Resolves when committed. */
  saveJob(job: StoredJob): Promise<void> {
    const { load } = job;
    const row: SqlValue[] = [
      job.jid, funText(load['fun']), textOf(load['tgt']), textOf(load['tgt_type']), textOf(load['user']), job.startedUnixMs,
      encodeBus(load), encodeBus([...job.minions]),
    ];
    return this.#enqueue(() => this.#statements.job.run(...row));
  }

  /** Stores a return once for each minion and job: a second copy changes nothing, and gives false. Resolves when committed. */
  async saveReturn(ret: StoredReturn, nowUnixMs: number): Promise<boolean> {
    const row: SqlValue[] = [ret.jid, ret.id, ret.fun, ret.retcode, ret.success ? 1 : 0, nowUnixMs, encodeBus(ret.load)];
    let isNew = false;
    await this.#enqueue(() => {
      isNew = !this.hasReturn(ret.jid, ret.id);
      if (isNew) this.#statements.ret.run(...row);
    });
    return isNew;
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

  /** Jobs, newest first. */
  list(filter: JobFilter & { user?: string }): StoredJob[] {
    const where: string[] = [];
    const values: SqlValue[] = [];
    const add = (condition: string, value: SqlValue): void => {
      where.push(condition);
      values.push(value);
    };
    if (filter.fun !== undefined) add('fun GLOB ?', filter.fun);
    if (filter.tgt !== undefined) add('tgt GLOB ?', filter.tgt);
    if (filter.user !== undefined) add('user = ?', filter.user);
    if (filter.startUnixMs !== undefined) add('started_ms >= ?', filter.startUnixMs);
    if (filter.endUnixMs !== undefined) add('started_ms <= ?', filter.endUnixMs);
    const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
    return this.#db
      .prepare(`SELECT * FROM jobs ${condition} ORDER BY started_ms DESC, jid DESC LIMIT ? OFFSET ?`)
      .all(...values, filter.count ?? -1, filter.offset ?? 0)
      .map(readJob);
  }

  /** Deletes jobs that began before a time, with their returns, some rows at a time. Gives how many jobs went. */
  async removeOlder(beforeUnixMs: number, rowsAtOnce = REMOVE_ROWS): Promise<number> {
    const someJobs = this.#db.prepare('SELECT jid FROM jobs WHERE started_ms < ? LIMIT ?');
    const dropJob = this.#db.prepare('DELETE FROM jobs WHERE jid = ?');
    let removed = 0;
    for (;;) {
      const jids = someJobs.all(beforeUnixMs, rowsAtOnce).map(({ jid }) => String(jid));
      if (jids.length === 0) break;
      // Returns first: what is interrupted goes on where it stopped.
      for (const jid of jids) await this.#removeReturns('jid = ?', jid, rowsAtOnce);
      await this.#enqueue(() => {
        for (const jid of jids) dropJob.run(jid);
      });
      removed += jids.length;
    }
    // Returns of jobs that were never published here would stay for ever.
    await this.#removeReturns('returned_ms < ? AND jid NOT IN (SELECT jid FROM jobs)', beforeUnixMs, rowsAtOnce);
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
    else this.#timer ??= setTimeout(() => this.#commit(), COMMIT_EVERY_MS);
    return done.promise;
  }

  /** One transaction for all that waits. When it fails, each of its writes is told why. */
  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const { apply } of batch) apply();
      this.#db.exec('COMMIT');
    } catch (cause) {
      const error = new JobStoreError(`Cannot write to the job store: ${reason(cause)}`, { cause });
      for (const { done } of batch) done.reject(error);
      this.#rollback();
      return;
    }
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
