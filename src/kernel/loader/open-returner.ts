/** A returner as the program uses it: each call gets its options, a limit of time, and the memory of the calls before. */
import type { Context } from '../contract/context.js';
import { CommandExecutionError, TsaltError } from '../contract/errors.js';
import type { ReturnerContext, ReturnerMethod, ReturnerPlugin } from '../contract/returner.js';
import { within } from '../std/async.js';
import type { PlainMap } from '../std/value.js';
import type { Memory } from './call-session.js';
import { returnerOptions } from './returner-options.js';

/** Longest that one call may take. */
export const RETURNER_CALL_MS = 60_000;
/** A returner that does not heed its signal is left behind so much later. */
const LEFT_LATER_MS = 5000;
const CLOSE_MS = 2000;

/** A returner did not end its call in time; it may have done its work. */
export class ReturnerTimeoutError extends TsaltError {
  readonly code = 'returner.timeout';
}

/** What a returner needs of its host. */
export interface ReturnerHost {
  context(plugin: string, options: { signal: AbortSignal }): Context;
  returnerContext(plugin: string, options: { signal: AbortSignal; memory: Memory; options: Readonly<PlainMap> }): ReturnerContext;
}

type Method<M extends ReturnerMethod> = NonNullable<ReturnerPlugin[M]>;
type ArgsOf<M extends ReturnerMethod> = Parameters<Method<M>> extends [...infer Args, ReturnerContext] ? Args : never;

export class OpenReturner implements AsyncDisposable {
  readonly name: string;
  readonly #host: ReturnerHost;
  readonly #plugin: ReturnerPlugin;
  readonly #memory: Memory = new Map();
  readonly #callMs: number;

  constructor(name: string, host: ReturnerHost, plugin: ReturnerPlugin, callMs = RETURNER_CALL_MS) {
    this.name = name;
    this.#callMs = callMs;
    this.#host = host;
    this.#plugin = plugin;
  }

  has(method: ReturnerMethod): boolean {
    return typeof this.#plugin[method] === 'function';
  }

  /** @throws CommandExecutionError when the returner has no such method, ReturnerTimeoutError, and whatever the method throws */
  async call<M extends ReturnerMethod>(method: M, args: ArgsOf<M>, given: { ret?: Readonly<PlainMap>; signal?: AbortSignal } = {}): Promise<Awaited<ReturnType<Method<M>>>> {
    const run = this.#plugin[method] as ((...all: unknown[]) => unknown) | undefined;
    if (run === undefined) throw new CommandExecutionError(`Returner '${this.name}' does not support function ${saltName(method)}`);
    const limit = AbortSignal.timeout(this.#callMs);
    const signal = given.signal === undefined ? limit : AbortSignal.any([limit, given.signal]);
    const ctx = await this.#context(signal, given.ret);
    const late = Symbol('late');
    const value = await within(Promise.resolve(run.call(this.#plugin, ...args, ctx)), this.#callMs + LEFT_LATER_MS, late);
    if (value === late) throw new ReturnerTimeoutError(`Returner '${this.name}' took longer than ${this.#callMs} ms for ${saltName(method)}`);
    return value as Awaited<ReturnType<Method<M>>>;
  }

  async #context(signal: AbortSignal, ret?: Readonly<PlainMap>): Promise<ReturnerContext> {
    const plain = this.#host.context(this.#plugin.name, { signal });
    const options = await returnerOptions(this.#plugin, plain, ret);
    return this.#host.returnerContext(this.#plugin.name, { signal, memory: this.#memory, options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#plugin.close === undefined || this.#memory.size === 0) return;
    await within(Promise.resolve(this.#plugin.close(await this.#context(AbortSignal.timeout(CLOSE_MS)))), CLOSE_MS, undefined);
  }
}

const saltName = (method: string): string => method.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
