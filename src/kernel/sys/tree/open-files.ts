/**
 * Files that are read piece by piece, open from one piece to the next: to open, look at and close a file for each of its pieces takes
 * three ways to the threads that do it, which on a busy machine is most of the wait.
 */
import { open, type FileHandle } from 'node:fs/promises';

/** A file that nobody reads is closed after this. */
const IDLE_MS = 2000;
/** Files kept open; any more are closed behind each piece. */
const KEPT_MAX = 64;

interface OpenFile {
  readonly opened: Promise<{ readonly handle: FileHandle; readonly size: number }>;
  readers: number;
  idle: NodeJS.Timeout | undefined;
}

export class OpenFiles {
  readonly #files = new Map<string, OpenFile>();

  /** A piece from `loc` on; empty at the end. A file with another `version` is another file. */
  async read(path: string, version: string, loc: number, bytesMax: number): Promise<Buffer> {
    const name = `${version}\0${path}`;
    const file = this.#files.get(name) ?? this.#open(name, path);
    file.readers += 1;
    clearTimeout(file.idle);
    let isLong = false;
    try {
      const { handle, size } = await file.opened;
      isLong = size > bytesMax;
      return await readPiece(handle, loc, Math.min(bytesMax, size - loc));
    } finally {
      file.readers -= 1;
      if (file.readers === 0) this.#rest(name, file, isLong && this.#files.size <= KEPT_MAX);
    }
  }

  #open(name: string, path: string): OpenFile {
    const file: OpenFile = { opened: openSized(path), readers: 0, idle: undefined };
    this.#files.set(name, file);
    return file;
  }

  #rest(name: string, file: OpenFile, keep: boolean): void {
    if (keep) file.idle = setTimeout(() => this.#close(name, file), IDLE_MS).unref();
    else this.#close(name, file);
  }

  #close(name: string, file: OpenFile): void {
    this.#files.delete(name);
    // One that could not be opened has nothing to close; who asked has heard of it.
    file.opened.then(({ handle }) => handle.close()).catch(() => undefined);
  }
}

async function openSized(path: string): Promise<{ handle: FileHandle; size: number }> {
  const handle = await open(path, 'r');
  try {
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readPiece(handle: FileHandle, loc: number, bytes: number): Promise<Buffer> {
  if (bytes <= 0) return Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, loc);
  return buffer.subarray(0, bytesRead);
}
