/**
 * Has the backends look for what is new: once at the start, then each in its own time, and when somebody asks. A backend that hangs or
 * fails delays no other, and what it served before it serves on.
 *
 * Source: read, Salt 3008.3, `salt.master.FileserverUpdate`; events `salt/fileserver/<backend>/update` with `fileserver_events`.
 */
import type { FileBackend } from '../../kernel/contract/file-backend.js';
import type { Logger } from '../../kernel/contract/log.js';
import { tagOf } from '../../kernel/contract/tag.js';
import { sleep } from '../../kernel/std/async.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import type { FileServer } from './file-server.js';

export interface FileUpdatesParts {
  readonly server: FileServer;
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  readonly fire: (tag: string, data: PlainMap) => void;
}

/** Source: read, Salt 3008.3, `fileserver_interval`. */
const INTERVAL_S = 3600;
const INTERVAL_S_MIN = 1;

export class FileUpdates implements AsyncDisposable {
  readonly #parts: FileUpdatesParts;
  readonly #stop = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();

  constructor(parts: FileUpdatesParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loops = this.#begin();
  }

  async #begin(): Promise<void> {
    const loops: Promise<void>[] = [];
    for (const [name, backend] of await this.#parts.server.backends()) {
      if (backend.update === undefined) continue;
      for (const [seconds, remotes] of await this.#intervals(name, backend)) loops.push(this.#loop(name, backend, seconds, remotes));
    }
    await Promise.all(loops);
  }

  /** Remotes by how often they are looked at. */
  async #intervals(name: string, backend: FileBackend): Promise<ReadonlyMap<number, string[]>> {
    const own = await backend.updateIntervals?.();
    if (own === undefined) {
      const { opts } = this.#parts;
      return new Map([[Number(opts[`${name}_update_interval`] ?? opts['fileserver_interval'] ?? INTERVAL_S), []]]);
    }
    const grouped = new Map<number, string[]>();
    for (const { remote, seconds } of own) grouped.set(seconds, [...grouped.get(seconds) ?? [], remote]);
    return grouped;
  }

  async #loop(name: string, backend: FileBackend, seconds: number, remotes: readonly string[]): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.update(name, backend, remotes);
        await sleep(Math.max(INTERVAL_S_MIN, seconds) * 1000, signal);
      } catch (err) {
        if (signal.aborted) return;
        this.#parts.log.error({ err, backend: name }, 'fileserver update failed');
        await sleep(Math.max(INTERVAL_S_MIN, seconds) * 1000, signal).catch(() => undefined);
      }
    }
  }

  /** One round now; what went wrong with a remote is in the log. `remotes` empty: all. */
  async update(name: string, backend: FileBackend, remotes: readonly string[], signal = this.#stop.signal): Promise<void> {
    const facts = await backend.update?.({ remotes, signal });
    if (facts === undefined || !isTruthy(this.#parts.opts['fileserver_events'])) return;
    this.#parts.fire(tagOf('fileserver', name, 'update'), facts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#loops;
  }
}
