/**
 * The events of the master for all streams: one connection to its bus, made again when the master was away. The last of them are
 * kept, so that a client that lost its connection gets on where it was.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BusEvent } from '../../bus/event/bus.js';
import { listenEvents } from '../../bus/event/local-client.js';
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs, sleep } from '../../kernel/std/async.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface FeedEvent {
  /** Number since the service started. */
  readonly at: number;
  /** The number, and the life of the service: what a client shows when it comes back. */
  readonly id: string;
  readonly tag: string;
  readonly data: PlainMap;
  /** `{"data": ..., "tag": ...}`, written once for all who hear it. */
  readonly json: string;
}

/** Events that came while the ones before were told. All hear the same list, so that what is made of it is made once. */
export type Events = readonly FeedEvent[];
export type Hear = (events: Events) => void;

interface Listener {
  readonly hear: Hear;
  /** Number of the last event before it listened. */
  readonly after: number;
}

const KEPT_MAX = 2000;
const LETTERS_MAX = 16 * 1024 * 1024;
const WAITING_MAX = 2000;
/** Requests are answered between so many listeners. */
const TOLD_AT_ONCE = 100;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

export class Feed implements Disposable {
  /** Tells ids of this life of the service from those of others. */
  readonly life: string;
  readonly #listeners = new Set<Listener>();
  readonly #stop = new AbortController();
  readonly #path: string;
  readonly #log: Logger;
  #kept: FeedEvent[] = [];
  #keptLetters = 0;
  #last = 0;
  #waiting: FeedEvent[] = [];
  #waitingLetters = 0;
  /** While events are told. */
  #telling: Promise<void> | undefined;
  #isListening = false;

  constructor({ opts, log, life = Date.now().toString(36) }: { opts: Readonly<PlainMap>; log: Logger; life?: string }) {
    this.#path = join(String(opts['sock_dir']), 'master_event_pub.ipc');
    this.#log = log;
    this.life = life;
  }

  start(): void {
    void this.#run();
  }

  /** Whether the master is there. */
  get isListening(): boolean {
    return this.#isListening;
  }

  get last(): number {
    return this.#last;
  }

  hear(hear: Hear): Disposable {
    const listener: Listener = { hear, after: this.#last };
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** What came after that event; undefined when some of it is no longer kept. */
  since(at: number): readonly FeedEvent[] | undefined {
    const first = this.#kept[0]?.at ?? this.#last + 1;
    return at > this.#last || at + 1 < first ? undefined : this.#kept.filter((event) => event.at > at);
  }

  /** Waits when the listeners cannot keep up: the master then counts what this service loses. */
  async take({ tag, data }: BusEvent): Promise<void> {
    this.#last += 1;
    const event: FeedEvent = { at: this.#last, id: `${this.life}-${this.#last}`, tag, data, json: pythonJson({ data, tag }, { indent: null, sortKeys: false }) ?? '{}' };
    this.#keep(event);
    this.#waiting.push(event);
    this.#waitingLetters += event.json.length;
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined;
    });
    if (this.#waiting.length > WAITING_MAX || this.#waitingLetters > LETTERS_MAX) await this.#telling;
  }

  #keep(event: FeedEvent): void {
    this.#kept.push(event);
    this.#keptLetters += event.json.length;
    let [dropped, letters] = [0, 0];
    while (this.#kept.length - dropped > KEPT_MAX || this.#keptLetters - letters > LETTERS_MAX) {
      letters += this.#kept[dropped]?.json.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#kept = this.#kept.slice(dropped);
    this.#keptLetters -= letters;
  }

  async #tell(): Promise<void> {
    for (let told = 0; this.#waiting.length > 0; ) {
      const events: Events = this.#waiting;
      const [first, last] = [events[0]?.at ?? 0, events.at(-1)?.at ?? 0];
      [this.#waiting, this.#waitingLetters] = [[], 0];
      for (const { hear, after } of this.#listeners) {
        if (after >= last) continue;
        hear(after < first ? events : events.filter(({ at }) => at > after));
        told += 1;
        if (told % TOLD_AT_ONCE === 0) await setImmediate();
      }
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        for await (const event of listenEvents(this.#path, signal)) {
          this.#isListening = true;
          attempt = 0;
          await this.take(event);
        }
      } catch (err) {
        this.#log.debug({ err }, 'the bus of the master cannot be heard');
      }
      this.#isListening = false;
      await sleep(backoffMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS), signal).catch(() => undefined);
    }
  }
}
