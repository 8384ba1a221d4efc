/**
 * A backend of the file server: where the files of environments come from. Method names are Salt's, in our spelling.
 *
 * What it finds lies as a file on this host when it is served; the host of backends reads and hashes it unless the backend does so itself.
 * Source: read, Salt 3008.3, `salt.fileserver` and its backends.
 */
import type { PlainMap } from '../std/value.js';

export interface ServedFile {
  /** Absolute path on this host. Never sent to a minion. */
  readonly path: string;
  readonly rel: string;
  /** As Python's `os.stat`, at least the mode; without it the file at `path` is asked. */
  readonly stat?: readonly number[];
  /** What tells this content of the file from any other one; without it the file is asked before its hash is believed. */
  readonly version?: string;
}

export interface FileHash {
  readonly hash_type: string;
  readonly hsum: string;
}

type Answer<T> = T | Promise<T>;

export interface FileBackend {
  envs(): Answer<readonly string[]>;
  /** Undefined when there is no such file, or it must not be served. */
  findFile(path: string, saltenv: string): Answer<ServedFile | undefined>;
  /** A piece from `loc` on; empty at the end. */
  serveFile?(found: ServedFile, loc: number): Answer<Uint8Array>;
  fileHash?(found: ServedFile): Answer<FileHash>;
  fileList(saltenv: string): Answer<readonly string[]>;
  dirList(saltenv: string): Answer<readonly string[]>;
  fileListEmptydirs?(saltenv: string): Answer<readonly string[]>;
  /** Link to target. */
  symlinkList?(saltenv: string): Answer<Readonly<Record<string, string>>>;
  /** Looks for what is new. Gives what the event of the update says. */
  update?(request: UpdateRequest): Answer<UpdateFacts>;
  /** Remotes with an interval of their own, in seconds; without it `<backend>_update_interval` counts. */
  updateIntervals?(): Answer<readonly { readonly remote: string; readonly seconds: number }[]>;
  /** Stops updates of the remotes whose address fits the glob, or of all. */
  lock?(remote: string | undefined): Answer<LockAnswer>;
  clearLock?(remote: string | undefined): Answer<LockAnswer>;
  /** Empties what was fetched; gives what went wrong. */
  clearCache?(): Answer<readonly string[]>;
  /** Forgets kept lists, of the given environments or of all; gives the names of those that it had. */
  clearFileListCache?(saltenvs: readonly string[] | undefined): Answer<readonly string[]>;
  [Symbol.asyncDispose]?(): Promise<void>;
}

export interface UpdateRequest {
  /** Names or addresses of remotes; empty: all. */
  readonly remotes: readonly string[];
  readonly signal: AbortSignal;
}

/** `changed`, and what else the backend tells. */
export type UpdateFacts = PlainMap & { changed: boolean };

export interface LockAnswer {
  /** A sentence for each remote. */
  readonly done: readonly string[];
  readonly failed: readonly string[];
}
