/** The log file: pino's writer in this thread, closed to others, replaced when it grows too large, opened anew on demand. */
import { loadPino } from './pino.js';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { pino } from 'pino';

type Writer = ReturnType<typeof pino.destination>;

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o750;

export interface LogFileOptions {
  readonly path: string;
  /** 0 for no limit. */
  readonly bytesMax: number;
  /** Old files kept as `path.1`, `path.2`, ...; with none, a full file is emptied. */
  readonly backups: number;
}

export class LogFile {
  readonly #options: LogFileOptions;
  readonly #writer: Writer;
  #bytes: number;
  #isClosed = false;

  private constructor(options: LogFileOptions, writer: Writer) {
    this.#options = options;
    this.#writer = writer;
    this.#bytes = statSync(options.path).size;
  }

  /** @throws the system's error when the file cannot be opened */
  static async open(options: LogFileOptions): Promise<LogFile> {
    const pino = await loadPino();
    mkdirSync(dirname(options.path), { recursive: true, mode: FOLDER_MODE });
    return new LogFile(options, pino.destination({ dest: options.path, sync: true, append: true, mode: FILE_MODE }));
  }

  /** Writes a line that ends in a line feed. */
  write(line: string): void {
    if (this.#isClosed) return;
    const { bytesMax } = this.#options;
    const size = Buffer.byteLength(line);
    if (bytesMax > 0 && this.#bytes > 0 && this.#bytes + size > bytesMax) this.#rotate();
    this.#bytes += size;
    this.#writer.write(line);
  }

  /** Goes on in a new file of the same name, after the old one was moved away. */
  reopen(): void {
    if (this.#isClosed) return;
    this.#writer.reopen();
    const size = statSync(this.#options.path, { throwIfNoEntry: false })?.size;
    this.#bytes = size ?? 0;
  }

  /** What is logged later goes to the terminal alone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.end();
  }

  #rotate(): void {
    const { path, backups } = this.#options;
    for (let at = backups - 1; at >= 1; at -= 1) if (existsSync(`${path}.${at}`)) renameSync(`${path}.${at}`, `${path}.${at + 1}`);
    if (backups > 0) renameSync(path, `${path}.1`);
    else rmSync(path);
    this.reopen();
  }
}
