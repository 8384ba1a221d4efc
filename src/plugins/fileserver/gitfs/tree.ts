/** The files of one commit, by path, with what links lead to. Never changes once it is read. */
import { posix } from 'node:path';
import type { GitEntry, GitMirror } from '../../../kernel/sys/git/mirror.js';
import { unsafeReason } from '../../../kernel/sys/safe-path.js';

const LINK = 0o120000;
/** Links followed until a file is found. Source: read, Salt 3008.3. */
const LINKS_MAX = 100;
const LINK_BYTES_MAX = 64 * 1024 * 1024;

export class GitTree {
  readonly #entries: ReadonlyMap<string, GitEntry>;
  /** Blob of a link to its text. */
  readonly #targets: ReadonlyMap<string, string>;

  private constructor(entries: readonly GitEntry[], targets: ReadonlyMap<string, string>) {
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
    this.#targets = targets;
  }

  static async read(mirror: GitMirror, commit: string): Promise<GitTree> {
    const entries = await mirror.entries(commit);
    const links = new Set(entries.filter(({ mode }) => mode === LINK).map(({ blob }) => blob));
    return new GitTree(entries, await mirror.texts([...links], LINK_BYTES_MAX));
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The file behind a path, through links that stay in the repository; undefined for folders and for links that lead nowhere or out. */
  file(path: string): GitEntry | undefined {
    let wanted = path;
    for (let followed = 0; followed <= LINKS_MAX; followed += 1) {
      const entry = this.#entries.get(wanted);
      if (entry?.mode !== LINK) return entry;
      const target = this.#targets.get(entry.blob) ?? '';
      wanted = posix.join(posix.dirname(wanted), target);
      if (target.startsWith('/') || unsafeReason(wanted) !== undefined) return undefined;
    }
    return undefined;
  }

  /** Paths below a folder, relative to it. */
  * below(root: string): Generator<{ readonly rel: string; readonly target: string | undefined }> {
    const start = root === '' ? '' : `${root}/`;
    for (const { path, mode, blob } of this.#entries.values()) {
      if (path.startsWith(start)) yield { rel: path.slice(start.length), target: mode === LINK ? this.#targets.get(blob) ?? '' : undefined };
    }
  }
}
