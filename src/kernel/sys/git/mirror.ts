/**
 * A bare copy of a remote repository: fetched by the program `git`, read as trees and blobs, or written out as a folder.
 *
 * Used by whatever takes files from git: the file server's backend, pillar, packages of Windows. It refuses to know environments.
 * A fetch that fails or hangs changes nothing: all refs are exchanged at once or not at all.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult, Sys } from '../../contract/sys.js';
import { unsafeReason } from '../safe-path.js';
import { proofFor, type GitAuth } from './credentials.js';
import { checkRefspecs, GitError, isRefName, PROTOCOLS, readGitAddress, shownAddress } from './url.js';

export interface GitRemote {
  readonly url: string;
  readonly auth?: GitAuth;
  /** Default: all branches and tags. */
  readonly refspecs?: readonly string[];
  /** Commits of each branch that are fetched; 0: all. */
  readonly depth?: number;
}

export interface GitMirrorOptions {
  readonly sys: Sys;
  /** Where the copy lies; made when it is not there. Nobody else writes into it. */
  readonly folder: string;
  readonly remote: GitRemote;
  /** A fetch that takes longer is ended with all its programs. */
  readonly timeoutMs?: number;
}

export interface GitRefs {
  /** Branch to commit. */
  readonly branches: ReadonlyMap<string, string>;
  /** Tag to commit. */
  readonly tags: ReadonlyMap<string, string>;
}

export interface GitEntry {
  /** `0o100644`, `0o100755` or `0o120000`, a link. */
  readonly mode: number;
  readonly blob: string;
  /** Relative to the root of the repository, never one that leads out of it. */
  readonly path: string;
}

const FETCH_TIMEOUT_MS = 300_000;
/** Reading the own copy takes disk time alone. */
const READ_TIMEOUT_MS = 120_000;
const LISTING_BYTES_MAX = 512 * 1024 * 1024;
const MESSAGE_CHARS_MAX = 2000;
const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const DEFAULT_REFSPECS = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];

export class GitMirror {
  readonly #options: GitMirrorOptions;
  #ready: Promise<void> | undefined;

  constructor(options: GitMirrorOptions) {
    this.#options = options;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** The address as it may be shown. */
  get shownUrl(): string {
    return shownAddress(this.#options.remote.url);
  }

  /**
   * Brings in what is new; true when a ref changed.
   * @throws GitError when the address is refused, or the remote cannot be reached in time; the copy is then as before
   */
  async fetch(signal?: AbortSignal): Promise<boolean> {
    const { sys, remote, timeoutMs = FETCH_TIMEOUT_MS } = this.#options;
    const address = readGitAddress(remote.url);
    const refspecs = checkRefspecs(remote.refspecs ?? DEFAULT_REFSPECS);
    await this.#prepare();
    const proof = await proofFor(sys, join(this.folder, 'tsalt-programs'), address, remote.auth ?? {});
    const before = await this.#refState();
    const { depth = 0 } = remote;
    const argv = [
      ...proof.options, 'fetch', '--quiet', '--prune', '--force', '--no-tags', '--atomic', '--no-write-fetch-head', '--no-recurse-submodules',
      '--no-auto-maintenance', ...(depth > 0 ? [`--depth=${depth}`] : []), '--', address.url, ...refspecs,
    ];
    const result = await this.#git(argv, { timeoutMs, signal, env: { ...proof.env, GIT_ALLOW_PROTOCOL: PROTOCOLS.join(':') } });
    if (result.timedOut) throw new GitError(`Fetching ${this.shownUrl} took longer than ${timeoutMs} ms`, { context: { timeoutMs } });
    if (result.code !== 0) throw new GitError(`Cannot fetch ${this.shownUrl}: ${this.#messageOf(result)}`, { context: { exit: result.code } });
    return before !== await this.#refState();
  }

  /** What was fetched last. */
  async refs(): Promise<GitRefs> {
    const branches = new Map<string, string>();
    const tags = new Map<string, string>();
    for (const line of (await this.#refState()).split('\n')) {
      const [name = '', type, id = '', peeledType, peeled = ''] = line.split(' ');
      const commit = type === 'commit' ? id : peeledType === 'commit' ? peeled : '';
      if (!OBJECT_ID.test(commit)) continue;
      if (name.startsWith('refs/remotes/origin/')) branches.set(name.slice('refs/remotes/origin/'.length), commit);
      else if (name.startsWith('refs/tags/')) tags.set(name.slice('refs/tags/'.length), commit);
    }
    branches.delete('HEAD');
    return { branches, tags };
  }

  /** The commit that a whole or shortened id names, if it was fetched. */
  async commit(id: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{4,64}$/i.test(id) || !isRefName(id)) return undefined;
    await this.#prepare();
    const result = await this.#git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${id}^{commit}`]);
    const found = text(result).trim();
    // A branch or tag that looks like an id is none.
    return result.code === 0 && OBJECT_ID.test(found) && found.startsWith(id.toLowerCase()) ? found : undefined;
  }

  /** Files and links of a commit, below `root` or all; paths stay those of the repository. Submodules are left out. */
  async entries(commit: string, root = ''): Promise<GitEntry[]> {
    if (!OBJECT_ID.test(commit)) throw new GitError(`${JSON.stringify(commit)} is no id of a commit`);
    const wanted = root.replace(/^\/+|\/+$/g, '');
    if (wanted !== '' && unsafeReason(wanted) !== undefined) throw new GitError(`The root ${JSON.stringify(root)} leads out of the repository`);
    const place = wanted === '' ? [] : ['--', `:(literal)${wanted}/`];
    const result = await this.#read(['ls-tree', '-r', '-z', '--full-tree', commit, ...place]);
    return text(result).split('\0').flatMap((line) => {
      const match = /^(\d{6}) blob ([0-9a-f]+)\t([^]+)$/.exec(line);
      const [, mode = '', blob = '', path = ''] = match ?? [];
      return match === null || unsafeReason(path) !== undefined ? [] : [{ mode: Number.parseInt(mode, 8), blob, path }];
    });
  }

  /** Small blobs as text, by id: targets of links. @throws GitError when there is more than `bytesMax` in all */
  async texts(ids: readonly string[], bytesMax: number): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    if (ids.length === 0) return found;
    const { stdout } = await this.#read(['cat-file', '--batch'], bytesMax, `${ids.map(objectId).join('\n')}\n`);
    const bytes = Buffer.from(stdout);
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(0x0a, at);
      const [, id = '', size = ''] = /^([0-9a-f]+) blob (\d+)$/.exec(bytes.toString('latin1', at, end)) ?? [];
      if (id === '') throw new GitError(`Cannot read links of ${this.shownUrl}`);
      found.set(id, bytes.toString('utf8', end + 1, end + 1 + Number(size)));
      at = end + 1 + Number(size) + 1;
    }
    return found;
  }

  /** Writes a blob of any size to a file; an existing one is replaced when the new one is whole. */
  async writeBlob(id: string, dest: string): Promise<void> {
    const temporary = `${dest}.${randomUUID()}.part`;
    const file = await open(temporary, 'wx', 0o600);
    try {
      const result = await this.#git(['cat-file', 'blob', objectId(id)], { timeoutMs: FETCH_TIMEOUT_MS, stdoutFd: file.fd });
      if (result.code !== 0 || result.timedOut) throw new GitError(`Cannot read ${id} of ${this.shownUrl}: ${this.#messageOf(result)}`);
      await rename(temporary, dest);
    } finally {
      await file.close();
      await rm(temporary, { force: true });
    }
  }

  /**
   * Writes the files of a commit into the folder `dest`, which appears whole; one that is there is left alone, as what a commit holds
   * never changes. Links stay links, and may lead anywhere: whoever reads looks at where they lead.
   */
  async checkout(commit: string, dest: string): Promise<void> {
    if (await isFolder(dest)) return;
    const temporary = `${dest}.${randomUUID()}.part`;
    const index = join(this.folder, `index.${randomUUID()}`);
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    try {
      const env = { GIT_INDEX_FILE: index, GIT_LFS_SKIP_SMUDGE: '1' };
      await this.#must(['read-tree', objectId(commit)], env);
      await this.#must([`--work-tree=${temporary}`, 'checkout-index', '--all', '--quiet'], env, temporary);
      await rename(temporary, dest).catch(async (error: unknown) => {
        // Another one was first.
        if (!await isFolder(dest)) throw error;
      });
    } finally {
      await rm(temporary, { recursive: true, force: true });
      await rm(index, { force: true });
    }
  }

  /** Gives back the room of what no ref reaches any more. */
  async tidy(): Promise<void> {
    await this.#must(['gc', '--quiet', '--auto', '--prune=1.day.ago'], {});
  }

  #prepare(): Promise<void> {
    this.#ready ??= this.#init().catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #init(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    if ((await readdir(this.folder)).includes('HEAD')) {
      const result = await this.#git(['rev-parse', '--is-bare-repository']);
      if (result.code === 0 && text(result).trim() === 'true') return;
      throw new GitError(`${this.folder} exists but is not a valid git repository: remove it to fetch ${this.shownUrl} anew`);
    }
    await this.#must(['init', '--quiet', '--bare', '--template=', this.folder], {});
  }

  async #refState(): Promise<string> {
    await this.#prepare();
    const format = '--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)';
    return text(await this.#read(['for-each-ref', format, 'refs/remotes/origin/', 'refs/tags/']));
  }

  async #read(argv: readonly string[], outputBytesMax = LISTING_BYTES_MAX, stdin?: string): Promise<RunResult> {
    await this.#prepare();
    const result = await this.#git(argv, { outputBytesMax, ...(stdin === undefined ? {} : { stdin }) });
    if (result.code !== 0 || result.timedOut || result.truncated) {
      throw new GitError(`Cannot read the copy of ${this.shownUrl}: ${result.truncated ? 'there is too much of it' : this.#messageOf(result)}`);
    }
    return result;
  }

  async #must(argv: readonly string[], env: Readonly<Record<string, string>>, cwd?: string): Promise<void> {
    const result = await this.#git(argv, { env, cwd, timeoutMs: FETCH_TIMEOUT_MS });
    if (result.code !== 0 || result.timedOut) throw new GitError(`git failed for ${this.shownUrl}: ${this.#messageOf(result)}`);
  }

  #git(argv: readonly string[], options: GitRun = {}): Promise<RunResult> {
    const { sys, folder } = this.#options;
    const isFetch = argv.includes('fetch');
    return sys.run(['git', '--no-pager', ...FIXED, ...(argv.includes('init') ? [] : [`--git-dir=${folder}`]), ...argv], {
      cwd: options.cwd ?? folder, timeoutMs: options.timeoutMs ?? READ_TIMEOUT_MS, env: { ...environment(sys, isFetch), ...options.env },
      ...(options.outputBytesMax === undefined ? {} : { outputBytesMax: options.outputBytesMax }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.stdoutFd === undefined ? {} : { stdoutFd: options.stdoutFd }),
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    });
  }

  /** What git said, without a login that it may have repeated. */
  #messageOf(result: RunResult): string {
    const { password, passphrase } = this.#options.remote.auth ?? {};
    let message = Buffer.from(result.stderr).toString().trim().slice(0, MESSAGE_CHARS_MAX);
    for (const secret of [password, passphrase]) if (secret !== undefined && secret !== '') message = message.replaceAll(secret, '<redacted>');
    message = message.replace(/([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/\s'"]*@/g, '$1<redacted>@');
    return message === '' ? `git ended with ${result.code}` : message.replace(/\s*\n\s*/g, '; ');
  }
}

interface GitRun {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly outputBytesMax?: number;
  readonly signal?: AbortSignal | undefined;
  readonly stdoutFd?: number;
  readonly stdin?: string;
}

/** Nothing that lies in the repository or stands in somebody's configuration may start a program. */
const FIXED = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '-c', 'gc.auto=6700', '-c', 'maintenance.auto=false'];

/** Only a fetch sees the configuration of the administrator (proxies, certificates); what is there alone is read without. */
function environment(sys: Sys, isFetch: boolean): Record<string, string | null> {
  const inherited = Object.fromEntries(Object.keys(sys.env).filter((name) => name.startsWith('GIT_') && !name.startsWith('GIT_SSL_')).map((name) => [name, null]));
  return {
    ...inherited, LC_ALL: 'C', LANGUAGE: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', GIT_OPTIONAL_LOCKS: '0',
    ...(isFetch ? {} : { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }),
  };
}

function objectId(id: string): string {
  if (!OBJECT_ID.test(id)) throw new GitError(`${JSON.stringify(id)} is no id of an object`);
  return id;
}

const text = (result: RunResult): string => Buffer.from(result.stdout).toString();

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
