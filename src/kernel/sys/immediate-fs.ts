/**
 * The file functions of `node:fs/promises` for a program that does one thing and ends: it waits for the disk in any case, and asking at once
 * takes a tenth of the processor time that the way to another thread and back does. Never for a daemon, which must not wait.
 * What may block for ever (pipes, devices) is still asked elsewhere. Start at `immediateFs`.
 */
import * as sync from 'node:fs';
import * as fs from 'node:fs/promises';

type Promised = typeof fs;

/** A promise of what the work gives, or of its failure; the work is done at once. */
const promised = <A extends readonly unknown[], R>(work: (...args: A) => R) => (...args: A): Promise<R> => {
  try {
    return Promise.resolve(work(...args));
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
};

type Data = string | Uint8Array;

/** An open regular file. Has what programs of ours use of node's own handle. */
class ImmediateHandle {
  readonly fd: number;
  #isOpen = true;

  constructor(fd: number) {
    this.fd = fd;
  }

  read = promised((buffer: Uint8Array, offset?: number, length?: number, position?: number | null) => {
    const from = offset ?? 0;
    return { buffer, bytesRead: sync.readSync(this.fd, buffer, from, length ?? buffer.byteLength - from, position ?? null) };
  });

  write = promised((data: Data, first?: number | null, second?: number | BufferEncoding, third?: number | null) => {
    const bytesWritten = typeof data === 'string'
      ? sync.writeSync(this.fd, data, first ?? null, second as BufferEncoding)
      : sync.writeSync(this.fd, data, first ?? 0, (second as number | undefined) ?? data.byteLength - (first ?? 0), third ?? null);
    return { buffer: data, bytesWritten };
  });

  readFile = promised((options?: BufferEncoding | { encoding?: BufferEncoding | null } | null) => sync.readFileSync(this.fd, options));
  writeFile = promised((data: Data, options?: BufferEncoding | { encoding?: BufferEncoding | null } | null) => sync.writeFileSync(this.fd, data, options));
  appendFile = this.writeFile;
  stat = promised((options?: sync.StatOptions) => sync.fstatSync(this.fd, options));
  chmod = promised((mode: sync.Mode) => sync.fchmodSync(this.fd, mode));
  chown = promised((uid: number, gid: number) => sync.fchownSync(this.fd, uid, gid));
  truncate = promised((length?: number) => sync.ftruncateSync(this.fd, length));
  utimes = promised((atime: sync.TimeLike, mtime: sync.TimeLike) => sync.futimesSync(this.fd, atime, mtime));
  sync = promised(() => sync.fsyncSync(this.fd));
  datasync = promised(() => sync.fdatasyncSync(this.fd));

  close = promised(() => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    sync.closeSync(this.fd);
  });

  /** Streams close the file at their end, as those of node's handle. */
  createReadStream(options: object = {}): sync.ReadStream {
    this.#isOpen = false;
    return sync.createReadStream('', { ...options, fd: this.fd });
  }

  createWriteStream(options: object = {}): sync.WriteStream {
    this.#isOpen = false;
    return sync.createWriteStream('', { ...options, fd: this.fd });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** True for what can be opened and read without waiting for anybody: a regular file, or nothing yet. */
function isPlain(path: sync.PathLike): boolean {
  const facts = sync.statSync(path, { throwIfNoEntry: false });
  return facts === undefined || facts.isFile();
}

const open = (path: sync.PathLike, flags: string | number = 'r', mode?: sync.Mode): Promise<unknown> => (mayAsk(path)
  ? promised(() => new ImmediateHandle(sync.openSync(path, flags, mode)))()
  : fs.open(path, flags, mode));

/** False also where asking fails: the question itself then fails in its own words. */
function mayAsk(path: unknown): path is sync.PathLike {
  if (typeof path !== 'string' && !(path instanceof Uint8Array) && !(path instanceof URL)) return false;
  try {
    return isPlain(path as sync.PathLike);
  } catch (error) {
    // A folder on the way that is a file, or that nobody may enter.
    if (error instanceof Error) return false;
    throw error;
  }
}

type ReadOptions = Parameters<typeof sync.readFileSync>[1];
type WriteArgs = Parameters<typeof sync.writeFileSync>;

/** As `node:fs/promises`, most of it done at once. */
export const immediateFs: Promised = {
  ...fs,
  access: promised(sync.accessSync), chmod: promised(sync.chmodSync), chown: promised(sync.chownSync), lchown: promised(sync.lchownSync),
  link: promised(sync.linkSync), lstat: promised(sync.lstatSync), mkdir: promised(sync.mkdirSync), readdir: promised(sync.readdirSync),
  readlink: promised(sync.readlinkSync), realpath: promised(sync.realpathSync.native), rename: promised(sync.renameSync),
  rmdir: promised(sync.rmdirSync), stat: promised(sync.statSync), symlink: promised(sync.symlinkSync), unlink: promised(sync.unlinkSync),
  utimes: promised(sync.utimesSync), lutimes: promised(sync.lutimesSync), open,
  readFile: (path: sync.PathLike, options?: ReadOptions) =>
    (mayAsk(path) ? promised(() => sync.readFileSync(path, options))() : fs.readFile(path, options as BufferEncoding)),
  writeFile: (path: sync.PathLike, data: WriteArgs[1], options?: WriteArgs[2]) =>
    (mayAsk(path) ? promised(() => sync.writeFileSync(path, data, options))() : fs.writeFile(path, data, options as BufferEncoding)),
} as unknown as Promised;
