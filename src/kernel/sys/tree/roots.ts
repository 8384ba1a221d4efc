/**
 * Files of environments from folders of this host; the first folder that has a path wins. Serves `file_roots` and `pillar_roots`.
 *
 * Source: wire-protocol 7, 7.1; config `file_roots`, `file_ignore_*`, `fileserver_followsymlinks`; read, Salt 3008.3, backend `roots`.
 */
import { realpath, stat } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import type { FileBackend, FileHash, ServedFile } from '../../contract/file-backend.js';
import { isPlainMap, type PlainMap } from '../../std/value.js';
import { isSafeName, unsafeReason } from '../safe-path.js';
import { FolderListing, isHidden } from './folder-listing.js';
import { ignoreRules, texts, type IsIgnored } from './ignore-rules.js';
import { ListingAnswers } from './listing-answers.js';
import { ServedFiles, servingOptions, versionOf, type ServedFilesOptions } from './served-files.js';

export interface RootsOptions extends ServedFilesOptions {
  /** Environment to folders; `__env__` stands for any environment, `__env__` in a folder for its name. */
  readonly fileRoots: Readonly<Record<string, readonly string[]>>;
  readonly isIgnored: IsIgnored;
  readonly followSymlinks: boolean;
  readonly ignoreSymlinks: boolean;
  /** How long a listing may be used whose folders did not change. */
  readonly listCacheMs: number;
}

/** Environments whose listings are kept. */
const LISTINGS_MAX = 100;

interface KeptListing {
  readonly listing: Promise<FolderListing>;
  readonly madeAtMs: number;
}

export class Roots extends ListingAnswers implements FileBackend {
  readonly #options: RootsOptions;
  readonly #files: ServedFiles;
  readonly #listings = new Map<string, KeptListing>();
  /** Listings that are looked at: who asks meanwhile gets the same. */
  readonly #asking = new Map<string, Promise<FolderListing>>();

  constructor(options: RootsOptions) {
    super();
    this.#options = options;
    this.#files = new ServedFiles(options);
  }

  get options(): RootsOptions {
    return this.#options;
  }

  envs(): string[] {
    return Object.keys(this.#options.fileRoots).filter((name) => name !== '__env__').sort();
  }

  /** Folders of an environment. */
  folders(saltenv: string): readonly string[] {
    const { fileRoots } = this.#options;
    const known = Object.hasOwn(fileRoots, saltenv) ? fileRoots[saltenv] : undefined;
    const any = Object.hasOwn(fileRoots, '__env__') && isEnvName(saltenv) ? fileRoots['__env__'] : undefined;
    return known ?? any?.map((folder) => folder.replaceAll('__env__', saltenv)) ?? [];
  }

  /** The file behind a path of an environment, or undefined: missing, ignored, outside of the roots. */
  async find(path: string, saltenv: string): Promise<ServedFile | undefined> {
    const rel = cleanRelative(path);
    if (rel === undefined || this.isIgnored(rel)) return undefined;
    for (const folder of this.folders(saltenv)) {
      const full = join(folder, rel);
      // Salt looks at the whole path here, and at the relative one in lists: what either hides is not served.
      const version = this.isIgnored(full) ? undefined : await this.#servable(folder, full);
      if (version !== undefined) return { path: full, rel, version };
    }
    return undefined;
  }

  findFile(path: string, saltenv: string): Promise<ServedFile | undefined> {
    return this.find(path, saltenv);
  }

  /** The version of a file that may be served. */
  async #servable(folder: string, full: string): Promise<string | undefined> {
    try {
      const found = await stat(full);
      if (!found.isFile()) return undefined;
      if (this.#options.followSymlinks) return versionOf(found);
      const [root, real] = await Promise.all([realpath(folder), realpath(full)]);
      return real.startsWith(root + sep) ? versionOf(found) : undefined;
    } catch (error) {
      if (isHidden(error)) return undefined;
      throw error;
    }
  }

  isIgnored(path: string): boolean {
    return this.#options.isIgnored(path);
  }

  serveFile(found: ServedFile, loc: number): Promise<Buffer> {
    return this.#files.read(found, loc);
  }

  fileHash(found: ServedFile): Promise<FileHash> {
    return this.#files.hash(found);
  }

  protected override get kept(): Map<string, KeptListing> {
    return this.#listings;
  }

  protected override listing(saltenv: string): Promise<FolderListing> {
    const asking = this.#asking.get(saltenv) ?? this.#currentListing(saltenv).finally(() => this.#asking.delete(saltenv));
    this.#asking.set(saltenv, asking);
    return asking;
  }

  async #currentListing(saltenv: string): Promise<FolderListing> {
    const kept = this.#listings.get(saltenv);
    if (kept !== undefined && Date.now() - kept.madeAtMs < this.#options.listCacheMs) {
      const listing = await kept.listing;
      if (await listing.isCurrent()) return listing;
    }
    this.#listings.delete(saltenv);
    const listing = await FolderListing.of(this.folders(saltenv), this.#options);
    if (this.#listings.size < LISTINGS_MAX) this.#listings.set(saltenv, { listing: Promise.resolve(listing), madeAtMs: Date.now() });
    return listing;
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

/** Salt's own default of `fileserver_list_cache_time`, in seconds. Source: read, Salt 3008.3. */
const LIST_CACHE_S = 20;

/** Options of the backend from a configuration. */
export function rootsOptions(opts: Readonly<PlainMap>, configured = opts['file_roots']): RootsOptions {
  const roots = isPlainMap(configured) ? configured : {};
  return {
    ...servingOptions(opts),
    fileRoots: Object.fromEntries(Object.entries(roots).map(([env, folders]) => [env, texts(folders)])),
    isIgnored: ignoreRules(opts),
    followSymlinks: opts['fileserver_followsymlinks'] !== false,
    ignoreSymlinks: opts['fileserver_ignoresymlinks'] === true,
    listCacheMs: Number(opts['fileserver_list_cache_time'] ?? LIST_CACHE_S) * 1000,
  };
}
