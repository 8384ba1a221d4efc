/**
 * The backend `roots`: files of an environment from folders of this host, the first folder that has a path wins.
 *
 * Source: wire-protocol 7, 7.1; config `file_roots`, `file_ignore_*`, `fileserver_followsymlinks`.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { isSafeName, unsafeReason } from '../../kernel/sys/safe-path.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
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

/** Hashes remembered. */
const HASHES_MAX = 100_000;
/** Entries that one listing may have; a larger tree is refused with an error. */
const ENTRIES_MAX = 2_000_000;

export class Roots {
  readonly #options: RootsOptions;
  readonly #hashes = new BoundedCache<string, KnownHash>(HASHES_MAX);
  /** Listings being made: who asks meanwhile gets the same. */
  readonly #listings = new Map<string, Promise<Listing>>();

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
    const { mtimeMs, ctimeMs, size, ino } = await stat(found.path);
    const state = `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    const known = this.#hashes.get(found.path, () => ({ state: '', hsum: '' }));
    if (known.state !== state) {
      const hash = createHash(hashType);
      for await (const chunk of createReadStream(found.path)) hash.update(chunk as Buffer);
      known.hsum = hash.digest('hex');
      known.state = state;
    }
    return { hash_type: hashType, hsum: known.hsum };
  }

  /** The ten numbers of Python's stat. */
  async stat(found: FoundFile): Promise<number[]> {
    const { mode, ino, dev, nlink, uid, gid, size, atimeMs, mtimeMs, ctimeMs } = await stat(found.path);
    return [mode, ino, dev, nlink, uid, gid, size, ...[atimeMs, mtimeMs, ctimeMs].map((ms) => Math.floor(ms / 1000))];
  }

  async files(saltenv: string, prefix = ''): Promise<string[]> {
    return [...(await this.#list(saltenv, prefix)).files];
  }

  async dirs(saltenv: string, prefix = ''): Promise<string[]> {
    return [...(await this.#list(saltenv, prefix)).dirs];
  }

  async emptyDirs(saltenv: string, prefix = ''): Promise<string[]> {
    return [...(await this.#list(saltenv, prefix)).emptyDirs];
  }

  async symlinks(saltenv: string, prefix = ''): Promise<Record<string, string>> {
    return { ...(await this.#list(saltenv, prefix)).links };
  }

  async #list(saltenv: string, prefix: string): Promise<Listing> {
    const whole = await this.#wholeListing(saltenv);
    const start = prefix.replace(/^\/+|\/+$/g, '');
    if (start === '') return whole;
    const fits = (rel: string): boolean => rel.startsWith(start);
    return {
      files: whole.files.filter(fits), dirs: whole.dirs.filter(fits), emptyDirs: whole.emptyDirs.filter(fits),
      links: Object.fromEntries(Object.entries(whole.links).filter(([rel]) => fits(rel))),
    };
  }

  #wholeListing(saltenv: string): Promise<Listing> {
    const making = this.#listings.get(saltenv) ?? this.#makeListing(saltenv).finally(() => this.#listings.delete(saltenv));
    this.#listings.set(saltenv, making);
    return making;
  }

  async #makeListing(saltenv: string): Promise<Listing> {
    const seen: Seen = { files: new Set(), dirs: new Set(), empty: new Set(), links: {} };
    for (const folder of this.folders(saltenv)) await this.#walk(folder, '', seen, new Set());
    return { files: [...seen.files].sort(), dirs: [...seen.dirs].sort(), emptyDirs: [...seen.empty].sort(), links: seen.links };
  }

  /** Source: read, Salt 3008.3: an ignored folder is left out, but what is in it is looked at by itself. */
  async #walk(root: string, rel: string, seen: Seen, chain: ReadonlySet<string>): Promise<void> {
    const real = await realpathOf(join(root, rel));
    // A folder that leads back to one above it would never end.
    if (real === undefined || chain.has(real)) return;
    for (const entry of await entriesOf(join(root, rel))) {
      if (seen.files.size + seen.dirs.size > ENTRIES_MAX) throw new RangeError(`More than ${ENTRIES_MAX} entries below ${root}`);
      const path = rel === '' ? entry.name : `${rel}/${entry.name}`;
      const full = join(root, path);
      const isLink = entry.isSymbolicLink();
      const isFolder = entry.isDirectory() || (isLink && (await isDirectory(full)));
      await this.#add({ root, path, isLink, isFolder }, seen);
      if (isFolder && (!isLink || this.#options.followSymlinks)) await this.#walk(root, path, seen, new Set([...chain, real]));
    }
  }

  async #add({ root, path, isLink, isFolder }: { root: string; path: string; isLink: boolean; isFolder: boolean }, seen: Seen): Promise<void> {
    if ((isLink && this.#options.ignoreSymlinks) || this.isIgnored(path)) return;
    const full = join(root, path);
    (isFolder ? seen.dirs : seen.files).add(path);
    if (isFolder && (await entriesOf(full)).length === 0) seen.empty.add(path);
    if (!isLink) return;
    const target = await readlink(full);
    // Where links are followed, only those that stay below the root are told.
    if (!this.#options.followSymlinks || (await leadsBelow(root, full, target))) seen.links[path] = target;
  }
}

interface KnownHash {
  /** What of the file says that it is still the same. */
  state: string;
  hsum: string;
}

interface Listing {
  readonly files: readonly string[];
  readonly dirs: readonly string[];
  readonly emptyDirs: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}

interface Seen {
  readonly files: Set<string>;
  readonly dirs: Set<string>;
  readonly empty: Set<string>;
  readonly links: Record<string, string>;
}

/** Source: observed, Salt 3008.3: a target that begins with `..` is taken from the link itself, not from its folder. */
async function leadsBelow(root: string, link: string, target: string): Promise<boolean> {
  const place = resolve(target.startsWith('..') ? link : dirname(link), target);
  const [realRoot, real] = [await realpathOf(root), (await realpathOf(place)) ?? place];
  return realRoot !== undefined && !relative(realRoot, real).startsWith('..');
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function realpathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A path below the root, without leading slashes, `a/../b` as `b`; undefined when it would leave it. */
export function cleanRelative(path: string): string | undefined {
  const rel = posix.normalize(path.replace(/^\/+/, ''));
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
