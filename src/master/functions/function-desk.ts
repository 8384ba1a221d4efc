/**
 * Runs runner and wheel functions on the master and tells the bus: `salt/run/<jid>/new|ret`, `salt/wheel/<jid>/new|ret`.
 *
 * Source: golden events/runner, wheel; wire-protocol section 9.
 */
import { clientFailure } from '../../kernel/loader/failure-text.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { Logger } from '../../kernel/contract/log.js';
import { deferred, TaskGroup } from '../../kernel/std/async.js';
import { newJid } from '../../kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { EventBus } from '../../bus/event/bus.js';

export interface FunctionCall {
  readonly fun: string;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
}

export interface Started {
  readonly jid: string;
  readonly tag: string;
  /** The data of the `ret` event: fun, jid, return, success, user, fun_args, ... */
  readonly done: Promise<PlainMap>;
}

const RUNNING_MAX = 200;
const KIND = { runner: { loader: 'runners', tag: 'salt/run' }, wheel: { loader: 'wheel', tag: 'salt/wheel' } } as const;

export class FunctionDesk implements AsyncDisposable {
  readonly #host: ModuleHost;
  readonly #bus: EventBus;
  readonly #tasks: TaskGroup;
  readonly #stop = new AbortController();

  constructor(host: ModuleHost, bus: EventBus, log: Logger) {
    this.#host = host;
    this.#bus = bus;
    this.#tasks = new TaskGroup({ limit: RUNNING_MAX, onError: (err) => log.error({ err }, 'runner failed') });
  }

  start(client: 'runner' | 'wheel', call: FunctionCall, user: string, signal?: AbortSignal): Started {
    const jid = newJid();
    const tag = `${KIND[client].tag}/${jid}`;
    const fun = `${client}.${call.fun}`;
    const args: Value[] = Object.keys(call.kwargs).length === 0 ? [...call.args] : [...call.args, { ...call.kwargs }];
    this.#bus.fire(`${tag}/new`, { fun, jid, user, fun_args: args });
    const done = deferred<PlainMap>();
    // Who asked may have gone; a failure is told to the log as well.
    done.promise.catch(() => undefined);
    void this.#tasks.start(async () => {
      try {
        done.resolve(await this.#run(client, call, { jid, tag, user, fun, args }, signal));
      } catch (error) {
        done.reject(error);
        throw error;
      }
    });
    return { jid, tag, done: done.promise };
  }

  async #run(
    client: 'runner' | 'wheel', call: FunctionCall, about: { jid: string; tag: string; user: string; fun: string; args: Value[] }, signal?: AbortSignal,
  ): Promise<PlainMap> {
    const session = this.#host.session({
      kind: KIND[client].loader,
      job: { jid: about.jid, tag: about.tag, user: about.user, fun: about.fun },
      signal: signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
    });
    let outcome: { value: Value; success: boolean; outputter: string | undefined };
    try {
      const value = await session.call(call.fun, call.args, call.kwargs);
      outcome = { value, success: isSuccess(value, session.retcode), outputter: await session.outputterOf(call.fun) };
    } catch (error) {
      const { text, success } = clientFailure(client, call.fun, error);
      outcome = { value: text, success, outputter: undefined };
    }
    const data: PlainMap = {
      fun: about.fun, jid: about.jid, user: about.user, fun_args: about.args, return: outcome.value, success: outcome.success,
      ...(outcome.outputter === undefined ? {} : { outputter: outcome.outputter }),
    };
    this.#bus.fire(`${about.tag}/ret`, data);
    return data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the master stops'));
    await this.#tasks[Symbol.asyncDispose]();
  }
}

/** A result map that says `success` or `result` is false has failed. */
function isSuccess(value: Value, retcode: number | undefined): boolean {
  if (retcode !== undefined && retcode !== 0) return false;
  return !(isPlainMap(value) && (value['success'] === false || value['result'] === false));
}
