/**
 * Serves what minions sent by `cp.push`: `salt://<minion>/<path>` below `minionfs_mountpoint`, in the one environment `minionfs_env`.
 * Never a top file, never through a link. Source: read, Salt 3008.3, backend `minionfs`.
 */
import { basename, join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { FileserverConfigError } from '../../kernel/contract/errors.js';
import type { FileBackend, ServedFile } from '../../kernel/contract/file-backend.js';
import { defineFileserver } from '../../kernel/contract/plugin.js';
import { isAllowed } from '../../kernel/std/allow-list.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { isTruthy } from '../../kernel/std/value.js';
import { isSafeName, unsafeReason } from '../../kernel/sys/safe-path.js';
import { FolderListing } from '../../kernel/sys/tree/folder-listing.js';
import { ignoreRules, texts } from '../../kernel/sys/tree/ignore-rules.js';

class SentFiles implements FileBackend {
  readonly #ctx: Context;
  readonly #env: string;
  readonly #mountpoint: string;
  readonly #isIgnored: (path: string) => boolean;

  constructor(ctx: Context) {
    this.#ctx = ctx;
    this.#env = String(ctx.opts['minionfs_env'] ?? 'base');
    this.#mountpoint = String(ctx.opts['minionfs_mountpoint'] ?? '').replace(/^salt:\/\//, '').replace(/^\/+|\/+$/g, '');
    this.#isIgnored = ignoreRules(ctx.opts);
  }

  envs(): string[] {
    return [this.#env];
  }

  async findFile(path: string, saltenv: string): Promise<ServedFile | undefined> {
    if (saltenv !== this.#env || unsafeReason(path) !== undefined || basename(path) === 'top.sls') return undefined;
    const rel = this.#belowMountpoint(path);
    const slash = rel?.indexOf('/') ?? -1;
    if (rel === undefined || slash < 1) return undefined;
    const minion = rel.slice(0, slash);
    if (!this.#isExposed(minion)) return undefined;
    const root = this.#folderOf(minion);
    const full = join(root, rel.slice(slash + 1));
    if (this.#isIgnored(full) || this.#isIgnored(rel)) return undefined;
    return await this.#isOwnFile(root, full) ? { path: full, rel } : undefined;
  }

  /** A file without any link on the way to it. */
  async #isOwnFile(root: string, full: string): Promise<boolean> {
    const { fs } = this.#ctx.sys;
    try {
      if (!(await fs.lstat(full)).isFile()) return false;
      return await fs.realpath(full) === join(await fs.realpath(root), full.slice(root.length));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  }

  async fileList(saltenv: string): Promise<readonly string[]> {
    const lists = await this.#eachMinion(saltenv, ({ files, links }) => files.filter((path) => !Object.hasOwn(links, path)));
    return lists.filter((path) => !this.#isIgnored(path));
  }

  dirList(saltenv: string): Promise<readonly string[]> {
    return this.#eachMinion(saltenv, ({ dirs, links }) => dirs.filter((path) => !Object.hasOwn(links, path)));
  }

  async #eachMinion(saltenv: string, take: (listing: FolderListing) => readonly string[]): Promise<readonly string[]> {
    if (saltenv !== this.#env) return [];
    const all: string[] = [];
    for (const minion of await this.#minions()) {
      const listing = await FolderListing.of([this.#folderOf(minion)], { isIgnored: () => false, followSymlinks: false, ignoreSymlinks: false });
      for (const path of take(listing)) all.push([this.#mountpoint, minion, path].filter((part) => part !== '').join('/'));
    }
    return sortedTexts(all);
  }

  async #minions(): Promise<string[]> {
    const { fs } = this.#ctx.sys;
    try {
      const entries = await fs.readdir(join(String(this.#ctx.opts['cachedir']), 'minions'), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory() && this.#isExposed(entry.name)).map(({ name }) => name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #folderOf(minion: string): string {
    return join(String(this.#ctx.opts['cachedir']), 'minions', minion, 'files');
  }

  #isExposed(minion: string): boolean {
    return isSafeName(minion) && isAllowed(minion, texts(this.#ctx.opts['minionfs_whitelist']), texts(this.#ctx.opts['minionfs_blacklist']));
  }

  #belowMountpoint(path: string): string | undefined {
    if (this.#mountpoint === '') return path;
    return path.startsWith(`${this.#mountpoint}/`) ? path.slice(this.#mountpoint.length + 1) : undefined;
  }
}

export default defineFileserver({
  name: 'minionfs',
  open(ctx) {
    if (!isTruthy(ctx.opts['file_recv'])) throw new FileserverConfigError('The backend minionfs serves what minions send, which file_recv does not allow');
    return new SentFiles(ctx);
  },
});
