/** Answers that are given again, in a small database. Requests stand in it as digests: it holds neither tokens nor keys. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '../../kernel/contract/log.js';
import { asError } from '../../kernel/std/async.js';
import { openDatabase, type Database } from '../../kernel/sys/sqlite.js';
import type { Answer } from '../http/exchange.js';

export interface KeptAnswer {
  readonly digest: string;
  /** Undefined while it is made. */
  readonly answer: Answer | undefined;
}

const KEPT_MAX = 10_000;
const KEPT_MS = 86_400_000;
const FOLDER_MODE = 0o700;
const TABLE = `PRAGMA busy_timeout = 2000;
  CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, digest TEXT NOT NULL, at_ms INTEGER NOT NULL, answer TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS answers_at ON answers (at_ms)`;

export class AnswerStore implements Disposable {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
    database.exec(TABLE);
  }

  /** A file that cannot be used must not keep the service away: answers are kept in memory then. */
  static open(path: string, log: Logger): AnswerStore {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
      return new AnswerStore(openDatabase(path));
    } catch (error) {
      log.error({ path, reason: asError(error).message }, 'answers for Idempotency-Key are kept in memory alone: their file cannot be used');
      return new AnswerStore(openDatabase(':memory:'));
    }
  }

  find(id: string): KeptAnswer | undefined {
    const [row] = this.#database.prepare('SELECT digest, answer FROM answers WHERE id = ? AND at_ms > ?').all(id, this.#now() - KEPT_MS);
    if (row === undefined) return undefined;
    return { digest: String(row['digest']), answer: row['answer'] === null ? undefined : JSON.parse(String(row['answer'])) as Answer };
  }

  begin(id: string, digest: string): void {
    this.#database.prepare('DELETE FROM answers WHERE at_ms <= ? OR at_ms < (SELECT at_ms FROM answers ORDER BY at_ms DESC LIMIT 1 OFFSET ?)').run(this.#now() - KEPT_MS, KEPT_MAX - 1);
    this.#database.prepare('INSERT OR REPLACE INTO answers (id, digest, at_ms, answer) VALUES (?, ?, ?, NULL)').run(id, digest, this.#now());
  }

  /** Answers in pieces cannot be given again, and no route that asks for it has them. */
  finish(id: string, { status, headers, body }: Answer): void {
    if (typeof body !== 'string') throw new TypeError('an answer in pieces cannot be kept');
    this.#database.prepare('UPDATE answers SET answer = ? WHERE id = ?').run(JSON.stringify({ status, headers, body }), id);
  }

  forget(id: string): void {
    this.#database.prepare('DELETE FROM answers WHERE id = ?').run(id);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
