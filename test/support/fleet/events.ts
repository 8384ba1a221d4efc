/** What a test hears on the bus of a running master or minion, kept from the moment it begins to listen. */
import { randomUUID } from 'node:crypto';
import { listenEvents, pushEvents } from '../../../src/bus/event/local-client.js';
import type { BusEvent } from '../../../src/bus/event/bus.js';
import { fnmatch } from '../../../src/kernel/std/fnmatch.js';
import { until, UNTIL_MS } from './until.js';

/** The two sockets of a bus. */
export interface BusPaths {
  readonly publish: string;
  readonly pull: string;
}

export class Hearing implements AsyncDisposable {
  readonly events: BusEvent[] = [];
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #unheard = '';

  private constructor(path: string) {
    this.#loop = this.#listen(path);
    // Its end is awaited on disposal only; a daemon that goes before is no failure of the test.
    this.#loop.catch(() => undefined);
  }

  /** Listens on a bus; the daemon must run. Returns when an event fired through its pull socket came back. */
  static async on(paths: BusPaths): Promise<Hearing> {
    const hearing = new Hearing(paths.publish);
    const tag = `tsalt/test/${randomUUID()}`;
    await until(`an event through ${paths.pull}`, async () => {
      await pushEvents(paths.pull, [{ tag, data: {} }]);
      return hearing.events.some((event) => event.tag === tag);
    });
    // More of them may be on their way.
    hearing.#unheard = tag;
    hearing.clear();
    return hearing;
  }

  async #listen(path: string): Promise<void> {
    for await (const event of listenEvents(path, this.#stop.signal)) if (event.tag !== this.#unheard) this.events.push(event);
  }

  /** The first event whose tag fits the glob, and that pleases `fits`; waits for it. */
  heard(tag: string, fits: (event: BusEvent) => boolean = () => true, withinMs = UNTIL_MS): Promise<BusEvent> {
    return until(`the event ${tag}`, () => this.events.find((event) => fnmatch(event.tag, tag) && fits(event)), withinMs);
  }

  /** Forgets what was heard so far. */
  clear(): void {
    this.events.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#loop.catch(() => undefined);
  }
}
