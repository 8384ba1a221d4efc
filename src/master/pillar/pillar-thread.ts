/** One thread that compiles pillars, seen from the master. */
import { Worker } from 'node:worker_threads';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import { isAsyncIterable } from '../../kernel/loader/worker-answers.js';
import { pack, packError, unpack, unpackError } from '../../kernel/loader/worker-messages.js';
import { deferred, within, type Deferred } from '../../kernel/std/async.js';
import { ownBytes, type FromThread, type PackedPillar, type ThreadData, type ThreadSetup, type ToThread, type Wanted } from './messages.js';

const MEMORY_MB_MAX = 1024;
/** Room for new objects: the engine's own choice grows to 48 MB and stays. */
const YOUNG_MB_MAX = 4;
/** A thread that works and is silent for so long has stalled. */
const STALL_MS = 1000;
/** One that lets the others have their turn is silent for less, or waits for somebody. */
const SILENT_MS = 50;
/** What a new thread may take to load. */
const START_MS = 5000;
/** What a template prints by `process.stdout` and the like is logged in pieces of so many characters. */
const OUTPUT_LINE_MAX = 2000;

const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;

/** The thread ended while a pillar was made: perhaps because of it, perhaps because of another. */
export class ThreadLostError extends CommandExecutionError {}

export interface ThreadParts {
  /** The built `workers/pillar-worker.js`. */
  readonly script: string;
  readonly setup: ThreadSetup;
  /** What functions in the thread may ask of the master, by name: ports, and `fileSource`. */
  readonly ports: Readonly<Record<string, object>>;
  readonly log: Logger;
  /** A thread without work ends after so long: it holds 20 to 40 MB. */
  readonly idleMs: number;
}

export class PillarThread {
  readonly #worker: Worker;
  readonly #parts: ThreadParts;
  readonly #jobs = new Map<number, Deferred<PackedPillar>>();
  readonly #onEnd: (thread: PillarThread) => void;
  #lastId = 0;
  #heardAt = 0;
  #isLoaded = false;
  #idle: NodeJS.Timeout | undefined;
  #stall = deferred<true>();
  #watch: NodeJS.Timeout | undefined;

  constructor(parts: ThreadParts, onEnd: (thread: PillarThread) => void) {
    this.#parts = parts;
    this.#onEnd = onEnd;
    this.#worker = new Worker(parts.script, {
      workerData: { ...parts.setup, heard: LEVELS.filter((level) => parts.log.hears?.(level) !== false) } satisfies ThreadData, name: 'pillar', stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX, maxYoungGenerationSizeMb: YOUNG_MB_MAX },
      // Pipes of programs are opened here and closed as sockets: Node would close their numbers once more at the end of the thread, when
      // these belong to others already, and end the process.
      trackUnmanagedFds: false,
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.on('data', (data: Buffer) => parts.log.info({ output: data.toString('utf8', 0, OUTPUT_LINE_MAX).trimEnd() }, 'output of a pillar thread'));
    }
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(new ThreadLostError(`The thread of pillars failed: ${error.message}`, { cause: error })));
    this.#worker.on('exit', () => this.#end(new ThreadLostError('The thread of pillars ended')));
    this.#worker.unref();
  }

  /** True while a thread that has work gives no sign of life: something in it computes and lets nobody have a turn. */
  get isStalled(): boolean {
    return this.#jobs.size > 0 && performance.now() - this.#heardAt > STALL_MS;
  }

  /** True when another thread would begin sooner: this one has loaded, has work, and has not been heard for a moment. */
  get isSilent(): boolean {
    return this.#isLoaded && this.#jobs.size > 0 && performance.now() - this.#heardAt > SILENT_MS;
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Resolves when the thread stalls. */
  get stall(): Promise<true> {
    return this.#stall.promise;
  }

  /** Pillars under way. */
  get busy(): number {
    return this.#jobs.size;
  }

  /**
   * @throws CommandExecutionError when it took longer than `ms`, after which the thread is ended if it did not listen;
   * ThreadLostError when the thread ended; whatever the compilation throws
   */
  async compile(wanted: Wanted, request: Uint8Array, limits: { ms: number; stopMs: number }): Promise<PackedPillar> {
    this.#lastId += 1;
    const id = this.#lastId;
    const job = deferred<PackedPillar>();
    // Who waits for it may have given up.
    job.promise.catch(() => undefined);
    if (this.#jobs.size === 0) this.#beginWatch();
    this.#jobs.set(id, job);
    clearTimeout(this.#idle);
    this.#worker.ref();
    this.#send({ type: 'compile', id, wanted, request: ownBytes(request) });
    const late = Symbol('late');
    const made = await within(job.promise, limits.ms, late);
    if (typeof made !== 'symbol') return made;
    const reason = `The pillar took longer than ${limits.ms / 1000} seconds`;
    this.#send({ type: 'abort', id, reason });
    // Another job may have ended the thread meanwhile: the reason stays that of this one.
    if (await within(job.promise.then(() => true, () => true), limits.stopMs, false) === false) {
      this.#jobs.delete(id);
      this.#parts.log.warn({}, 'a pillar did not stop and was ended with its thread');
      await this.end();
    }
    throw new CommandExecutionError(reason);
  }

  /** Jobs under way fail. */
  async end(): Promise<void> {
    this.#end(new ThreadLostError('The thread of pillars was ended'));
    await this.#worker.terminate();
  }

  #beginWatch(): void {
    this.#heardAt = performance.now() + (this.#heardAt === 0 ? START_MS : 0);
    this.#watch ??= setInterval(() => {
      if (!this.isStalled) return;
      this.#stall.resolve(true);
      // Whoever comes later waits for the next time.
      this.#stall = deferred<true>();
    }, STALL_MS / 4).unref();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    this.#heardAt = performance.now();
    this.#isLoaded = true;
    switch (message.type) {
      case 'alive': return;
      case 'done': return this.#settle(message.id)?.resolve(message);
      case 'failed': return this.#settle(message.id)?.reject(unpackError(message.error));
      case 'log': return this.#parts.log[message.level](message.fields, message.text);
      case 'ask': return void this.#answer(message);
    }
  }

  #settle(id: number): Deferred<PackedPillar> | undefined {
    const job = this.#jobs.get(id);
    this.#jobs.delete(id);
    if (this.#jobs.size === 0) this.#rest();
    if (this.#jobs.size === 0) this.#idle = setTimeout(() => this.#endIdle(), this.#parts.idleMs).unref();
    return job;
  }

  #endIdle(): void {
    this.end().catch((err: unknown) => this.#parts.log.error({ err }, 'an idle thread of pillars did not end'));
  }

  #rest(): void {
    clearTimeout(this.#idle);
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#worker.unref();
  }

  async #answer({ ask, port, method, args }: FromThread & { type: 'ask' }): Promise<void> {
    try {
      this.#send({ type: 'answer', ask, value: pack(await callPort(this.#parts.ports, port, method, unpack(args) as unknown[])) });
    } catch (error) {
      this.#send({ type: 'refusal', ask, error: packError(error) });
    }
  }

  #end(error: Error): void {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#rest();
    this.#onEnd(this);
    for (const { reject } of jobs) reject(error);
  }
}

async function callPort(ports: ThreadParts['ports'], port: string, method: string, args: unknown[]): Promise<unknown> {
  const owner = Object.hasOwn(ports, port) ? ports[port] : undefined;
  const run: unknown = owner !== undefined && !(method in Object.prototype) ? (owner as Record<string, unknown>)[method] : undefined;
  if (typeof run !== 'function') throw new CommandExecutionError(`This program has no '${port}.${method}'`);
  const result: unknown = await run.apply(owner, args);
  if (!isAsyncIterable(result)) return result;
  const items: unknown[] = [];
  for await (const item of result) items.push(item);
  return items;
}
