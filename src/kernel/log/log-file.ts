/**
 * The log file: written in this thread, closed to others, replaced when it grows too large, opened anew on demand. A line
 * is one write at the end of the file, so that several processes can share it.
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

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
  #file: number;
  #bytes: number;
  #isClosed = false;
  #isFailing = false;

  private constructor(options: LogFileOptions) {
    this.#options = options;
    this.#file = openSync(options.path, 'a', FILE_MODE);
    this.#bytes = fstatSync(this.#file).size;
  }

  /** @throws the system's error when the file cannot be opened */
  static open(options: LogFileOptions): LogFile {
    mkdirSync(dirname(options.path), { recursive: true, mode: FOLDER_MODE });
    return new LogFile(options);
  }

  /** Writes a line that ends in a line feed. */
  write(line: string): void {
    if (this.#isClosed) return;
    const { bytesMax } = this.#options;
    const size = Buffer.byteLength(line);
    try {
      if (bytesMax > 0 && this.#bytes > 0 && this.#bytes + size > bytesMax) this.#rotate();
      writeSync(this.#file, line);
      this.#bytes += size;
      this.#isFailing = false;
    } catch (err) {
      // A full disk must not end the program; it is said once, where somebody may see it.
      if (!this.#isFailing) process.stderr.write(`Failed to write to the log file ${this.#options.path}: ${err instanceof Error ? err.message : String(err)}\n`);
      this.#isFailing = true;
    }
  }

  /** Goes on in a new file of the same name, after the old one was moved away. @throws the system's error; the old file stays in use then */
  reopen(): void {
    if (this.#isClosed) return;
    const old = this.#file;
    this.#file = openSync(this.#options.path, 'a', FILE_MODE);
    this.#bytes = fstatSync(this.#file).size;
    closeSync(old);
  }

  /** What is logged later goes to the terminal alone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #rotate(): void {
    const { path, backups } = this.#options;
    for (let at = backups - 1; at >= 1; at -= 1) if (existsSync(`${path}.${at}`)) renameSync(`${path}.${at}`, `${path}.${at + 1}`);
    if (backups > 0) renameSync(path, `${path}.1`);
    else rmSync(path);
    this.reopen();
  }
}
