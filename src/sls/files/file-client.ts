/**
 * The `salt://` client of a minion: a local cache below `cachedir/files/<saltenv>`, kept by hash.
 *
 * Source: wire-protocol 7.1; golden wire/calls. A file is written beside its place and renamed when it is whole and its
 * hash is right, so that nobody reads half of it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { FileHash } from '../../kernel/contract/file-backend.js';
import type { FilePort } from '../../kernel/contract/ports.js';
import { safeJoin, unsafeReason } from '../../kernel/sys/safe-path.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { backoffMs, sleep } from '../../kernel/std/async.js';
import type { FileSource } from './file-source.js';
import { transfer, type TransferRequest, type TransferResult } from './transfer.js';
import { UnfinishedFiles } from './unfinished.js';

export interface FileClientOptions {
  readonly source: FileSource;
  readonly cacheDir: string;
  readonly hashType: string;
  /** Sends a piece of an upload (`_file_recv`); undefined on a host without a master. */
  readonly push?: (load: PlainMap) => Promise<Value>;
  readonly id: string;
}

const PUSH_BYTES = 262_144;
/** Fetches of one file, when it changes while it is read. */
const FETCH_TRIES = 3;
/** Tries of one transfer that is cut off; each must have brought something. */
const TRANSFER_TRIES = 5;
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 5000;

export class FileClient implements FilePort {
  readonly #options: FileClientOptions;
  /** Fetches that go on, by where they go: who wants the same meanwhile waits for it. */
  readonly #fetching = new Map<string, Promise<string | undefined>>();

  readonly #unfinished: UnfinishedFiles;

  constructor(options: FileClientOptions) {
    this.#options = options;
    this.#unfinished = new UnfinishedFiles(options.cacheDir);
  }

  async cacheFile(path: string, saltenv: string): Promise<string | undefined> {
    const { rel, env } = parseUrl(path, saltenv);
    // No server has such a file.
    if (unsafeReason(rel) !== undefined) return undefined;
    return this.fetchFile(rel, env, this.cachePath(rel, env));
  }

  async ownPath(path: string, saltenv: string): Promise<string | undefined> {
    const { rel, env } = parseUrl(path, saltenv);
    return unsafeReason(rel) === undefined ? this.#options.source.ownPath?.(rel, env) : undefined;
  }

  fetchFile(path: string, saltenv: string, dest: string, options: { gzip?: number } = {}): Promise<string | undefined> {
    const { rel, env } = parseUrl(path, saltenv);
    const name = `${env}\0${rel}\0${dest}`;
    const fetching = this.#fetching.get(name) ?? this.#fetch(rel, env, dest, options).finally(() => this.#fetching.delete(name));
    this.#fetching.set(name, fetching);
    return fetching;
  }

  async #fetch(rel: string, env: string, dest: string, options: { gzip?: number }): Promise<string | undefined> {
    const { source } = this.#options;
    const wanted = await source.hash(rel, env);
    if (wanted === undefined) return undefined;
    if ((await hashOf(dest, wanted.hash_type)) === wanted.hsum) return dest;
    let expected = wanted;
    for (let attempt = 1; ; attempt += 1) {
      const got = await this.#download(rel, env, dest, expected, options.gzip ?? 0);
      if (got === 'right') return dest;
      if (got === 'missing') return undefined;
      if (attempt >= FETCH_TRIES) {
        throw new CommandExecutionError(`Cannot fetch salt://${rel}: what came has another ${expected.hash_type} than the master named, ${FETCH_TRIES} times`);
      }
      // It may have changed meanwhile.
      const now = await source.hash(rel, env);
      if (now === undefined) return undefined;
      expected = now;
    }
  }

  async #download(rel: string, env: string, dest: string, wanted: FileHash, gzip: number): Promise<TransferResult> {
    const temporary = join(dirname(dest), `.${randomUUID()}.part`);
    // Nobody else looks into the cache: its folders are closed, and copies made of its files have the usual mode.
    const isCached = dest.startsWith(join(this.#options.cacheDir, '/'));
    await mkdir(dirname(dest), { recursive: true, mode: isCached ? 0o700 : 0o755 });
    const from = await this.#unfinished.take(wanted, temporary);
    const file = await open(temporary, from > 0 ? 'r+' : 'wx+', 0o600);
    let result: TransferResult | undefined;
    try {
      result = await this.#transfer({ source: this.#options.source, path: rel, saltenv: env, gzip, wanted, file, from });
      if (result === 'right') await file.chmod(0o644);
    } finally {
      await file.close();
      if (result === 'right') await rename(temporary, dest);
      else if (result === undefined) await this.#unfinished.keep(wanted, temporary);
      else await rm(temporary, { force: true });
    }
    return result;
  }

  /** A master that does not answer for a while is asked again, from where the transfer stopped. */
  async #transfer(request: TransferRequest): Promise<TransferResult> {
    for (let attempt = 1; ; attempt += 1) {
      const { size } = await request.file.stat();
      try {
        return await transfer({ ...request, from: attempt === 1 ? request.from : size });
      } catch (error) {
        if (attempt >= TRANSFER_TRIES || (await request.file.stat()).size === size) throw error;
        await sleep(backoffMs(attempt, RETRY_FIRST_MS, RETRY_MAX_MS), undefined, true);
      }
    }
  }

  async hashFile(path: string, saltenv: string): Promise<{ hash_type: string; hsum: string } | undefined> {
    const { rel, env } = parseUrl(path, saltenv);
    return this.#options.source.hash(rel, env);
  }

  hashAndStat(path: string, saltenv: string): Promise<readonly [Value, Value]> {
    const { rel, env } = parseUrl(path, saltenv);
    return this.#options.source.hashAndStat(rel, env);
  }

  fileList(saltenv: string, prefix: string): Promise<string[]> {
    return this.#options.source.list('files', saltenv, prefix);
  }

  fileListEmptyDirs(saltenv: string, prefix: string): Promise<string[]> {
    return this.#options.source.list('emptyDirs', saltenv, prefix);
  }

  dirList(saltenv: string, prefix: string): Promise<string[]> {
    return this.#options.source.list('dirs', saltenv, prefix);
  }

  symlinkList(saltenv: string, prefix: string): Promise<Record<string, string>> {
    return this.#options.source.symlinks(saltenv, prefix);
  }

  envs(): Promise<string[]> {
    return this.#options.source.envs();
  }

  masterOpts(): Promise<PlainMap> {
    return this.#options.source.masterOpts();
  }

  /** @throws UnsafePathError when the path would leave the cache */
  cachePath(path: string, saltenv: string): string {
    const { rel, env } = parseUrl(path, saltenv);
    // A branch such as `feature/x` is an environment too.
    if (unsafeReason(env) !== undefined) throw new CommandExecutionError(`'${env}' is no name of an environment`);
    return safeJoin(join(this.#options.cacheDir, 'files', env), rel);
  }

  async push(localPath: string, nameParts: readonly string[]): Promise<boolean> {
    const { push } = this.#options;
    if (push === undefined) return false;
    const file = await open(localPath, 'r');
    try {
      const { size } = await file.stat();
      const buffer = Buffer.allocUnsafe(PUSH_BYTES);
      for (let loc = 0; ;) {
        const { bytesRead } = await file.read(buffer, 0, PUSH_BYTES, loc);
        if (bytesRead === 0 && loc > 0) return true;
        const accepted = await push({
          cmd: '_file_recv', path: [...nameParts], size, loc, data: Buffer.from(buffer.subarray(0, bytesRead)),
        });
        if (accepted !== true && accepted !== null) return false;
        loc += bytesRead;
        if (bytesRead === 0) return true;
      }
    } finally {
      await file.close();
    }
  }
}

/** `salt://a/b?saltenv=dev` or `a/b`. */
export function parseUrl(path: string, saltenv: string): { rel: string; env: string } {
  const bare = path.startsWith('salt://') ? path.slice('salt://'.length) : path;
  // Behind a bar everything is the name.
  if (bare.startsWith('|')) return { rel: bare.replace(/^\|\/*/, ''), env: saltenv };
  const query = /\?(?:saltenv|env)=([^&]*)$/.exec(bare);
  const rel = (query === null ? bare : bare.slice(0, query.index)).replace(/^\/+/, '');
  return { rel, env: query?.[1] ?? saltenv };
}

async function hashOf(path: string, hashType: string): Promise<string | undefined> {
  const hash = createHash(hashType);
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
