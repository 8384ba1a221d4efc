/**
 * Files that the real `salt` program reads from the job cache of a job it published: it gives up on the job when they are
 * missing. Written only for jobs that came through the clear request port, and deleted soon.
 *
 * Source: wire-protocol section 9, point 5.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBus } from '../../bus/codec/codec.js';
import { jobFolder, type HashType } from '../../bus/crypto/digest.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { steadyUnixMs } from '../../kernel/std/time.js';

/** How long a foreign client may still look. */
const KEEP_MS = 10 * 60_000;
const JOBS_MAX = 1000;

export class SaltCliFiles {
  readonly #dir: string;
  readonly #hashType: HashType;
  readonly #kept: { path: string; untilUnixMs: number }[] = [];

  constructor(cacheDir: string, hashType: HashType) {
    this.#dir = join(cacheDir, 'jobs');
    this.#hashType = hashType;
  }

  write(jid: string, load: PlainMap, minions: readonly string[]): void {
    this.clean();
    const path = join(this.#dir, jobFolder(jid, this.#hashType));
    const { key, ...open } = load;
    void key;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    for (const [name, content] of [['jid', jid], ['.load.p', encodeBus({ ...open, jid })], ['.minions.p', encodeBus([...minions])]] as const) {
      writeFileSync(join(path, name), content, { mode: 0o600 });
    }
    this.#kept.push({ path, untilUnixMs: steadyUnixMs() + KEEP_MS });
  }

  /** Deletes what is old, or too much. */
  clean(all = false): void {
    const now = steadyUnixMs();
    while (this.#kept[0] !== undefined && (all || this.#kept[0].untilUnixMs < now || this.#kept.length >= JOBS_MAX)) {
      rmSync(this.#kept.shift()?.path ?? '', { recursive: true, force: true });
    }
  }
}
