/**
 * Everything below some folders, as Salt lists it: files, folders, empty folders, links.
 *
 * A listing can be asked whether it still holds: adding, removing and renaming change the time of a folder, so that looking at the folders
 * is enough, which is a small part of the work of listing them.
 * Source: read and observed, Salt 3008.3, backend `roots`.
 */
import type { Dirent } from 'node:fs';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sortedTexts } from '../../std/python-order.js';
import type { IsIgnored } from './ignore-rules.js';

export interface ListingRules {
  readonly isIgnored: IsIgnored;
  readonly followSymlinks: boolean;
  readonly ignoreSymlinks: boolean;
}

/** Entries that one listing may have; a larger tree is refused with an error. */
const ENTRIES_MAX = 2_000_000;
/** After so many entries others get their turn. */
const ENTRIES_AT_ONCE = 500;
/** A folder that changed so shortly before it was read may have changed again within the same tick of the clock. */
const CLOCK_TICK_NS = 50_000_000n;
const LOOKS_AT_ONCE = 32;

export class FolderListing {
  readonly files: readonly string[];
  readonly dirs: readonly string[];
  readonly emptyDirs: readonly string[];
  readonly links: Readonly<Record<string, string>>;
  readonly #folders: ReadonlyMap<string, string>;

  private constructor(seen: Seen) {
    this.files = sortedTexts(seen.files);
    this.dirs = sortedTexts(seen.dirs);
    this.emptyDirs = sortedTexts(seen.empty);
    this.links = seen.links;
    this.#folders = seen.folders;
  }

  static async of(roots: readonly string[], rules: ListingRules): Promise<FolderListing> {
    const seen: Seen = { files: new Set(), dirs: new Set(), empty: new Set(), links: {}, folders: new Map(), sinceTurn: 0 };
    for (const root of roots) await walk({ root, rules, seen }, '', new Set());
    return new FolderListing(seen);
  }

  /** False when a folder changed, or when that cannot be told. */
  async isCurrent(): Promise<boolean> {
    const folders = [...this.#folders];
    for (let at = 0; at < folders.length; at += LOOKS_AT_ONCE) {
      const same = await Promise.all(folders.slice(at, at + LOOKS_AT_ONCE).map(async ([path, stamp]) => stamp !== UNSURE && await stampOf(path) === stamp));
      if (same.includes(false)) return false;
    }
    return true;
  }
}

interface Seen {
  readonly files: Set<string>;
  readonly dirs: Set<string>;
  readonly empty: Set<string>;
  readonly links: Record<string, string>;
  /** Path to what says that it is still the same. */
  readonly folders: Map<string, string>;
  sinceTurn: number;
}

interface Walk {
  readonly root: string;
  readonly rules: ListingRules;
  readonly seen: Seen;
}

/** Source: read, Salt 3008.3: an ignored folder is left out, but what is in it is looked at by itself. */
async function walk(on: Walk, rel: string, chain: ReadonlySet<string>): Promise<void> {
  const { root, rules, seen } = on;
  const folder = join(root, rel);
  const real = await realpathOf(folder);
  // A folder that leads back to one above it would never end.
  if (real === undefined || chain.has(real)) return;
  const below = new Set([...chain, real]);
  for (const entry of await entriesOf(folder, seen)) {
    if (seen.files.size + seen.dirs.size > ENTRIES_MAX) throw new RangeError(`More than ${ENTRIES_MAX} entries below ${root}`);
    if ((seen.sinceTurn += 1) % ENTRIES_AT_ONCE === 0) await setImmediate();
    const path = rel === '' ? entry.name : `${rel}/${entry.name}`;
    const isLink = entry.isSymbolicLink();
    const isFolder = entry.isDirectory() || (isLink && (await isDirectory(join(root, path))));
    if (!isLink && !isFolder) {
      if (!rules.isIgnored(path)) seen.files.add(path);
      continue;
    }
    await add(on, path, isLink, isFolder);
    if (isFolder && (!isLink || rules.followSymlinks)) await walk(on, path, below);
  }
}

async function add({ root, rules, seen }: Walk, path: string, isLink: boolean, isFolder: boolean): Promise<void> {
  if ((isLink && rules.ignoreSymlinks) || rules.isIgnored(path)) return;
  const full = join(root, path);
  (isFolder ? seen.dirs : seen.files).add(path);
  if (isFolder && (await entriesOf(full, seen)).length === 0) seen.empty.add(path);
  if (!isLink) return;
  const target = await readlink(full);
  // Where links are followed, only those that stay below the root are told.
  if (!rules.followSymlinks || (await leadsBelow(root, full, target))) seen.links[path] = target;
}

/** Source: observed, Salt 3008.3: a target that begins with `..` is taken from the link itself, not from its folder. */
async function leadsBelow(root: string, link: string, target: string): Promise<boolean> {
  const place = resolve(target.startsWith('..') ? link : dirname(link), target);
  const [realRoot, real] = [await realpathOf(root), (await realpathOf(place)) ?? place];
  return realRoot !== undefined && !relative(realRoot, real).startsWith('..');
}

async function entriesOf(folder: string, seen: Seen): Promise<Dirent[]> {
  if (!seen.folders.has(folder)) seen.folders.set(folder, await stampOf(folder, { fresh: true }));
  try {
    // Sorted folder by folder, so that little is left to do at the end, when nobody else gets a turn.
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isHidden(error)) return [];
    throw error;
  }
}

const UNSURE = 'unsure';
const MISSING = 'missing';

/** What of a folder changes with its entries. `fresh`: one that changed just now cannot be told from one that changes again. */
async function stampOf(path: string, { fresh = false } = {}): Promise<string> {
  try {
    const { ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    const isRecent = fresh && BigInt(Date.now()) * 1_000_000n - mtimeNs < CLOCK_TICK_NS;
    return isRecent ? UNSURE : `${ino} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    if (isHidden(error)) return MISSING;
    throw error;
  }
}

async function realpathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isHidden(error)) return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isHidden(error)) return false;
    throw error;
  }
}

/** Nothing that could be served is there. */
export function isHidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES';
}
