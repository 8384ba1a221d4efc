/**
 * One remote of the backend gitfs: its copy on this host, and which commit each environment shows.
 *
 * What is served changes in one step, when a fetch is complete: the refs are exchanged as a whole, and a commit never changes. A remote
 * that fails, hangs or is locked goes on showing what it showed. Source: read, Salt 3008.3, `salt.utils.gitfs`.
 */
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isAllowed } from '../../../kernel/std/allow-list.js';
import { GitMirror, type GitEntry, type GitRefs } from '../../../kernel/sys/git/mirror.js';
import { shownAddress } from '../../../kernel/sys/git/url.js';
import { unsafeReason } from '../../../kernel/sys/safe-path.js';
import { isHex, type RemoteSettings } from './settings.js';
import { GitTree } from './tree.js';

/** Files in the trees that are kept in memory, of all commits of a remote. */
const KEPT_FILES_MAX = 400_000;
const TIMEOUT_S = 300;
const HOUR_MS = 3_600_000;

const NO_REFS: GitRefs = { branches: new Map(), tags: new Map() };

export class GitRemoteFiles {
  readonly settings: RemoteSettings;
  readonly #ctx: Context;
  readonly #top: string;
  #mirror: GitMirror;
  #refs: Promise<GitRefs>;
  /** By commit, those used last at the end. */
  #trees = new Map<string, Promise<GitTree>>();
  readonly #extracting = new Map<string, Promise<string>>();
  #updating: Promise<boolean> | undefined;

  constructor(ctx: Context, cacheRoot: string, settings: RemoteSettings) {
    this.#ctx = ctx;
    this.settings = settings;
    this.#top = join(cacheRoot, settings.folder);
    this.#mirror = this.#newMirror();
    this.#refs = this.#readRefs();
  }

  /** The address as it may be shown. */
  get shownId(): string {
    return shownAddress(this.settings.id);
  }

  #newMirror(): GitMirror {
    const { id, auth, refspecs, depth } = this.settings;
    const timeoutMs = Number(this.#ctx.opts['gitfs_timeout'] ?? TIMEOUT_S) * 1000;
    return new GitMirror({ sys: this.#ctx.sys, folder: join(this.#top, '_'), timeoutMs, remote: { url: id, auth, depth, ...(refspecs.length === 0 ? {} : { refspecs }) } });
  }

  /** What an earlier process fetched is served at once. */
  async #readRefs(): Promise<GitRefs> {
    try {
      return await this.#mirror.refs();
    } catch (err) {
      this.#ctx.log.error({ err, remote: this.shownId }, 'copy of a gitfs remote cannot be read');
      return NO_REFS;
    }
  }

  /** Fetches; true when something changed. Who asks while a fetch goes on waits for that one. */
  update(signal: AbortSignal): Promise<boolean> {
    this.#updating ??= this.#update(signal).finally(() => {
      this.#updating = undefined;
    });
    return this.#updating;
  }

  async #update(signal: AbortSignal): Promise<boolean> {
    const { log } = this.#ctx;
    try {
      await this.#refs;
      const changed = await this.#mirror.fetch(signal);
      if (!changed) return false;
      this.#refs = Promise.resolve(await this.#mirror.refs());
      log.info({ remote: this.shownId }, 'gitfs remote changed');
      await this.#forgetOld();
      return true;
    } catch (err) {
      if (signal.aborted) throw err;
      log.error({ err, remote: this.shownId }, 'gitfs remote not updated, what was fetched before is served on');
      return false;
    }
  }

  async #forgetOld(): Promise<void> {
    const { branches, tags } = await this.#refs;
    const current = new Set([...branches.values(), ...tags.values()]);
    for (const commit of this.#trees.keys()) if (!current.has(commit)) this.#trees.delete(commit);
    await this.#sweep();
    await this.#mirror.tidy();
  }

  /** Files that nobody asked for within the last hour; what is asked for again is written again. */
  async #sweep(): Promise<void> {
    const folder = join(this.#top, 'blobs');
    for (const part of await namesIn(folder)) {
      for (const name of await namesIn(join(folder, part))) {
        const path = join(folder, part, name);
        const found = await stat(path).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < Date.now() - HOUR_MS) await rm(path, { force: true });
      }
    }
  }

  /** Removes all that was fetched. */
  async clear(): Promise<void> {
    await this.#updating?.catch(() => false);
    await rm(this.#top, { recursive: true, force: true });
    this.#mirror = this.#newMirror();
    this.#refs = Promise.resolve(NO_REFS);
    this.#trees = new Map();
  }

  isExposed(saltenv: string): boolean {
    return isAllowed(saltenv, this.settings.allowed, this.settings.denied);
  }

  async envs(): Promise<string[]> {
    const { base, refTypes, mapsRefs, envsOfRef } = this.settings;
    const { branches, tags } = await this.#refs;
    const names = [...(refTypes.includes('branch') ? branches.keys() : []), ...(refTypes.includes('tag') ? tags.keys() : [])];
    const found = new Set(isHex(base) ? ['base'] : []);
    for (const name of names) {
      const mapped = envsOfRef.get(name);
      if (mapped !== undefined) for (const env of mapped) found.add(env);
      else if (name === base) found.add('base');
      else if (mapsRefs) found.add(name);
    }
    for (const mapped of envsOfRef.values()) for (const env of mapped) found.add(env);
    return [...found].filter((env) => this.isExposed(env));
  }

  /** The branch, tag or commit that an environment shows. */
  #refOf(saltenv: string): string | undefined {
    const { allSaltenvs, base, mapsRefs, envs } = this.settings;
    if (allSaltenvs !== undefined) return allSaltenvs;
    if (saltenv === 'base') return base;
    return envs.get(saltenv)?.ref ?? (mapsRefs ? saltenv : undefined);
  }

  async #commitOf(saltenv: string, knownEnvs: ReadonlySet<string>): Promise<string | undefined> {
    const { fallback } = this.settings;
    if (!isHex(saltenv) && !knownEnvs.has(saltenv) && fallback === '') return undefined;
    if (!this.isExposed(saltenv)) return undefined;
    const ref = this.#refOf(saltenv);
    if (ref === undefined) return undefined;
    return await this.#resolve(ref) ?? (fallback === '' ? undefined : this.#resolve(fallback));
  }

  async #resolve(ref: string): Promise<string | undefined> {
    const { branches, tags } = await this.#refs;
    for (const type of this.settings.refTypes) {
      const commit = type === 'branch' ? branches.get(ref) : type === 'tag' ? tags.get(ref) : isHex(ref) ? await this.#mirror.commit(ref) : undefined;
      if (commit !== undefined) return commit;
    }
    return undefined;
  }

  /** @param knownEnvs environments of all remotes: only these are looked for, and commits */
  async #treeOf(saltenv: string, knownEnvs: ReadonlySet<string>): Promise<GitTree | undefined> {
    const commit = await this.#commitOf(saltenv, knownEnvs);
    if (commit === undefined) return undefined;
    const tree = this.#trees.get(commit) ?? GitTree.read(this.#mirror, commit);
    // Used last: at the end.
    this.#trees.delete(commit);
    this.#trees.set(commit, tree);
    tree.then(() => this.#boundTrees(), () => this.#trees.delete(commit));
    return tree;
  }

  async #boundTrees(): Promise<void> {
    const sizes = await Promise.all([...this.#trees].map(async ([commit, tree]) => ({ commit, size: (await tree.catch(() => undefined))?.size ?? 0 })));
    let total = sizes.reduce((sum, { size }) => sum + size, 0);
    for (const { commit, size } of sizes.slice(0, -1)) {
      if (total <= KEPT_FILES_MAX) return;
      this.#trees.delete(commit);
      total -= size;
    }
  }

  #placeOf(saltenv: string): { root: string; mountpoint: string } {
    const { root, mountpoint, envs } = this.settings;
    const own = envs.get(saltenv);
    return { root: own?.root ?? root, mountpoint: own?.mountpoint ?? mountpoint };
  }

  async find(path: string, saltenv: string, knownEnvs: ReadonlySet<string>): Promise<GitEntry | undefined> {
    const { root, mountpoint } = this.#placeOf(saltenv);
    if (unsafeReason(path) !== undefined || (mountpoint !== '' && !path.startsWith(`${mountpoint}/`))) return undefined;
    const below = path.slice(mountpoint.length).replace(/^\/+/, '');
    return (await this.#treeOf(saltenv, knownEnvs))?.file(root === '' ? below : `${root}/${below}`);
  }

  /** Paths as minions see them. Of a mount point only its whole path counts as a folder (read, Salt 3008.3). */
  async list(saltenv: string, knownEnvs: ReadonlySet<string>): Promise<{ files: string[]; dirs: Set<string>; links: Record<string, string> } | undefined> {
    const tree = await this.#treeOf(saltenv, knownEnvs);
    if (tree === undefined) return undefined;
    const { root, mountpoint } = this.#placeOf(saltenv);
    const mounted = (rel: string): string => (mountpoint === '' ? rel : `${mountpoint}/${rel}`);
    const found = { files: [] as string[], dirs: new Set<string>(mountpoint === '' ? [] : [mountpoint]), links: {} as Record<string, string> };
    for (const { rel, target } of tree.below(root)) {
      const path = mounted(rel);
      found.files.push(path);
      if (target !== undefined) found.links[path] = target;
      for (let slash = rel.lastIndexOf('/'); slash > 0; slash = rel.lastIndexOf('/', slash - 1)) {
        const dir = mounted(rel.slice(0, slash));
        if (found.dirs.has(dir)) break;
        found.dirs.add(dir);
      }
    }
    return found;
  }

  /** The content of a file as a file of this host. */
  async extract({ blob }: GitEntry): Promise<string> {
    const folder = join(this.#top, 'blobs', blob.slice(0, 2));
    const path = join(folder, blob);
    const known = await stat(path).catch(() => undefined);
    if (known !== undefined) {
      // Shows that it is in use, now and then.
      if (known.mtimeMs < Date.now() - HOUR_MS / 2) await utimes(path, new Date(), new Date()).catch(() => undefined);
      return path;
    }
    const extracting = this.#extracting.get(blob) ?? this.#write(blob, folder, path).finally(() => this.#extracting.delete(blob));
    this.#extracting.set(blob, extracting);
    return extracting;
  }

  async #write(blob: string, folder: string, path: string): Promise<string> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#mirror.writeBlob(blob, path);
    return path;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
