/** The inside of a module worker: imports files of users and runs their functions. What a function asks of the program goes over the port. */
import * as fs from 'node:fs/promises';
import type { MessagePort } from 'node:worker_threads';
import type { Context } from '../contract/context.js';
import { CommandExecutionError } from '../contract/errors.js';
import type { Logger } from '../contract/log.js';
import type { Plugin } from '../contract/plugin.js';
import type { Ports } from '../contract/ports.js';
import type { StateRun } from '../contract/state.js';
import type { Sys } from '../contract/sys.js';
import { deferred, type Deferred } from '../std/async.js';
import type { PlainMap, Value } from '../std/value.js';
import { describePlugin, isFunctionPlugin } from './describe.js';
import { pluginOfExports } from './plain-form.js';
import { declaredReturner, returnerAsFunctions, type DeclaredReturner } from './returner-form.js';
import { isGenerator, toValue } from './result.js';
import { pack, packError, unpack, unpackError, type Ask, type ContextFacts, type FromWorker, type LogLevel, type StateFacts, type ToWorker, type WorkerFile } from './worker-messages.js';

/** Functions of `Sys` that the program does for us, so that it also ends what they started. */
const SYS_METHODS = [
  'run', 'which', 'writeFile', 'readText', 'exists', 'userByName', 'userById', 'groupByName', 'groupById', 'users', 'groups',
] as const;

interface Line {
  send(message: FromWorker): void;
  ask(id: number, question: Ask): Promise<unknown>;
  readonly opts: Readonly<PlainMap>;
  readonly env: Sys['env'];
  grains: PlainMap;
  pillar: PlainMap;
}

/** Takes orders until the thread is ended. */
export function serveModules(port: MessagePort, opts: unknown): void {
  const plugins = new Map<string, Promise<Plugin>>();
  const running = new Map<number, AbortController>();
  const asked = new Map<number, Deferred<unknown>>();
  let asks = 0;
  const line: Line = {
    opts: Object.freeze(unpack(opts) as PlainMap), env: process.env, grains: {}, pillar: {},
    send: (message) => port.postMessage(message),
    ask: (id, question) => {
      asks += 1;
      const answer = deferred<unknown>();
      asked.set(asks, answer);
      port.postMessage({ type: 'ask', id, ask: asks, question } satisfies FromWorker);
      return answer.promise;
    },
  };
  const declarations = new WeakMap<Plugin, DeclaredReturner>();
  const inThread = (plugin: Plugin): Plugin => {
    if (plugin.kind !== 'returners') return plugin;
    const made = returnerAsFunctions(plugin);
    declarations.set(made, declaredReturner(plugin));
    return made;
  };
  const pluginOf = (file: WorkerFile): Promise<Plugin> => {
    const known = plugins.get(file.url) ?? import(file.url).then((exports: Record<string, unknown>) => pluginOfExports(file.kind, file.name, exports, file.source)).then(inThread);
    plugins.set(file.url, known);
    return known;
  };
  const settle = (ask: number): Deferred<unknown> | undefined => {
    const waiting = asked.get(ask);
    asked.delete(ask);
    return waiting;
  };
  const work = (id: number, job: (signal: AbortSignal) => Promise<void>): void => {
    const stop = new AbortController();
    running.set(id, stop);
    job(stop.signal)
      .catch((error: unknown) => line.send({ type: 'failed', id, error: packError(error) }))
      .finally(() => running.delete(id));
  };
  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'answer': return settle(message.ask)?.resolve(unpack(message.value));
      case 'refusal': return settle(message.ask)?.reject(unpackError(message.error));
      case 'abort': return running.get(message.id)?.abort(new DOMException(message.reason, 'AbortError'));
      case 'describe': return work(message.id, async () => {
        const { kind, name } = message.file;
        const plugin = await pluginOf(message.file);
        const declared = declarations.get(plugin);
        line.send({ type: 'described', id: message.id, description: { ...describePlugin(kind, name, plugin), ...(declared === undefined ? {} : { declared: pack(declared) }) } });
      });
      case 'virtual': return work(message.id, async (signal) => {
        const context = new RemoteContext(line, message.id, message.facts, signal);
        const value = await (await pluginOf(message.file)).virtual?.(context) ?? true;
        line.send({ type: 'done', id: message.id, value, memory: new Map() });
      });
      case 'call': return work(message.id, async (signal) => {
        const context = new RemoteContext(line, message.id, message.facts, signal);
        const value = await callFunction(await pluginOf(message.file), message.fun, message.args, context);
        line.send({ type: 'done', id: message.id, value: pack(value), memory: context.changedMemory() });
      });
    }
  });
}

async function callFunction(plugin: Plugin, fun: string, args: unknown, context: RemoteContext): Promise<Value> {
  const fn = isFunctionPlugin(plugin) ? plugin.functions[fun] : undefined;
  if (fn === undefined) throw new TypeError(`the plugin has no function ${fun}`);
  const result: unknown = await fn.run(unpack(args, context.signal) as Record<string, unknown>, context);
  if (!isGenerator(result)) return toValue(result);
  for await (const piece of result) await context.givePiece(toValue(piece));
  return {};
}

/** A context whose abilities lie on the other side of the port. */
class RemoteContext implements Context {
  readonly sys: Sys;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly opts: Readonly<PlainMap>;
  readonly grains: Readonly<PlainMap>;
  readonly pillar: Readonly<PlainMap>;
  readonly id: string;
  readonly test: boolean;
  readonly unmaskPillar: boolean;
  readonly job: Readonly<PlainMap>;
  readonly memory: Map<string, unknown>;
  readonly runas: string | undefined;
  readonly state: StateRun | undefined;
  readonly #line: Line;
  readonly #call: number;
  readonly #given: ReadonlyMap<string, unknown>;

  constructor(line: Line, call: number, facts: ContextFacts, signal: AbortSignal) {
    this.#line = line;
    this.#call = call;
    if (facts.grains !== undefined) line.grains = unpack(facts.grains) as PlainMap;
    if (facts.pillar !== undefined) line.pillar = unpack(facts.pillar) as PlainMap;
    this.opts = line.opts;
    this.grains = line.grains;
    this.pillar = line.pillar;
    this.signal = signal;
    this.id = facts.id;
    this.test = facts.test;
    this.unmaskPillar = facts.unmaskPillar;
    this.runas = facts.runas;
    this.state = facts.state === undefined ? undefined : this.#stateRun(facts.state);
    this.job = unpack(facts.job) as PlainMap;
    this.memory = new Map([...facts.memory].map(([key, value]) => [key, unpack(value)]));
    this.#given = new Map(this.memory);
    this.log = remoteLog((level, fields, text) => line.send({ type: 'log', id: call, level, fields: plainFields(fields), text }), {});
    this.sys = remoteSys((method, args) => this.#ask({ what: 'sys', method, args: pack(args) }), line.env, facts.hostname);
  }

  async call(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> {
    return await this.#ask({ what: 'call', fun, args: pack(args), kwargs: pack(kwargs) }) as Value;
  }

  async has(fun: string): Promise<boolean> {
    return await this.#ask({ what: 'has', fun }) === true;
  }

  setRetcode(code: number): void {
    this.#line.send({ type: 'retcode', id: this.#call, code });
  }

  /** Its methods all give promises; those that give a row of things can also be iterated. */
  port<K extends keyof Ports>(name: K): Ports[K] {
    const method = (_: object, key: string | symbol) => (typeof key !== 'string' || key === 'then' ? undefined
      : (...args: unknown[]) => iterable((question) => this.#ask(question), { port: name, method: key, args: pack(args) }));
    return new Proxy({}, { get: method }) as Ports[K];
  }

  async givePiece(value: Value): Promise<void> {
    this.signal.throwIfAborted();
    await this.#ask({ what: 'piece', value: pack(value) });
  }

  /**
   * Memory goes with the job, not with the thread. Objects count as changed, what is in them may be; what cannot be
   * copied stays behind.
   */
  changedMemory(): Map<string, unknown> {
    const changed = new Map<string, unknown>();
    for (const [key, value] of this.memory) {
      if (this.#given.get(key) === value && (typeof value !== 'object' || value === null)) continue;
      try {
        changed.set(key, structuredClone(pack(value)));
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'DataCloneError')) throw error;
      }
    }
    return changed;
  }

  #stateRun({ low, runId, chunks, results }: StateFacts): StateRun {
    return {
      low: unpack(low) as PlainMap, runId, chunks: unpack(chunks) as PlainMap[], results: unpack(results) as Map<string, PlainMap>,
      call: async (fun, kwargs) => await this.#ask({ what: 'state', fun, kwargs: pack(kwargs) }) as PlainMap,
      has: async (fun) => await this.#ask({ what: 'hasState', fun }) === true,
    };
  }

  #ask(question: Ask): Promise<unknown> {
    return this.#line.ask(this.#call, question);
  }
}

/** The whole answer for one who awaits it, one thing after the other for one who iterates: that is seen before the next microtask. */
function iterable(ask: (question: Ask) => Promise<unknown>, method: { readonly port: string; readonly method: string; readonly args: unknown }): Promise<unknown> & AsyncIterable<unknown> {
  let isIterated = false;
  const answer = Promise.resolve().then(() => (isIterated ? undefined : ask({ what: 'port', ...method })));
  return Object.assign(answer, {
    [Symbol.asyncIterator]() {
      isIterated = true;
      return rowOf(ask, method);
    },
  });
}

async function* rowOf(ask: (question: Ask) => Promise<unknown>, method: { readonly port: string; readonly method: string; readonly args: unknown }): AsyncGenerator<unknown> {
  const row = await ask({ what: 'open', ...method }) as number;
  try {
    for (;;) {
      const next = await ask({ what: 'next', row }) as { value?: unknown };
      if (!('value' in next)) return;
      yield next.value;
    }
  } finally {
    await ask({ what: 'close', row });
  }
}

function remoteSys(ask: (method: string, args: unknown[]) => Promise<unknown>, env: Sys['env'], hostname: string): Sys {
  const methods = SYS_METHODS.map((name) => [name, (...args: unknown[]) => ask(name, args)]);
  const setEnv: Sys['setEnv'] = () => {
    throw new CommandExecutionError('A module in a worker has no environment to set; call environ.setval');
  };
  return { fs, env, setEnv, now: () => Date.now(), hostname: () => hostname, ...Object.fromEntries(methods) as object } as Sys;
}

function remoteLog(send: (level: LogLevel, fields: Readonly<Record<string, unknown>>, text: string) => void, more: Readonly<Record<string, unknown>>): Logger {
  const at = (level: LogLevel) => (fields: Readonly<Record<string, unknown>>, text: string) => send(level, { ...more, ...fields }, text);
  return {
    error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace'),
    child: (fields) => remoteLog(send, { ...more, ...fields }),
  };
}

/** Fields of a log line that can be copied; everything else as text. */
function plainFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === 'function' || typeof value === 'symbol' ? String(value) : value instanceof Error ? value : pack(value)]));
}
