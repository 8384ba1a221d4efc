/**
 * The backend `roots`: files of an environment from folders of this host, the first folder that has a path wins.
 *
 * Source: wire-protocol 7, 7.1; config `file_roots`, `file_ignore_*`, `fileserver_followsymlinks`.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isSafeName, unsafeReason } from '../../kernel/sys/safe-path.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { isList, isPlainMap } from '../../kernel/std/value.js';

export interface RootsOptions {
  /** Environment to folders; `__env__` stands for any environment, `__env__` in a folder for its name. */
  readonly fileRoots: Readonly<Record<string, readonly string[]>>;
  readonly ignoreGlobs: readonly string[];
  readonly ignoreRegexes: readonly RegExp[];
  readonly followSymlinks: boolean;
  readonly ignoreSymlinks: boolean;
  readonly hashType: string;
  /** Bytes of one piece that is served. */
  readonly bufferBytes: number;
}

export interface FoundFile {
  /** Absolute path on this host. Never sent to a minion. */
  readonly path: string;
  readonly rel: string;
}

/** Entries that one listing may have; a larger tree is refused with an error. */
const ENTRIES_MAX = 2_000_000;

export class Roots {
  readonly #options: RootsOptions;
  readonly #hashes = new Map<string, { mtimeMs: number; size: number; hsum: string }>();

  constructor(options: RootsOptions) {
    this.#options = options;
  }

  get options(): RootsOptions {
    return this.#options;
  }

  envs(): string[] {
    return Object.keys(this.#options.fileRoots).filter((name) => name !== '__env__').sort();
  }

  /** Folders of an environment. */
  folders(saltenv: string): string[] {
    const { fileRoots } = this.#options;
    const known = Object.hasOwn(fileRoots, saltenv) ? fileRoots[saltenv] : undefined;
    const any = Object.hasOwn(fileRoots, '__env__') && isEnvName(saltenv) ? fileRoots['__env__'] : undefined;
    return (known ?? any ?? []).map((folder) => folder.replaceAll('__env__', saltenv));
  }

  /** The file behind a path of an environment, or undefined: missing, ignored, outside of the roots. */
  async find(path: string, saltenv: string): Promise<FoundFile | undefined> {
    const rel = cleanRelative(path);
    if (rel === undefined || this.isIgnored(rel)) return undefined;
    for (const folder of this.folders(saltenv)) {
      const full = join(folder, rel);
      if (await this.#isServable(folder, full)) return { path: full, rel };
    }
    return undefined;
  }

  async #isServable(folder: string, full: string): Promise<boolean> {
    try {
      if (!(await stat(full)).isFile()) return false;
      if (this.#options.followSymlinks) return true;
      const [root, real] = await Promise.all([realpath(folder), realpath(full)]);
      return real.startsWith(root + sep);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  isIgnored(rel: string): boolean {
    const { ignoreGlobs, ignoreRegexes } = this.#options;
    return ignoreRegexes.some((regex) => regex.test(rel)) || ignoreGlobs.some((glob) => fnmatch(rel, glob));
  }

  /** A piece of a file from `loc`; empty at its end. */
  async read(found: FoundFile, loc: number): Promise<Buffer> {
    const handle = await open(found.path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(this.#options.bufferBytes);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, loc);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** `{hash_type, hsum}`; remembered until the file changes. */
  async hash(found: FoundFile): Promise<{ hash_type: string; hsum: string }> {
    const { hashType } = this.#options;
    const { mtimeMs, size } = await stat(found.path);
    const known = this.#hashes.get(found.path);
    if (known?.mtimeMs === mtimeMs && known.size === size) return { hash_type: hashType, hsum: known.hsum };
    const hash = createHash(hashType);
    for await (const chunk of createReadStream(found.path)) hash.update(chunk as Buffer);
    const hsum = hash.digest('hex');
    this.#hashes.set(found.path, { mtimeMs, size, hsum });
    return { hash_type: hashType, hsum };
  }

  /** The ten numbers of Python's stat. */
  async stat(found: FoundFile): Promise<number[]> {
    const { mode, ino, dev, nlink, uid, gid, size, atimeMs, mtimeMs, ctimeMs } = await stat(found.path);
    return [mode, ino, dev, nlink, uid, gid, size, ...[atimeMs, mtimeMs, ctimeMs].map((ms) => Math.floor(ms / 1000))];
  }

  async files(saltenv: string, prefix = ''): Promise<string[]> {
    return (await this.#list(saltenv, prefix)).files;
  }

  async dirs(saltenv: string, prefix = ''): Promise<string[]> {
    return (await this.#list(saltenv, prefix)).dirs;
  }

  async emptyDirs(saltenv: string, prefix = ''): Promise<string[]> {
    return (await this.#list(saltenv, prefix)).emptyDirs;
  }

  async symlinks(saltenv: string, prefix = ''): Promise<Record<string, string>> {
    return (await this.#list(saltenv, prefix)).links;
  }

  async #list(saltenv: string, prefix: string): Promise<Listing> {
    const listing: Listing = { files: [], dirs: [], emptyDirs: [], links: {} };
    const clean = prefix.replace(/^\/+|\/+$/g, '');
    const seen = { files: new Set<string>(), dirs: new Set<string>(), empty: new Set<string>() };
    for (const folder of this.folders(saltenv)) await this.#walk(folder, '', seen, listing.links, new Set());
    const fits = (rel: string): boolean => clean === '' || rel === clean || rel.startsWith(`${clean}/`);
    listing.files.push(...[...seen.files].filter(fits).sort());
    listing.dirs.push(...[...seen.dirs].filter(fits).sort());
    listing.emptyDirs.push(...[...seen.empty].filter(fits).sort());
    return { ...listing, links: Object.fromEntries(Object.entries(listing.links).filter(([rel]) => fits(rel))) };
  }

  async #walk(
    root: string, rel: string, seen: { files: Set<string>; dirs: Set<string>; empty: Set<string> }, links: Record<string, string>,
    chain: ReadonlySet<string>,
  ): Promise<void> {
    let entries;
    try {
      entries = await readdir(join(root, rel), { withFileTypes: true });
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    if (rel === '') seen.dirs.add('.');
    else seen.dirs.add(rel);
    if (entries.length === 0) seen.empty.add(rel === '' ? '.' : rel);
    for (const entry of entries) {
      const path = rel === '' ? entry.name : `${rel}/${entry.name}`;
      if (this.isIgnored(path)) continue;
      if (seen.files.size + seen.dirs.size > ENTRIES_MAX) throw new RangeError(`More than ${ENTRIES_MAX} entries below ${root}`);
      const full = join(root, path);
      if (entry.isSymbolicLink()) {
        if (this.#options.ignoreSymlinks) continue;
        links[path] = await readlink(full);
      }
      const kind = entry.isSymbolicLink() ? await targetKind(full) : entry.isDirectory() ? 'dir' : entry.isFile() ? 'file' : 'other';
      if (kind === 'file') seen.files.add(path);
      if (kind !== 'dir') continue;
      const real = await realpath(full);
      if (chain.has(real)) continue;
      await this.#walk(root, path, seen, links, new Set([...chain, real]));
    }
  }
}

interface Listing {
  readonly files: string[];
  readonly dirs: string[];
  readonly emptyDirs: string[];
  readonly links: Record<string, string>;
}

async function targetKind(path: string): Promise<'file' | 'dir' | 'other'> {
  try {
    const target = await stat(path);
    return target.isDirectory() ? 'dir' : target.isFile() ? 'file' : 'other';
  } catch (error) {
    if (isMissing(error)) return 'other';
    throw error;
  }
}

/** A path below the root, without leading slashes; undefined when it would leave it. */
export function cleanRelative(path: string): string | undefined {
  const rel = path.replace(/^\/+/, '').replace(/\/+/g, '/');
  return unsafeReason(rel) === undefined ? rel : undefined;
}

/** Environment names never make a path by themselves. */
export function isEnvName(name: string): boolean {
  return isSafeName(name);
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES';
}

/** Options of the backend from a configuration. */
export function rootsOptions(opts: Readonly<PlainMap>): RootsOptions {
  const roots = isPlainMap(opts['file_roots']) ? opts['file_roots'] : {};
  return {
    fileRoots: Object.fromEntries(Object.entries(roots).map(([env, folders]) => [env, texts(folders)])),
    ignoreGlobs: texts(opts['file_ignore_glob']),
    ignoreRegexes: texts(opts['file_ignore_regex']).map((source) => new RegExp(source)),
    followSymlinks: opts['fileserver_followsymlinks'] !== false,
    ignoreSymlinks: opts['fileserver_ignoresymlinks'] === true,
    hashType: typeof opts['hash_type'] === 'string' ? opts['hash_type'] : 'sha256',
    bufferBytes: Number(opts['file_buffer_size'] ?? 1_048_576),
  };
}

function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return isList(value) ? value.map(String) : [];
}
