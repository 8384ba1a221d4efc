/** One thread for functions of users, seen from the program: calls in, answers and pieces out, an end for those that hang. */
import { Worker } from 'node:worker_threads';
import type { Context } from '../contract/context.js';
import { CommandExecutionError } from '../contract/errors.js';
import type { Logger } from '../contract/log.js';
import { deferred, within } from '../std/async.js';
import type { PlainMap, Value } from '../std/value.js';
import type { Description } from './describe.js';
import { answerOf, type Call, type Piece } from './worker-answers.js';
import { pack, packError, unpack, unpackError, type Ask, type ContextFacts, type FromWorker, type StateFacts, type ToWorker, type WorkerFile } from './worker-messages.js';

const MEMORY_MB_MAX = 1024;
const OUTPUT_LINE_MAX = 2000;
/** What one job prints is logged up to so many bytes. */
const OUTPUT_LOGGED_MAX = 64 * 1024;

export interface WorkerLimits {
  /** A thread without work ends after it. */
  readonly idleMs: number;
  /** How long a job that was told to stop may take to do so. */
  readonly stopMs: number;
  /** How long importing a file, and asking `virtual()`, may take. */
  readonly importMs: number;
}

export interface ThreadOptions {
  /** The built `workers/module-worker.js`. */
  readonly script: string;
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  readonly limits: WorkerLimits;
}

export class ModuleThread {
  readonly #worker: Worker;
  readonly #log: Logger;
  readonly #limits: WorkerLimits;
  readonly #calls = new Map<number, Call>();
  readonly #onEnd: (thread: ModuleThread) => void;
  #lastId = 0;
  #grains: PlainMap | undefined;
  #pillar: PlainMap | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #logged = 0;

  constructor({ script, opts, log, limits }: ThreadOptions, onEnd: (thread: ModuleThread) => void) {
    this.#limits = limits;
    this.#log = log;
    this.#onEnd = onEnd;
    this.#worker = new Worker(script, {
      workerData: pack(opts), stdout: true, stderr: true, name: 'user modules', resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.on('data', (data: Buffer) => this.#logOutput(data));
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
    this.#send({ type: 'virtual', id, file, facts: this.#facts(context, file) });
    return this.#answer(id, call, file, (message) => (message as FromWorker & { type: 'done' }).value as boolean | string);
  }

  /** The answer, or the pieces of it. */
  async run(file: WorkerFile, fun: string, args: unknown, context: Context): Promise<Value | AsyncGenerator<Value>> {
    const { id, call } = this.#start(context);
    this.#send({ type: 'call', id, file, fun, args: pack(args), facts: this.#facts(context, file) });
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
    this.#logged = 0;
    clearTimeout(this.#idleTimer);
    this.#worker.ref();
  }

  /** From now on nobody gets this thread; calls under way fail, at once for a given reason, else when it is gone. */
  async end(reason?: Error): Promise<void> {
    clearTimeout(this.#idleTimer);
    if (reason === undefined) this.#onEnd(this);
    else this.#end(reason);
    await this.#worker.terminate();
  }

  #start(context: Context | undefined): { id: number; call: Call } {
    this.#lastId += 1;
    const call: Call = { context, done: deferred<FromWorker>(), wanted: undefined, pieces: [], rows: new Map() };
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

  #logOutput(data: Buffer): void {
    if (this.#logged > OUTPUT_LOGGED_MAX) return;
    const output = data.toString('utf8', 0, OUTPUT_LINE_MAX).trimEnd();
    this.#logged += output.length;
    this.#log.info({ output }, 'output of a user module');
    if (this.#logged > OUTPUT_LOGGED_MAX) this.#log.warn({ bytes: this.#logged }, 'a user module prints much: the rest is not logged');
  }

  #facts(context: Context, file: WorkerFile): ContextFacts {
    const { grains, pillar, runas } = context;
    const facts: ContextFacts = {
      id: context.id, test: context.test, unmaskPillar: context.unmaskPillar ?? false, job: pack(context.job), hostname: context.sys.hostname?.() ?? '',
      memory: new Map([...context.memory].map(([key, value]) => [key, pack(value)])),
      ...(runas === undefined ? {} : { runas }), ...stateFacts(context, file),
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

/** All chunks and results of a large run are much to copy: a file that never names `state` does without. */
function stateFacts({ state }: Context, { source }: WorkerFile): { state?: StateFacts } {
  if (state === undefined) return {};
  const wanted = /\bstate\b/.test(source);
  const { low, runId, chunks, results } = state;
  return { state: { low: pack(low), runId, chunks: wanted ? pack(chunks) : [], results: wanted ? pack(results) : new Map() } };
}
