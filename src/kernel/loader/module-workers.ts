/**
 * The threads in which functions of users run. A job keeps one thread while its calls are under way; threads without work
 * wait for the next job and end after a while. A job that is ended and does not stop by itself loses its thread.
 */
import type { Context } from '../contract/context.js';
import { CommandExecutionError } from '../contract/errors.js';
import { p, type Param, type Params } from '../contract/params.js';
import type { Fn, FunctionPlugin, Plugin } from '../contract/plugin.js';
import type { Value } from '../std/value.js';
import type { Description } from './describe.js';
import { decodeDefault, type ParamEntry, type PluginEntry } from './index-file.js';
import { MemoryGuard } from './memory-guard.js';
import { ModuleThread, type ThreadOptions, type WorkerLimits } from './module-thread.js';
import { isAsyncIterable } from './worker-answers.js';
import type { WorkerFile } from './worker-messages.js';

const LIMITS: WorkerLimits = { idleMs: 60_000, stopMs: 500, importMs: 30_000 };
/** A thread's own limit for objects, and room for its buffers. */
const PROCESS_MB_EACH = 1500;
const MEMORY_LOOK_MS = 100;

interface Lease {
  readonly thread: ModuleThread;
  users: number;
  readonly onAbort: () => void;
}

export class ModuleWorkers implements AsyncDisposable {
  readonly #options: ThreadOptions;
  readonly #idle: ModuleThread[] = [];
  readonly #all = new Set<ModuleThread>();
  /** Calls of one job share a thread: they wait for each other and are ended together. */
  readonly #leased = new Map<AbortSignal, Lease>();
  readonly #guard = new MemoryGuard({
    bytesEach: PROCESS_MB_EACH * 1024 * 1024, everyMs: MEMORY_LOOK_MS, residentBytes: () => process.memoryUsage.rss(), onOver: () => this.#endNewest(),
  });

  constructor(options: Omit<ThreadOptions, 'limits'> & { limits?: WorkerLimits }) {
    this.#options = { limits: LIMITS, ...options };
  }

  describe(file: WorkerFile): Promise<Description> {
    const key = new AbortController().signal;
    return this.#with(key, (thread) => thread.describe(file));
  }

  /** The plugin of a file, its functions run in threads. */
  plugin(file: WorkerFile, { entry, docs }: Description): Plugin {
    const functions = Object.entries(entry.functions).map(([name, { params, outputter }]): [string, Fn] => [name, {
      doc: docs[name] ?? '', params: paramsOf(params), ...(outputter === undefined ? {} : { outputter }),
      run: (args, context) => this.#run(file, name, args, context) as Promise<Value>,
    }]);
    const virtual = (context: Context) => this.#with(new AbortController().signal, (thread) => thread.virtual(file, context));
    return {
      kind: file.kind as FunctionPlugin['kind'], ...headOf(entry), doc: docs[''] ?? '', functions: Object.fromEntries(functions),
      ...(entry.virtual ? { virtual } : {}),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }

  /** A generator keeps the thread until its last piece. */
  async #run(file: WorkerFile, fun: string, args: unknown, context: Context): Promise<Value | AsyncGenerator<Value>> {
    context.signal.throwIfAborted();
    const thread = this.#lease(context.signal);
    let result: Value | AsyncGenerator<Value>;
    try {
      result = await thread.run(file, fun, args, context);
    } catch (error) {
      this.#release(context.signal);
      throw error;
    }
    if (!isAsyncIterable(result)) {
      this.#release(context.signal);
      return result;
    }
    return releasing(result as AsyncGenerator<Value>, () => this.#release(context.signal));
  }

  async #with<T>(key: AbortSignal, work: (thread: ModuleThread) => Promise<T>): Promise<T> {
    const thread = this.#lease(key);
    try {
      return await work(thread);
    } finally {
      this.#release(key);
    }
  }

  #lease(key: AbortSignal): ModuleThread {
    const known = this.#leased.get(key);
    if (known !== undefined) {
      known.users += 1;
      return known.thread;
    }
    const thread = this.#idle.pop() ?? this.#startThread();
    thread.wake();
    const onAbort = (): void => void thread.stop();
    key.addEventListener('abort', onAbort, { once: true });
    this.#leased.set(key, { thread, users: 1, onAbort });
    this.#guard.begin();
    return thread;
  }

  #release(key: AbortSignal): void {
    const lease = this.#leased.get(key);
    if (lease === undefined) return;
    lease.users -= 1;
    if (lease.users > 0) return;
    this.#unlease(key);
    key.removeEventListener('abort', lease.onAbort);
    if (!this.#all.has(lease.thread)) return;
    this.#idle.push(lease.thread);
    lease.thread.rest();
  }

  #unlease(key: AbortSignal): void {
    if (this.#leased.delete(key)) this.#guard.finish();
  }

  /** Nobody can tell whose the buffers are: the work that began last ends first. */
  #endNewest(): void {
    const newest = [...this.#leased.values()].at(-1)?.thread;
    if (newest === undefined) return;
    void newest.end(new CommandExecutionError(`The function was ended: functions of users took more than ${PROCESS_MB_EACH} MB of memory`));
  }

  #startThread(): ModuleThread {
    const thread = new ModuleThread(this.#options, (ended) => this.#forget(ended));
    this.#all.add(thread);
    return thread;
  }

  #forget(thread: ModuleThread): void {
    this.#all.delete(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    for (const [key, lease] of this.#leased) if (lease.thread === thread) this.#unlease(key);
  }
}

async function* releasing(pieces: AsyncGenerator<Value>, release: () => void): AsyncGenerator<Value> {
  try {
    yield* pieces;
  } finally {
    release();
  }
}

const headOf = ({ name, serves, when, aliases }: PluginEntry) => ({
  name, serves, ...(when === undefined ? {} : { when }), ...(aliases === undefined ? {} : { aliases }),
});

/** Parameters as the index has them; binding needs no more. */
function paramsOf(entries: readonly ParamEntry[]): Params {
  return Object.fromEntries(entries.map(([name, kind, fallback]): [string, Param<unknown>] => {
    if (kind === 'rest') return [name, p.rest()];
    if (kind === 'keywords') return [name, p.keywords({ pub: fallback === true })];
    const make = p[kind] as (fallback?: Value) => Param<unknown>;
    return [name, fallback === undefined ? make() : make(decodeDefault(fallback))];
  }));
}
