/**
 * Running jobs as files in `cachedir/proc`, where Salt's own programs on this machine look for them. Ours are written for jobs that
 * last longer than a moment.
 *
 * Source: observed, Salt 3008.3: a map in msgpack with the facts of the publication and the process.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodecError, decodeBus, encodeBus } from '../../bus/codec/codec.js';
import { parseJid } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';

export class ProcMarks {
  readonly #dir: string;
  readonly #log: Logger;
  readonly #written = new Set<string>();

  constructor(dir: string, log: Logger) {
    this.#dir = dir;
    this.#log = log;
    mkdirSync(dir, { recursive: true, mode: 0o750 });
  }

  write(jid: string, about: PlainMap): void {
    try {
      writeFileSync(join(this.#dir, jid), encodeBus(about), { mode: 0o600 });
      this.#written.add(jid);
    } catch (err) {
      this.#log.warn({ err, jid }, 'mark of a running job not written');
    }
  }

  remove(jid: string): void {
    if (this.#written.delete(jid)) rmSync(join(this.#dir, jid), { force: true });
  }

  /** Deletes marks of processes that are gone. */
  clean(isAlive: (pid: number) => boolean): void {
    for (const name of readdirSync(this.#dir)) {
      if (parseJid(name) === undefined) continue;
      const pid = pidIn(join(this.#dir, name));
      if (pid === undefined || !isAlive(pid)) rmSync(join(this.#dir, name), { force: true });
    }
  }
}

function pidIn(path: string): number | undefined {
  try {
    const about = decodeBus(readFileSync(path));
    return isPlainMap(about) && typeof about['pid'] === 'number' ? about['pid'] : undefined;
  } catch (error) {
    if (error instanceof CodecError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** True for a process of this machine other than ours: after a start, a mark with our own number is of an earlier life. */
export function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
