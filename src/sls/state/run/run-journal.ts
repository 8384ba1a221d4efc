/**
 * What a run has done so far, on disk, one short line for each state: after a crash in the middle somebody can say which states were
 * done. The file goes when the run ends. Names and results only, nothing of what the states did.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseJid } from '../../../kernel/contract/job.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { tagOf, text, type LowChunk } from '../high-data.js';
import type { Row } from './rows.js';

const FOLDER = 'state_runs';
/** States that wait for nothing are written together: at most this many lines are not on disk. */
const WAITING_MAX = 64;
/** States that a report names; of more it gives the number. */
const NAMED_MAX = 20;

export class RunJournal {
  readonly #path: string;
  #file: number | undefined;
  /** Written as soon as the run waits for something. */
  #waiting = '';
  #lines = 0;
  #isSoon = false;

  constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /** A journal that cannot be written is no reason not to run. */
  static begin(cacheDir: string, jid: string, chunks: readonly LowChunk[], log: Logger): RunJournal | undefined {
    const name = parseJid(jid);
    if (name === undefined) return undefined;
    const path = join(cacheDir, FOLDER, name);
    try {
      mkdirSync(join(cacheDir, FOLDER), { recursive: true, mode: 0o750 });
      const file = openSync(path, 'w', 0o600);
      writeSync(file, `${JSON.stringify({ pid: process.pid, of: chunks.length })}\n`);
      return new RunJournal(path, file);
    } catch (err) {
      log.warn({ err, path }, 'journal of the state run cannot be written: after a crash nobody knows which states were done');
      return undefined;
    }
  }

  /** On disk when the state waits for something: for a program, a file, another machine. */
  begins(low: LowChunk): void {
    this.#add(['begins', tagOf(low)]);
  }

  ended(low: LowChunk, row: Row): void {
    this.#add(['ended', `${text(low['__sls__'])}: ${text(low['__id__'])}`, row['result'] ?? null]);
  }

  #add(parts: readonly unknown[]): void {
    this.#waiting += `${JSON.stringify(parts)}\n`;
    this.#lines += 1;
    if (this.#lines >= WAITING_MAX) this.#write();
    if (this.#isSoon) return;
    this.#isSoon = true;
    // A tick comes when nothing is left that can go on at once.
    process.nextTick(() => {
      this.#isSoon = false;
      this.#write();
    });
  }

  #write(): void {
    if (this.#file !== undefined && this.#waiting !== '') writeSync(this.#file, this.#waiting);
    this.#waiting = '';
    this.#lines = 0;
  }

  /** The run is over: its answer says everything. */
  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    rmSync(this.#path, { force: true });
  }
}

/** What a run that was cut short had done, as a sentence; undefined when nothing is known of it. The journal is removed. */
export function takeReport(cacheDir: string, jid: string): string | undefined {
  const name = parseJid(jid);
  if (name === undefined) return undefined;
  const path = join(cacheDir, FOLDER, name);
  const lines = linesOf(path);
  rmSync(path, { force: true });
  const [head, ...rest] = lines;
  if (head === undefined) return undefined;
  const ended = rest.filter(([word]) => word === 'ended');
  const done = ended.filter(([, , result]) => result !== false).map(([, id]) => String(id));
  const failed = ended.filter(([, , result]) => result === false).map(([, id]) => String(id));
  const last = rest.at(-1);
  const cut = last?.[0] === 'begins' ? `; cut short: ${String(last[1])}` : '';
  const listed = (ids: readonly string[]): string => `${ids.slice(0, NAMED_MAX).join(', ')}${ids.length > NAMED_MAX ? ` and ${ids.length - NAMED_MAX} more` : ''}`;
  const of = (head as unknown as { of?: number }).of ?? '?';
  return `${ended.length} of ${of} states ran${done.length > 0 ? `; done: ${listed(done)}` : ''}${failed.length > 0 ? `; failed: ${listed(failed)}` : ''}${cut}`;
}

/** Says in the log what runs of processes that are gone had done. */
export function reportUnfinished(cacheDir: string, log: Logger): void {
  for (const name of namesIn(join(cacheDir, FOLDER))) {
    const [head] = linesOf(join(cacheDir, FOLDER, name));
    const pid = (head as unknown as { pid?: unknown } | undefined)?.pid;
    if (typeof pid === 'number' && isAlive(pid)) continue;
    const report = takeReport(cacheDir, name);
    if (report !== undefined) log.warn({ jid: name }, `A state run ended before it was done: ${report}`);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The last line may be cut by the crash. */
function linesOf(path: string): (readonly unknown[])[] {
  let whole: string;
  try {
    whole = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return whole.split('\n').slice(0, -1).map((line) => JSON.parse(line) as readonly unknown[]);
}
