/**
 * Serves git repositories: branches, tags and commits as environments. The program `git` fetches and reads; nothing is checked out,
 * files are taken out of the copy when they are asked for.
 */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import type { FileBackend, LockAnswer, ServedFile, UpdateFacts, UpdateRequest } from '../../kernel/contract/file-backend.js';
import { defineFileserver } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { GitError, readGitAddress } from '../../kernel/sys/git/url.js';
import { ListingAnswers, type Listing } from '../../kernel/sys/tree/listing-answers.js';
import { UpdateLocks } from './gitfs/locks.js';
import { GitRemoteFiles } from './gitfs/remote.js';
import { readRemotes, type RemoteSettings } from './gitfs/settings.js';

/** Environments whose listings are kept until a remote changes. */
const LISTINGS_MAX = 50;

class GitFiles extends ListingAnswers implements FileBackend {
  readonly #ctx: Context;
  readonly #cacheRoot: string;
  readonly #remotes: readonly GitRemoteFiles[];
  readonly #locks: UpdateLocks;
  #listings = new Map<string, Promise<Listing>>();
  #envs: Promise<readonly string[]> | undefined;

  constructor(ctx: Context, settings: readonly RemoteSettings[]) {
    super();
    this.#ctx = ctx;
    this.#cacheRoot = join(String(ctx.opts['cachedir']), 'gitfs');
    this.#remotes = settings.map((one) => new GitRemoteFiles(ctx, this.#cacheRoot, one));
    this.#locks = new UpdateLocks(ctx, this.#cacheRoot);
  }

  envs(): Promise<readonly string[]> {
    this.#envs ??= Promise.all(this.#remotes.map((remote) => remote.envs())).then((all) => sortedTexts(new Set(all.flat())));
    return this.#envs;
  }

  async findFile(path: string, saltenv: string): Promise<ServedFile | undefined> {
    const known = new Set(await this.envs());
    for (const remote of this.#remotes) {
      const entry = await remote.find(path, saltenv, known);
      if (entry !== undefined) return { path: await remote.extract(entry), rel: path, stat: [entry.mode], version: entry.blob };
    }
    return undefined;
  }

  protected override get kept(): Map<string, Promise<Listing>> {
    return this.#listings;
  }

  protected override listing(saltenv: string): Promise<Listing> {
    const listings = this.#listings;
    const kept = listings.get(saltenv);
    if (kept !== undefined) return kept;
    const made = this.#makeListing(saltenv);
    if (listings.size < LISTINGS_MAX) listings.set(saltenv, made);
    made.catch(() => listings.delete(saltenv));
    return made;
  }

  async #makeListing(saltenv: string): Promise<Listing> {
    const known = new Set(await this.envs());
    const files = new Set<string>();
    const dirs = new Set<string>();
    let links: Record<string, string> = {};
    for (const remote of this.#remotes) {
      const found = await remote.list(saltenv, known);
      if (found === undefined) continue;
      for (const path of found.files) files.add(path);
      for (const path of found.dirs) dirs.add(path);
      links = { ...links, ...found.links };
    }
    return { files: sortedTexts(files), dirs: sortedTexts(dirs), emptyDirs: [], links };
  }

  updateIntervals(): { remote: string; seconds: number }[] {
    return this.#remotes.map(({ settings }) => ({ remote: settings.id, seconds: settings.updateSeconds }));
  }

  /** Remotes at once: one that hangs keeps no other waiting. */
  async update({ remotes, signal }: UpdateRequest): Promise<UpdateFacts> {
    const wanted = this.#remotes.filter(({ settings: { id, name } }) => remotes.length === 0 || remotes.includes(id) || (name !== undefined && remotes.includes(name)));
    const removed = remotes.length === 0 ? await this.#removeOld() : false;
    const changed = await Promise.all(wanted.map((remote) => this.#updateOne(remote, signal)));
    return { changed: removed || changed.includes(true), backend: 'gitfs' };
  }

  async #updateOne(remote: GitRemoteFiles, signal: AbortSignal): Promise<boolean> {
    if (await this.#locks.isSet(remote.settings)) {
      this.#ctx.log.warn({ remote: remote.shownId, lock: this.#locks.pathOf(remote.settings) }, 'gitfs remote is locked and not updated');
      return false;
    }
    if (!await remote.update(signal)) return false;
    this.#forgetLists();
    return true;
  }

  #forgetLists(): void {
    this.#envs = undefined;
    this.#listings = new Map();
  }

  /** Copies of remotes that are not configured any more. */
  async #removeOld(): Promise<boolean> {
    const { fs } = this.#ctx.sys;
    const configured = new Set([...this.#remotes.map(({ settings }) => settings.folder), 'work', 'remote_map.txt']);
    const there = await fs.readdir(this.#cacheRoot).catch(() => []);
    const old = there.filter((name) => !configured.has(name));
    for (const name of old) await fs.rm(join(this.#cacheRoot, name), { recursive: true, force: true });
    return old.length > 0;
  }

  lock(pattern: string | undefined): Promise<LockAnswer> {
    return this.#eachFitting(pattern, (remote) => this.#locks.set(remote.settings, remote.shownId));
  }

  clearLock(pattern: string | undefined): Promise<LockAnswer> {
    return this.#eachFitting(pattern, (remote) => this.#locks.clear(remote.settings, remote.shownId));
  }

  async #eachFitting(pattern: string | undefined, act: (remote: GitRemoteFiles) => Promise<string | undefined>): Promise<LockAnswer> {
    const done: string[] = [];
    const failed: string[] = [];
    for (const remote of this.#remotes) {
      if (pattern !== undefined && !fnmatch(remote.settings.id, pattern)) continue;
      try {
        const sentence = await act(remote);
        if (sentence !== undefined) done.push(sentence);
      } catch (error) {
        failed.push(asError(error).message);
      }
    }
    return { done, failed };
  }

  async clearCache(): Promise<string[]> {
    const failed: string[] = [];
    for (const remote of this.#remotes) {
      await remote.clear().catch((error: unknown) => failed.push(`Unable to delete ${join(this.#cacheRoot, remote.settings.folder)}: ${asError(error).message}`));
    }
    this.#forgetLists();
    return failed;
  }
}

/** An address that git would misread takes none of the others with it. */
function isUsable(ctx: Context, { id }: RemoteSettings): boolean {
  try {
    readGitAddress(id);
    return true;
  } catch (err) {
    if (!(err instanceof GitError)) throw err;
    ctx.log.error({ err }, 'gitfs remote left out');
    return false;
  }
}

export default defineFileserver({
  name: 'gitfs',
  async open(ctx) {
    const settings = readRemotes(ctx.opts);
    if (settings.length > 0 && await ctx.sys.which('git') === undefined) throw new GitError('The backend gitfs needs the program git');
    return new GitFiles(ctx, settings.filter((one) => isUsable(ctx, one)));
  },
});
