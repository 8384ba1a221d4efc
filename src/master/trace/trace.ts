/**
 * Keeps what led to what, for `event.trace`: a database beside the job store. Happenings of the last moments are in memory, so that
 * the depth of a chain is known at once. Refuses to know: who reacts to what.
 *
 * Commits wait for nobody and are not synced: what the last moment before a power failure led to may be missing here, never in the job store.
 */
import { closeSync, openSync } from 'node:fs';
import { ChainDepths } from '../../automation/reactor/chain-depths.js';
import type { Happening, HappeningKind, HappeningTree, TracePort } from '../../kernel/contract/happening.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { BusEvent } from '../../bus/event/bus.js';
import { openDatabase, type Database, type SqlRow, type SqlStatement } from '../../kernel/sys/sqlite.js';

const COMMIT_EVERY_MS = 100;
/** Happenings that may wait for the disk; further ones are left out, counted. */
const WAITING_MAX = 100_000;
const CHAIN_MAX = 100;
const TREE_MAX = 10_000;
const REMOVE_ROWS = 5000;

/** Tags of what belongs to a job or run. Source: wire-protocol, section 9. */
const OF_JOB = /^salt\/(?:job|run|wheel|batch|state_result)\/([^/]+)\//;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS happenings (id TEXT PRIMARY KEY, kind TEXT NOT NULL, what TEXT NOT NULL, at_ms INTEGER NOT NULL, cause TEXT, minion TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS happenings_cause ON happenings (cause);
CREATE INDEX IF NOT EXISTS happenings_at ON happenings (at_ms);
`;

/** What an event belongs to: what its sender said, else the job in its tag. */
export function causeOf({ tag, cause }: BusEvent): string | undefined {
  return cause ?? OF_JOB.exec(tag)?.[1];
}

export interface TraceOptions {
  readonly path: string;
  /** A happening is not kept since too many wait. */
  readonly onFull: () => void;
  readonly log: Logger;
}

export class Trace implements TracePort, AsyncDisposable {
  readonly #db: Database;
  readonly #insert: SqlStatement;
  readonly #options: TraceOptions;
  readonly #depths = new ChainDepths();
  #waiting: Happening[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @throws the driver's error when the database cannot be opened */
  constructor(options: TraceOptions) {
    this.#options = options;
    closeSync(openSync(options.path, 'a', 0o600));
    this.#db = openDatabase(options.path);
    this.#db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; ${SCHEMA}`);
    this.#insert = this.#db.prepare('INSERT INTO happenings (id, kind, what, at_ms, cause, minion) VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING');
  }

  note(happening: Happening): void {
    this.#depths.note(happening);
    if (this.#isClosed) return;
    if (this.#waiting.length >= WAITING_MAX) {
      this.#options.onFull();
      return;
    }
    this.#waiting.push(happening);
    this.#timer ??= setTimeout(() => this.flush(), COMMIT_EVERY_MS);
  }

  /** How many reactions led to a happening of the last moments. */
  depth(id: string | undefined): number {
    return this.#depths.depth(id);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const happenings = this.#waiting;
    if (happenings.length === 0) return;
    this.#waiting = [];
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const { id, kind, what, atMs, cause, minion } of happenings) this.#insert.run(id, kind, what, atMs, cause ?? null, minion ?? null);
      this.#db.exec('COMMIT');
    } catch (err) {
      this.#options.log.error({ err, left_out: happenings.length }, 'what led to what cannot be kept');
      this.#rollBack();
    }
  }

  #rollBack(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch (err) {
      this.#options.log.debug({ err }, 'nothing to roll back');
    }
  }

  tree(id: string): Promise<HappeningTree | undefined> {
    this.flush();
    const root = this.#first(id);
    if (root === undefined) return Promise.resolve(undefined);
    let left = TREE_MAX;
    const grow = (happening: Happening, depth: number): HappeningTree => {
      const next = depth < CHAIN_MAX && left > 0 ? this.#find('cause = ? ORDER BY at_ms, id LIMIT ?', happening.id, left) : [];
      left -= next.length;
      return { ...happening, led: next.map((one) => grow(one, depth + 1)) };
    };
    return Promise.resolve(grow(root, 0));
  }

  /** Removes what is older than a time, in steps that hold up nobody for long. */
  async removeOlder(atMs: number): Promise<number> {
    const remove = this.#db.prepare('DELETE FROM happenings WHERE id IN (SELECT id FROM happenings WHERE at_ms < ? LIMIT ?)');
    let removed = 0;
    for (;;) {
      const rows = this.#isClosed ? 0 : remove.run(atMs, REMOVE_ROWS);
      removed += rows;
      if (rows < REMOVE_ROWS) return removed;
      await new Promise(setImmediate);
    }
  }

  #first(id: string): Happening | undefined {
    let [found] = this.#find('id = ?', id);
    for (let step = 0; step < CHAIN_MAX && found?.cause !== undefined; step += 1) {
      const [before] = this.#find('id = ?', found.cause);
      if (before === undefined) return found;
      found = before;
    }
    return found;
  }

  #find(where: string, ...values: (string | number)[]): Happening[] {
    return this.#db.prepare(`SELECT id, kind, what, at_ms, cause, minion FROM happenings WHERE ${where}`).all(...values).map(happeningOf);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.flush();
    this.#isClosed = true;
    this.#db.close();
    return Promise.resolve();
  }
}

function happeningOf(row: SqlRow): Happening {
  const text = (name: string): string => String(row[name]);
  return {
    id: text('id'), kind: text('kind') as HappeningKind, what: text('what'), atMs: Number(row['at_ms']),
    ...(row['cause'] === null ? {} : { cause: text('cause') }), ...(row['minion'] === null ? {} : { minion: text('minion') }),
  };
}
