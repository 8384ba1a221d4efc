/**
 * Runs that wait, or end early, because somebody asked for it (`state.pause`, `state.soft_kill`). What is asked stands in a file
 * named after the job, in Salt's form.
 *
 * Source: read, Salt 3008.3: `{id or __all__: {duration, kill}}` in `cachedir/state_pause/<jid>`, msgpack.
 */
import { readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../../kernel/contract/log.js';
import type { PackPort } from '../../../kernel/contract/ports.js';
import { sleep } from '../../../kernel/std/async.js';
import { isMap, mapGet, mapHas, type Value } from '../../../kernel/std/value.js';
import { text, type LowChunk } from '../high-data.js';

const LOOK_MS = 1000;
/** A file that was not there is not looked for between states that take less. */
const SELDOM_MS = 20;

export class PausePoints {
  readonly #path: string;
  readonly #pack: PackPort;
  readonly #signal: AbortSignal;
  readonly #log: Logger;
  #missedAt = -Infinity;

  constructor(cacheDir: string, jid: string, { pack, signal, log }: { pack: PackPort; signal: AbortSignal; log: Logger }) {
    this.#path = join(cacheDir, 'state_pause', jid);
    this.#pack = pack;
    this.#signal = signal;
    this.#log = log;
  }

  /** Whether somebody asked for a rest, or an end. */
  isAsked(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#missedAt < SELDOM_MS) return false;
    if (existsSync(this.#path)) return true;
    this.#missedAt = nowMs;
    return false;
  }

  /** Waits as long as the run is to rest before this chunk. */
  async at(low: LowChunk): Promise<'run' | 'end'> {
    const startMs = performance.now();
    for (;;) {
      const wish = await this.#wish(text(low['__id__']));
      if (wish === undefined) return 'run';
      const duration = mapGet(wish, 'duration');
      if (duration !== undefined && performance.now() - startMs > Number(duration) * 1000) return 'run';
      if (mapHas(wish, 'kill')) return 'end';
      await sleep(LOOK_MS, this.#signal, true);
    }
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #wish(id: string) {
    let data: Value;
    try {
      data = await this.#pack.unpack(await readFile(this.#path));
    } catch (err) {
      // Taken back meanwhile, or half written: the next look finds it whole.
      if (existsSync(this.#path)) this.#log.warn({ err, path: this.#path }, 'Failed to read in pause data: the run goes on');
      return undefined;
    }
    if (!isMap(data)) return undefined;
    const wish = mapGet(data, id) ?? mapGet(data, '__all__');
    return isMap(wish) ? wish : undefined;
  }
}
