/**
 * The events of the master for all streams: one connection to its bus, made again when the master was away. The last of them are
 * kept, so that a client that lost its connection gets on where it was.
 */
import { join } from 'node:path';
import type { BusEvent } from '../../bus/event/bus.js';
import { listenEvents } from '../../bus/event/local-client.js';
import type { Logger } from '../../kernel/contract/log.js';
import { backoffMs, sleep } from '../../kernel/std/async.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface FeedEvent {
  /** Number since the service started. */
  readonly at: number;
  readonly tag: string;
  readonly data: PlainMap;
  /** `{"data": ..., "tag": ...}`, written once for all who hear it. */
  readonly json: string;
}

export type Hear = (event: FeedEvent) => void;

const KEPT_MAX = 2000;
const KEPT_LETTERS_MAX = 16 * 1024 * 1024;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5000;

export class Feed implements Disposable {
  /** Tells ids of this life of the service from those of others. */
  readonly life: string;
  readonly #listeners = new Set<Hear>();
  readonly #stop = new AbortController();
  readonly #path: string;
  readonly #log: Logger;
  #kept: FeedEvent[] = [];
  #keptLetters = 0;
  #last = 0;
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

  hear(listener: Hear): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** What came after that event; undefined when some of it is no longer kept. */
  since(at: number): readonly FeedEvent[] | undefined {
    const first = this.#kept[0]?.at ?? this.#last + 1;
    return at > this.#last || at + 1 < first ? undefined : this.#kept.filter((event) => event.at > at);
  }

  take({ tag, data }: BusEvent): void {
    this.#last += 1;
    const event: FeedEvent = { at: this.#last, tag, data, json: pythonJson({ data, tag }, { indent: null, sortKeys: false }) ?? '{}' };
    this.#kept.push(event);
    this.#keptLetters += event.json.length;
    let [dropped, letters] = [0, 0];
    while (this.#kept.length - dropped > KEPT_MAX || this.#keptLetters - letters > KEPT_LETTERS_MAX) {
      letters += this.#kept[dropped]?.json.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#kept = this.#kept.slice(dropped);
    this.#keptLetters -= letters;
    for (const listener of this.#listeners) listener(event);
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
          this.take(event);
        }
      } catch (err) {
        this.#log.debug({ err }, 'the bus of the master cannot be heard');
      }
      this.#isListening = false;
      await sleep(backoffMs(attempt, FIRST_WAIT_MS, LONGEST_WAIT_MS), signal).catch(() => undefined);
    }
  }
}
