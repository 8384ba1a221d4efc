/**
 * The threads in which functions of users run. A job keeps one thread while its calls are under way; threads without work
 * wait for the next job and end after a while. A job that is ended and does not stop by itself loses its thread.
 */
import { Worker } from 'node:worker_threads';
import type { Context } from '../contract/context.js';
import { CommandExecutionError } from '../contract/errors.js';
import type { Logger } from '../contract/log.js';
import type { Fn, FunctionPlugin, Plugin } from '../contract/plugin.js';
import { p, type Param, type Params } from '../contract/params.js';
import { deferred, within, type Deferred } from '../std/async.js';
import type { PlainMap, Value } from '../std/value.js';
import type { Description } from './describe.js';
import { decodeDefault, type ParamEntry, type PluginEntry } from './index-file.js';
import { pack, packError, unpack, unpackError, type Ask, type ContextFacts, type FromWorker, type ToWorker, type WorkerFile } from './worker-messages.js';

const LIMITS: WorkerLimits = { idleMs: 60_000, stopMs: 500, importMs: 30_000 };
const MEMORY_MB_MAX = 1024;
const OUTPUT_LINE_MAX = 2000;

export interface WorkerLimits {
  /** A thread without work ends after it. */
  readonly idleMs: number;
  /** How long a job that was told to stop may take to do so. */
  readonly stopMs: number;
  /** How long importing a file, and asking `virtual()`, may take. */
  readonly importMs: number;
}

interface Piece {
  readonly value: Value;
  consumed(): void;
}

/** One call under way in a thread. */
interface Call {
  readonly context: Context | undefined;
  readonly done: Deferred<FromWorker>;
  /** Set while somebody waits for the next piece of a generator. */
  wanted: Deferred<Piece | undefined> | undefined;
  readonly pieces: Piece[];
}

class Thread {
  readonly #worker: Worker;
  readonly #log: Logger;
  readonly #limits: WorkerLimits;
  readonly #calls = new Map<number, Call>();
  readonly #onEnd: (thread: Thread) => void;
  #lastId = 0;
  #grains: PlainMap | undefined;
  #pillar: PlainMap | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor({ script, opts, log, limits }: Required<WorkersOptions>, onEnd: (thread: Thread) => void) {
    this.#limits = limits;
    this.#log = log;
    this.#onEnd = onEnd;
    this.#worker = new Worker(script, {
      workerData: pack(opts), stdout: true, stderr: true, name: 'user modules', resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.on('data', (data: Buffer) => log.info({ output: data.toString().trimEnd().slice(0, OUTPUT_LINE_MAX) }, 'output of a user module'));
    }
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(new CommandExecutionError(`The thread of user modules failed: ${error.message}`, { cause: error })));
    this.#worker.on('exit', () => this.#end(new CommandExecutionError('The thread of user modules ended')));
  }

  get isIdle(): boolean {
    return this.#calls.size === 0;
  }

  describe(file: WorkerFile): Promise<Description> {
    const { id, call } = this.#start(undefined);
    this.#send({ type: 'describe', id, file });
    return this.#answer(id, call, file, (message) => (message as FromWorker & { type: 'described' }).description);
  }

  virtual(file: WorkerFile, context: Context): Promise<boolean | string> {
    const { id, call } = this.#start(context);
    this.#send({ type: 'virtual', id, file, facts: this.#facts(context) });
    return this.#answer(id, call, file, (message) => (message as FromWorker & { type: 'done' }).value as boolean | string);
  }

  /** The answer, or the pieces of it. */
  async run(file: WorkerFile, fun: string, args: unknown, context: Context): Promise<Value | AsyncGenerator<Value>> {
    const { id, call } = this.#start(context);
    this.#send({ type: 'call', id, file, fun, args: pack(args), facts: this.#facts(context) });
    const first = await this.#nextPiece(call);
    return first === undefined ? this.#finish(call, context) : this.#drain(id, call, first);
  }

  /** Asks all calls to stop, and ends the thread when they do not listen. */
  async stop(): Promise<void> {
    await Promise.all([...this.#calls].map(([id, call]) => this.#stop(id, call, call.context?.signal.reason)));
  }

  /** Ends after a while without work; does not keep the program alive meanwhile. */
  rest(): void {
    this.#worker.unref();
    this.#idleTimer = setTimeout(() => void this.end(), this.#limits.idleMs).unref();
  }

  wake(): void {
    clearTimeout(this.#idleTimer);
    this.#worker.ref();
  }

  /** From now on nobody gets this thread; calls under way fail when it is gone. */
  async end(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#onEnd(this);
    await this.#worker.terminate();
  }

  #start(context: Context | undefined): { id: number; call: Call } {
    this.#lastId += 1;
    const call: Call = { context, done: deferred<FromWorker>(), wanted: undefined, pieces: [] };
    // Somebody waits for it, but maybe only after the next piece.
    call.done.promise.catch(() => undefined);
    this.#calls.set(this.#lastId, call);
    return { id: this.#lastId, call };
  }

  async #answer<T>(id: number, call: Call, file: WorkerFile, read: (message: FromWorker) => T): Promise<T> {
    const late = Symbol('late');
    const message = await within(call.done.promise, this.#limits.importMs, late);
    if (typeof message !== 'symbol') return read(message);
    this.#calls.delete(id);
    await this.end();
    throw new CommandExecutionError(`${file.name} took longer than ${this.#limits.importMs / 1000} seconds to load`);
  }

  async #finish(call: Call, context: Context): Promise<Value> {
    const message = await call.done.promise as FromWorker & { type: 'done' };
    for (const [key, value] of message.memory) context.memory.set(key, unpack(value));
    return unpack(message.value) as Value;
  }

  async *#drain(id: number, call: Call, first: Piece): AsyncGenerator<Value> {
    try {
      for (let piece: Piece | undefined = first; piece !== undefined; piece = await this.#nextPiece(call)) {
        yield piece.value;
        piece.consumed();
      }
      await call.done.promise;
    } finally {
      if (this.#calls.has(id)) await this.#stop(id, call, new Error('nobody reads the answer'));
    }
  }

  /** Undefined when the function is done; rejects when it failed. */
  async #nextPiece(call: Call): Promise<Piece | undefined> {
    const ready = call.pieces.shift();
    if (ready !== undefined) return ready;
    call.wanted = deferred<Piece | undefined>();
    return Promise.race([call.wanted.promise, call.done.promise.then(() => undefined)]);
  }

  /** Asks a call to stop, and ends the thread when it does not listen. */
  async #stop(id: number, call: Call, reason: unknown): Promise<void> {
    this.#send({ type: 'abort', id, reason: reason instanceof Error ? reason.message : 'stopped' });
    const late = Symbol('late');
    if (await within(call.done.promise.catch(() => undefined), this.#limits.stopMs, late) !== late) return;
    const ending = this.end();
    call.done.reject(reason);
    this.#log.warn({}, 'a user function did not stop and was ended with its thread');
    await ending;
  }

  #facts(context: Context): ContextFacts {
    const { grains, pillar } = context;
    const facts: ContextFacts = {
      id: context.id, test: context.test, unmaskPillar: context.unmaskPillar ?? false, job: pack(context.job), hostname: context.sys.hostname?.() ?? '',
      memory: new Map([...context.memory].map(([key, value]) => [key, pack(value)])),
      ...(grains === this.#grains ? {} : { grains: pack(grains) }),
      ...(pillar === this.#pillar ? {} : { pillar: pack(pillar) }),
    };
    this.#grains = grains;
    this.#pillar = pillar;
    return facts;
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    switch (message.type) {
      case 'described':
      case 'done':
        this.#calls.delete(message.id);
        return call.done.resolve(message);
      case 'failed':
        this.#calls.delete(message.id);
        return call.done.reject(unpackError(message.error));
      case 'retcode': return call.context?.setRetcode(message.code);
      case 'log': return (call.context?.log ?? this.#log)[message.level](message.fields, message.text);
      case 'ask':
        return void this.#reply(message.ask, call, message.question);
    }
  }

  async #reply(ask: number, call: Call, question: Ask): Promise<void> {
    try {
      this.#send({ type: 'answer', ask, value: pack(await answerOf(question, call)) });
    } catch (error) {
      this.#send({ type: 'refusal', ask, error: packError(error) });
    }
  }

  #end(error: Error): void {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { done, context } of calls) done.reject(context?.signal.aborted === true ? context.signal.reason : error);
    this.#onEnd(this);
  }
}

async function answerOf(question: Ask, call: Call): Promise<unknown> {
  const { context } = call;
  if (context === undefined) throw new CommandExecutionError('Nothing can be asked while a file is imported');
  switch (question.what) {
    case 'call': return context.call(question.fun, unpack(question.args) as Value[], unpack(question.kwargs) as PlainMap);
    case 'has': return context.has(question.fun);
    case 'sys': return methodOf(context.sys, question.method)(...withSignal(question.method, unpack(question.args, context.signal) as unknown[], context.signal));
    case 'port': {
      const result: unknown = await methodOf(context.port(question.port as 'files'), question.method)(...unpack(question.args, context.signal) as unknown[]);
      return isAsyncIterable(result) ? collected(result) : result;
    }
    case 'piece':
      await new Promise<void>((resolve) => givePiece(call, { value: unpack(question.value) as Value, consumed: resolve }));
      return null;
  }
}

/** What a user function starts ends with its job, whether it passed the signal on or not. */
function withSignal(method: string, args: unknown[], signal: AbortSignal): unknown[] {
  return method === 'run' ? [args[0], { ...args[1] as object, signal }] : args;
}

function methodOf(owner: object, name: string): (...args: unknown[]) => unknown {
  const method: unknown = (owner as Record<string, unknown>)[name];
  if (typeof method !== 'function' || name in Object.prototype) throw new CommandExecutionError(`There is no '${name}'`);
  return (...args) => method.apply(owner, args) as unknown;
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> => value !== null && typeof value === 'object' && Symbol.asyncIterator in value;

async function collected(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function givePiece(call: Call, piece: Piece): void {
  const { wanted } = call;
  call.wanted = undefined;
  if (wanted === undefined) call.pieces.push(piece);
  else wanted.resolve(piece);
}

export interface WorkersOptions {
  /** The built `workers/module-worker.js`. */
  readonly script: string;
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  readonly limits?: WorkerLimits;
}

interface Lease {
  readonly thread: Thread;
  users: number;
  readonly onAbort: () => void;
}

export class ModuleWorkers implements AsyncDisposable {
  readonly #options: Required<WorkersOptions>;
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();
  /** Calls of one job share a thread: they wait for each other and are ended together. */
  readonly #leased = new Map<AbortSignal, Lease>();

  constructor(options: WorkersOptions) {
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

  async #with<T>(key: AbortSignal, work: (thread: Thread) => Promise<T>): Promise<T> {
    const thread = this.#lease(key);
    try {
      return await work(thread);
    } finally {
      this.#release(key);
    }
  }

  #lease(key: AbortSignal): Thread {
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
    return thread;
  }

  #release(key: AbortSignal): void {
    const lease = this.#leased.get(key);
    if (lease === undefined) return;
    lease.users -= 1;
    if (lease.users > 0) return;
    this.#leased.delete(key);
    key.removeEventListener('abort', lease.onAbort);
    if (!this.#all.has(lease.thread)) return;
    this.#idle.push(lease.thread);
    lease.thread.rest();
  }

  #startThread(): Thread {
    const thread = new Thread(this.#options, (ended) => this.#forget(ended));
    this.#all.add(thread);
    return thread;
  }

  #forget(thread: Thread): void {
    this.#all.delete(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    for (const [key, lease] of this.#leased) if (lease.thread === thread) this.#leased.delete(key);
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
