/**
 * One outbox for each master: a return goes to the master that asked for the job, however long that one is away.
 *
 * The returns of an only master lie in `outbox/`, those of several in `outbox/<master>/`. When masters join or leave the
 * configuration, what waits is moved to where its master is looked after now.
 */
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../kernel/contract/log.js';
import type { PlainMap } from '../kernel/std/value.js';
import { masterKey, type MasterAddress } from './connection/masters.js';
import { Outbox } from './job/outbox.js';

export interface OutboxesParts {
  readonly dir: string;
  /** All masters of the configuration; the first one inherits what an only master left. */
  readonly masters: readonly MasterAddress[];
  /** Of a larger return only an error is sent. */
  readonly returnBytesMax?: number | undefined;
  readonly send: (master: MasterAddress, load: PlainMap, signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

export class Outboxes implements AsyncDisposable {
  readonly #boxes = new Map<string, Outbox>();

  constructor({ dir, masters, send, log, returnBytesMax }: OutboxesParts) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const [at, master] of masters.entries()) {
      const own = join(dir, masterKey(master));
      const place = masters.length === 1 ? dir : own;
      if (at === 0) move(place === dir ? own : dir, place);
      this.#boxes.set(masterKey(master), new Outbox({
        dir: place, log, returnBytesMax, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: LONGEST_WAIT_MS, send: (load, signal) => send(master, load, signal),
      }));
    }
    for (const { name, waiting } of leftOver(dir, this.#boxes)) log.warn({ name, waiting }, 'returns wait for a master that is not in the configuration any more');
  }

  /** @throws RangeError for a master that is not in the configuration */
  of(master: MasterAddress): Outbox {
    const box = this.#boxes.get(masterKey(master));
    if (box === undefined) throw new RangeError(`No outbox for the master ${master.host}`);
    return box;
  }

  /** By the name of a master, of which an earlier life wrote; of one that is not in the configuration any more, the first takes its place. */
  ofKey(key: string): Outbox | undefined {
    return this.#boxes.get(key) ?? [...this.#boxes.values()][0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#boxes.values()].map((box) => box[Symbol.asyncDispose]()));
  }
}

const returnsIn = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.p')) : []);

function move(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of returnsIn(from)) renameSync(join(from, name), join(to, name));
}

function leftOver(dir: string, known: ReadonlyMap<string, unknown>): { name: string; waiting: number }[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !known.has(entry.name))
    .map(({ name }) => ({ name, waiting: returnsIn(join(dir, name)).length }))
    .filter(({ waiting }) => waiting > 0);
}
