/**
 * What goes to one returner: results, jobs and events, in order, kept on disk until it took them. Start at `ReturnerQueues.of`.
 *
 * The bound: a returner that is down for a day loses nothing while at most 100,000 things and 1 GiB wait for it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../kernel/contract/log.js';
import type { ReturnerMethod } from '../../kernel/contract/returner.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { OpenReturner } from '../../kernel/loader/open-returner.js';
import { asError } from '../../kernel/std/async.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { DiskQueue, type QueueCounters } from './disk-queue.js';

/** What may wait: a method and its arguments. */
export type Queued = Extract<ReturnerMethod, 'returner' | 'eventReturn' | 'prepJid' | 'saveLoad' | 'saveMinions' | 'updateEndtime'>;
const QUEUED: ReadonlySet<string> = new Set<Queued>(['returner', 'eventReturn', 'prepJid', 'saveLoad', 'saveMinions', 'updateEndtime']);

/** It is also the name of a folder. */
const NAME = /^\w+$/;

export class ReturnerQueue implements AsyncDisposable {
  readonly returner: OpenReturner;
  readonly #queue: DiskQueue;
  readonly #log: Logger;

  constructor(returner: OpenReturner, dir: string, log: Logger) {
    this.returner = returner;
    this.#log = log.child({ returner: returner.name });
    this.#queue = new DiskQueue({ dir: join(dir, returner.name), log: this.#log, give: (item) => this.#give(item) });
    this.#queue.start();
  }

  get counters(): Readonly<QueueCounters> & { readonly waiting: number } {
    return { ...this.#queue.counters, waiting: this.#queue.size };
  }

  /** Takes it for the returner; false when that has no such method. */
  put(method: Queued, ...args: readonly Value[]): boolean {
    if (!this.returner.has(method)) return false;
    this.#queue.put({ method, args });
    return true;
  }

  /** Resolves when all was taken, or something was not, or after a time. */
  settled(withinMs: number): Promise<void> {
    return this.#queue.settled(withinMs);
  }

  async #give({ method, args }: PlainMap): Promise<void> {
    if (typeof method !== 'string' || !QUEUED.has(method) || !isList(args)) {
      this.#log.error({ method }, 'what was kept names no work of a returner: left out');
      return;
    }
    const [first] = args;
    const ret = method === 'returner' && isPlainMap(first) ? { ret: first } : {};
    await this.returner.call(method as 'returner', args as [PlainMap], ret);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]();
  }
}

export interface ReturnerQueuesParts {
  readonly host: ModuleHost;
  /** Folder of all queues; each returner has one of its own below. */
  readonly dir: string;
  readonly log: Logger;
}

export class ReturnerQueues implements AsyncDisposable {
  readonly #parts: ReturnerQueuesParts;
  readonly #open = new Map<string, Promise<ReturnerQueue | undefined>>();
  readonly #queues: ReturnerQueue[] = [];

  constructor(parts: ReturnerQueuesParts) {
    this.#parts = parts;
  }

  /** The queue of a returner; undefined, with a line in the log, when there is none of that name here. */
  of(name: string): Promise<ReturnerQueue | undefined> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opened = this.#make(name);
    this.#open.set(name, opened);
    // It may be there later: after a synchronisation, or with another dependency.
    opened.then((queue) => queue === undefined && this.#open.delete(name), () => this.#open.delete(name));
    return opened;
  }

  /** The returner itself, to read from; undefined when there is none of that name here. */
  returner(name: string): Promise<OpenReturner | undefined> {
    return NAME.test(name) ? this.#parts.host.returner(name) : Promise.resolve(undefined);
  }

  /** Goes on with what an earlier life left. */
  async resume(): Promise<void> {
    const { dir } = this.#parts;
    const names = existsSync(dir) ? readdirSync(dir) : [];
    for (const name of names) if (readdirSync(join(dir, name)).length > 0) await this.of(name);
  }

  /** By the name of the returner. */
  get counters(): PlainMap {
    return Object.fromEntries(this.#queues.map((queue) => [queue.returner.name, { ...queue.counters }]));
  }

  async #make(name: string): Promise<ReturnerQueue | undefined> {
    const { dir, log } = this.#parts;
    const returner = await this.returner(name);
    if (returner === undefined) log.error({ returner: name }, 'returner is not available here');
    if (returner === undefined) return undefined;
    const queue = new ReturnerQueue(returner, dir, log);
    this.#queues.push(queue);
    return queue;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#open.values());
    const ends = await Promise.allSettled(this.#queues.map((queue) => queue[Symbol.asyncDispose]()));
    for (const end of ends) if (end.status === 'rejected') throw asError(end.reason);
  }
}
