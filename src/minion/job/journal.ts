/**
 * Which jobs this minion took and which it ended, on disk: one short line each. After a crash it tells which jobs were cut short, and
 * that none of them starts a second time when it is published again. Arguments are not in it.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseJid, type Jid } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';

export interface JournalJob {
  readonly jid: Jid;
  readonly fun: string | readonly string[];
  readonly user: string;
  /** Name of the master that asked for it. */
  readonly master: string;
}

/** Lines after which the file is written anew with what still counts. */
const LINES_MAX = 5000;

export class JobJournal implements Disposable {
  readonly #path: string;
  readonly #log: Logger;
  readonly #keep: number;
  readonly #open = new Map<string, JournalJob>();
  readonly #recent = new Set<string>();
  /** Jobs that an earlier life of this minion took and did not end. */
  readonly interrupted: readonly JournalJob[];
  #file: number | undefined;
  #lines = 0;

  /** `keep`: how many ids of ended jobs are remembered. */
  constructor(path: string, keep: number, log: Logger) {
    this.#path = path;
    this.#keep = keep;
    this.#log = log;
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    for (const line of linesOf(path)) this.#take(line);
    this.interrupted = [...this.#open.values()];
    this.#rewrite();
  }

  /** Ids of the jobs that were taken or ended last, the oldest first, and of all that are open. */
  recent(): string[] {
    return [...new Set([...this.#recent, ...this.#open.keys()])];
  }

  /** The job is taken: from now on it is not taken again, whatever happens. */
  took(job: JournalJob): void {
    this.#write(['+', job.jid, typeof job.fun === 'string' ? job.fun : [...job.fun], job.user, job.master]);
  }

  /** The return of the job is safe, or there is none. Of a job that was not taken, as a question about jobs, nothing is kept. */
  ended(jid: string): void {
    if (this.#open.has(jid)) this.#write(['-', jid]);
  }

  #write(line: readonly unknown[]): void {
    this.#take(line);
    try {
      if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
      this.#lines += 1;
      if (this.#lines > LINES_MAX) this.#rewrite();
    } catch (err) {
      this.#log.error({ err, path: this.#path }, 'job journal cannot be written: jobs cut short by a crash may go unreported');
    }
  }

  #take([sign, jidText, fun, user, master]: readonly unknown[]): void {
    const jid = parseJid(jidText);
    if (jid === undefined) return;
    if (sign === '+') this.#open.set(jid, { jid, fun: isNames(fun) ? fun : '', user: textOf(user), master: textOf(master) });
    else this.#open.delete(jid);
    this.#recent.delete(jid);
    this.#recent.add(jid);
    for (const oldest of this.#recent) {
      if (this.#recent.size <= this.#keep) break;
      this.#recent.delete(oldest);
    }
  }

  #rewrite(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    const ended = [...this.#recent].filter((jid) => !this.#open.has(jid)).map((jid) => ['-', jid]);
    const lines = [...ended, ...[...this.#open.values()].map(({ jid, fun, user, master }) => ['+', jid, fun, user, master])];
    try {
      writeFileSync(`${this.#path}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#file = openSync(this.#path, 'a', 0o600);
      this.#lines = lines.length;
    } catch (err) {
      this.#log.error({ err, path: this.#path }, 'job journal cannot be written: jobs cut short by a crash may go unreported');
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** The last line may be cut short by the crash; what cannot be read is left out. */
function linesOf(path: string): unknown[][] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').map(readLine).filter((line) => line !== undefined);
}

function readLine(line: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? (value as unknown[]) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const isNames = (value: unknown): value is string | readonly string[] =>
  typeof value === 'string' || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
