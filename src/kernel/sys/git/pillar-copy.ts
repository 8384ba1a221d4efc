/**
 * Copies of remotes on this machine: fetched at most every `git_pillar_update_interval` seconds, by one at a time. Commits
 * are written out as folders that never change; what is served stays the last good one when a fetch fails.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../contract/context.js';
import { CommandExecutionError } from '../../contract/errors.js';
import { asError, sleep } from '../../std/async.js';
import { isMissing } from '../files.js';
import { GitMirror, type GitRemote } from './mirror.js';
import { unsafeReason } from '../safe-path.js';

const INTERVAL_SECONDS = 60;
/** Who holds the lock longer has died. */
const LOCK_MS_MAX = 360_000;
const LOCK_POLL_MS = 100;
/** Folders of commits that nobody asked for so long are removed. */
const TREE_IDLE_MS = 3_600_000;

export class Copy {
  readonly #mirror: GitMirror;
  readonly #folder: string;
  readonly #ctx: Context;

  constructor(remote: GitRemote, ctx: Context) {
    const name = createHash('sha256').update(`${remote.url}\0${remote.auth?.user ?? ''}`).digest('hex').slice(0, 32);
    this.#folder = join(String(ctx.opts['cachedir']), 'git_pillar', name);
    this.#mirror = new GitMirror({ sys: ctx.sys, folder: join(this.#folder, 'mirror'), remote });
    this.#ctx = ctx;
  }

  get shownUrl(): string {
    return this.#mirror.shownUrl;
  }

  /** Fetches whatever the time of the last one; true when a ref changed. @throws GitError */
  async fetchNow(): Promise<boolean> {
    const marker = join(this.#folder, 'fetched');
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const lock = await this.#lock(() => Promise.resolve(false));
    try {
      const isNew = await this.#mirror.fetch(this.#ctx.signal);
      await touch(marker);
      return isNew;
    } finally {
      if (lock !== undefined) await rm(lock, { force: true });
    }
  }

  /** @throws CommandExecutionError when there has never been a good fetch */
  async update(): Promise<void> {
    const marker = join(this.#folder, 'fetched');
    const { opts, log } = this.#ctx;
    const interval = Number(opts['git_pillar_update_interval'] ?? INTERVAL_SECONDS) * 1000;
    const before = await ageOf(marker);
    if (before !== undefined && before < interval) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const lock = await this.#lock(async () => before !== undefined || await ageOf(marker) !== undefined);
    if (lock === undefined) return;
    try {
      await this.#mirror.fetch();
      await touch(marker);
    } catch (error) {
      if (before === undefined) throw new CommandExecutionError(asError(error).message, { cause: error });
      log.error({ remote: this.#mirror.shownUrl, reason: asError(error).message }, 'git pillar cannot be fetched: the last good state is used');
      // Not asked again by everybody at once.
      await touch(marker);
    } finally {
      await rm(lock, { force: true });
    }
    await this.#tidy();
  }

  /** The folder with the files of a branch, a tag or a commit; undefined when there is no such one. */
  async tree(name: string): Promise<string | undefined> {
    const { branches, tags } = await this.#mirror.refs();
    const commit = branches.get(name) ?? tags.get(name) ?? await this.#mirror.commit(name);
    if (commit === undefined) return undefined;
    const folder = join(this.#folder, 'trees', commit);
    await this.#mirror.checkout(commit, folder);
    const now = new Date();
    await utimes(folder, now, now);
    return folder;
  }

  /** A folder in which `tree` stands at the path `mountpoint`. */
  async mounted(tree: string, mountpoint: string): Promise<string> {
    if (unsafeReason(mountpoint) !== undefined) throw new CommandExecutionError(`The mountpoint '${mountpoint}' is no path below a root`);
    const name = createHash('sha256').update(`${tree}\0${mountpoint}`).digest('hex').slice(0, 32);
    const root = join(this.#folder, 'mounts', name);
    const link = join(root, mountpoint);
    if (await ageOf(link) === undefined) {
      await mkdir(dirname(link), { recursive: true, mode: 0o700 });
      await symlink(tree, link).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
    }
    return root;
  }

  /** Undefined when somebody else fetches and what there is is enough. */
  async #lock(isEnough: () => Promise<boolean>): Promise<string | undefined> {
    const path = join(this.#folder, 'lock');
    for (;;) {
      try {
        await (await open(path, 'wx', 0o600)).close();
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if ((await ageOf(path) ?? 0) > LOCK_MS_MAX) await rm(path, { force: true });
      else if (await isEnough()) return undefined;
      else await sleep(LOCK_POLL_MS, this.#ctx.signal, true);
    }
  }

  async #tidy(): Promise<void> {
    const trees = join(this.#folder, 'trees');
    for (const name of await readdir(trees).catch(() => [] as string[])) {
      const path = join(trees, name);
      if ((await ageOf(path) ?? 0) > TREE_IDLE_MS) await rm(path, { recursive: true, force: true });
    }
  }
}

/** Milliseconds since a path was touched; undefined when it is not there. */
async function ageOf(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function touch(path: string): Promise<void> {
  await (await open(path, 'a', 0o600)).close();
  const now = new Date();
  await utimes(path, now, now);
}
