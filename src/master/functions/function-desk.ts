/**
 * Runs runner and wheel functions on the master and tells the bus: `salt/run/<jid>/new|ret`, `salt/wheel/<jid>/new|ret`.
 *
 * Source: golden events/runner, wheel; wire-protocol section 9.
 */
import { clientFailure, isRefusal, messageOf } from '../../kernel/loader/failure-text.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { Happening } from '../../kernel/contract/happening.js';
import type { Logger } from '../../kernel/contract/log.js';
import { deferred, TaskGroup } from '../../kernel/std/async.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { newJid } from '../../kernel/std/time.js';
import { succeeded } from '../../kernel/contract/state.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { EventBus } from '../../bus/event/bus.js';
import { shownOf } from './shown-call.js';

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
  /** Set when the function was not called at all: what the command line shows, the functions whose names begin alike or why not. */
  readonly refusal: Promise<Value | undefined>;
  /** True when it gave no answer of its own; Salt calls some of these a success. */
  readonly isThrown: Promise<boolean>;
}

export interface StartOptions {
  readonly signal?: AbortSignal;
  /** Id of the reaction or run that asks for it. */
  readonly cause?: string;
  /** An orchestration hears its id, as from the command line. */
  readonly namesJid?: boolean;
  readonly jid?: string;
}

interface Finished {
  readonly data: PlainMap;
  readonly refusal: Value | undefined;
  readonly isThrown: boolean;
}

interface About {
  readonly jid: string;
  readonly tag: string;
  readonly user: string;
  readonly fun: string;
  readonly args: Value[];
}

const RUNNING_MAX = 200;
/** Runners that take the id of an orchestration. Source: golden events/orchestrate. */
export const ORCHESTRATIONS: ReadonlySet<string> = new Set(['state.orchestrate', 'state.orch', 'state.sls']);
const KIND = { runner: { loader: 'runners', tag: 'salt/run' }, wheel: { loader: 'wheel', tag: 'salt/wheel' } } as const;

export class FunctionDesk implements AsyncDisposable {
  readonly #host: ModuleHost;
  readonly #bus: EventBus;
  readonly #tasks: TaskGroup;
  readonly #note: (happening: Happening) => void;
  readonly #stop = new AbortController();

  constructor({ host, bus, log, note }: { host: ModuleHost; bus: EventBus; log: Logger; note: (happening: Happening) => void }) {
    this.#host = host;
    this.#bus = bus;
    this.#note = note;
    this.#tasks = new TaskGroup({ limit: RUNNING_MAX, onError: (err) => log.error({ err }, 'runner failed') });
  }

  start(client: 'runner' | 'wheel', asked: FunctionCall, user: string, { signal, cause, namesJid = false, jid = newJid() }: StartOptions = {}): Started {
    const tag = `${KIND[client].tag}/${jid}`;
    const call = namesJid && client === 'runner' && ORCHESTRATIONS.has(asked.fun) ? { ...asked, kwargs: { ...asked.kwargs, orchestration_jid: jid } } : asked;
    const fun = `${client}.${call.fun}`;
    const args: Value[] = Object.keys(call.kwargs).length === 0 ? [...call.args] : [...call.args, { ...call.kwargs }];
    this.#note({ id: jid, kind: 'run', what: fun, atMs: Date.now(), cause });
    this.#bus.fire(`${tag}/new`, shownOf({ fun, jid, user, fun_args: args }));
    const finished = deferred<Finished>();
    const done = finished.promise.then(({ data }) => data);
    // Who asked may have gone; a failure is told to the log as well.
    done.catch(() => undefined);
    void this.#tasks.start(async () => {
      try {
        finished.resolve(await this.#run(client, call, { jid, tag, user, fun, args }, signal));
      } catch (error) {
        finished.reject(error);
        throw error;
      }
    });
    return {
      jid, tag, done, refusal: finished.promise.then(({ refusal }) => refusal, () => undefined), isThrown: finished.promise.then(({ isThrown }) => isThrown, () => true),
    };
  }

  async #run(client: 'runner' | 'wheel', call: FunctionCall, about: About, signal?: AbortSignal): Promise<Finished> {
    const session = this.#host.session({
      kind: KIND[client].loader,
      job: { jid: about.jid, tag: about.tag, user: about.user, fun: about.fun },
      signal: signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
    });
    try {
      const value = await session.call(call.fun, call.args, call.kwargs);
      const outputter = await session.outputterOf(call.fun);
      return { data: this.#tell(about, { return: value, success: isSuccess(value, session.retcode), ...(outputter === undefined ? {} : { outputter }) }), refusal: undefined, isThrown: false };
    } catch (error) {
      if (client === 'runner' && isRefusal(call.fun, error)) {
        const message = messageOf(error);
        return { data: this.#tell(about, { return: message, success: false }), refusal: await this.#namesakes(call.fun) ?? message, isThrown: true };
      }
      const { text, success } = clientFailure(client, call.fun, error, await this.#usage(client, call.fun));
      return { data: this.#tell(about, { return: text, success, ...(success ? {} : { retcode: 1 }) }), refusal: undefined, isThrown: true };
    }
  }

  #tell(about: About, outcome: PlainMap): PlainMap {
    const data: PlainMap = { fun: about.fun, jid: about.jid, user: about.user, fun_args: about.args, ...outcome };
    this.#bus.fire(`${about.tag}/ret`, shownOf(data));
    return data;
  }

  /** Documentation of the runners whose names begin so; undefined when there are none. */
  async #namesakes(fun: string): Promise<PlainMap | undefined> {
    const { catalog } = this.#host;
    const names = (await catalog.functions('runners')).filter((name) => fnmatch(name, `${fun}*`));
    if (names.length === 0) return undefined;
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await catalog.doc('runners', name)) ?? ''] as const)));
  }

  /** As Python keeps it: on lines of its own, indented by four. */
  async #usage(client: 'runner' | 'wheel', fun: string): Promise<string> {
    const doc = await this.#host.catalog.doc(KIND[client].loader, fun);
    if (doc === undefined || doc === '') return '';
    return `\n${doc.split('\n').map((line) => (line === '' ? '' : `    ${line}`)).join('\n')}\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the master stops'));
    await this.#tasks[Symbol.asyncDispose]();
  }
}

/** A result map that says `success` or `result` is false has failed. */
function isSuccess(value: Value, retcode: number | undefined): boolean {
  if (retcode !== undefined && retcode !== 0) return false;
  if (!isPlainMap(value)) return true;
  // Rows of states, in the form of an orchestration. Source: golden states/orchestrate.
  if ('data' in value && !succeeded(value['data'] ?? null)) return false;
  return value['success'] !== false && value['result'] !== false;
}
