/** Starting, stopping, pausing and removing containers. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isInteger, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { containerPath, containerState, found, inspectContainer, part, type State } from './inspect.js';
import { ps } from './lists.js';
import { ask, CLIENT_SECONDS } from './server.js';

const SHUTDOWN_SECONDS = 10;

interface Change {
  readonly action: 'start' | 'stop' | 'kill' | 'pause' | 'unpause' | 'restart';
  readonly expected: State;
  readonly query?: Record<string, string>;
  readonly seconds?: number;
}

const refusal = (state: State, comment: string): PlainMap => ({ result: false, state: { old: state, new: state }, comment });

async function changeState(name: string, { action, expected, query = {}, seconds = CLIENT_SECONDS }: Change, ctx: Context): Promise<PlainMap> {
  const before = await containerState(name, ctx);
  if (action !== 'restart' && before === expected) return refusal(expected, `Container '${name}' already ${expected}`);
  await ask({ method: 'POST', path: containerPath(name, `/${action}`), query, seconds }, ctx);
  const after = await found(containerState(name, ctx)) ?? null;
  return { result: after === expected, state: { old: before, new: after } };
}

export async function start(name: string, ctx: Context): Promise<PlainMap> {
  const state = await containerState(name, ctx);
  if (state === 'paused') return refusal(state, `Container '${name}' is paused, cannot start`);
  return changeState(name, { action: 'start', expected: 'running' }, ctx);
}

/** The service itself waits so long before it kills. */
const graceful = (seconds: number): { query: Record<string, string>; seconds: number } => ({ query: { t: String(seconds) }, seconds: seconds + CLIENT_SECONDS });

export async function stop(name: string, timeout: Value, unpause: boolean, ctx: Context): Promise<PlainMap> {
  const facts = await inspectContainer(name, ctx);
  const own = part(facts, 'Config')['StopTimeout'] ?? null;
  const seconds = timeout === null ? isInteger(own) ? Number(own) : SHUTDOWN_SECONDS : Number(timeout);
  if (!Number.isInteger(seconds) || seconds < 0) throw new InvocationError('timeout has to be a number of seconds');
  const state = await containerState(name, ctx);
  if (state === 'paused') {
    if (!unpause) return refusal(state, `Container '${name}' is paused, run with unpause=True to unpause before stopping`);
    const resumed = await changeState(name, { action: 'unpause', expected: 'running' }, ctx);
    if (resumed['result'] === false) return { ...resumed, comment: `Failed to unpause container '${name}'` };
  }
  const stopped = await changeState(name, { action: 'stop', expected: 'stopped', ...graceful(seconds) }, ctx);
  return { ...stopped, state: { ...stopped['state'] as PlainMap, old: state } };
}

export const kill = (name: string, ctx: Context): Promise<PlainMap> => changeState(name, { action: 'kill', expected: 'stopped' }, ctx);

export async function restart(name: string, timeout: number, ctx: Context): Promise<PlainMap> {
  const done = await changeState(name, { action: 'restart', expected: 'running', ...graceful(timeout) }, ctx);
  return done['result'] === true ? { ...done, restarted: true } : done;
}

async function unlessStopped(name: string, change: Change, ctx: Context): Promise<PlainMap> {
  const state = await containerState(name, ctx);
  return state === 'stopped' ? refusal(state, `Container '${name}' is stopped, cannot ${change.action}`) : changeState(name, change, ctx);
}

export const pause = (name: string, ctx: Context): Promise<PlainMap> => unlessStopped(name, { action: 'pause', expected: 'paused' }, ctx);
export const unpause = (name: string, ctx: Context): Promise<PlainMap> => unlessStopped(name, { action: 'unpause', expected: 'running' }, ctx);

export async function signal(name: string, given: Value, ctx: Context): Promise<boolean> {
  const text = String(given);
  if (!/^[A-Za-z0-9+]{1,20}$/.test(text)) throw new InvocationError(`'${text}' is no signal`);
  await ask({ method: 'POST', path: containerPath(name, '/kill'), query: { signal: text } }, ctx);
  return true;
}

export interface Removal {
  readonly force: boolean;
  readonly volumes: boolean;
  readonly stop: boolean;
  readonly timeout: Value;
}

/** Ids of the containers that are gone. */
export async function remove(name: string, { force, volumes, stop: isStop, timeout }: Removal, ctx: Context): Promise<string[]> {
  const facts = await inspectContainer(name, ctx);
  if (await containerState(name, ctx) === 'running' && !force && !isStop) {
    throw new CommandExecutionError(`Container '${name}' is running, use force=True to forcibly remove this container`);
  }
  const before = Object.keys(await ps(null, { all: true }, ctx));
  if (isStop && !force) await stop(name, timeout, false, ctx);
  // One that goes by itself when it ends may be gone already.
  const removing = ask({ method: 'DELETE', path: containerPath(name), query: { v: String(volumes), force: String(force), link: 'false' } }, ctx);
  await (isTruthy(part(facts, 'HostConfig')['AutoRemove']) ? found(removing) : removing);
  const after = Object.keys(await ps(null, { all: true }, ctx));
  return before.filter((id) => !after.includes(id));
}

export async function wait(name: string, ignoreAlreadyStopped: boolean, failOnExitStatus: boolean, ctx: Context): Promise<PlainMap> {
  const before = await found(containerState(name, ctx));
  if (before === undefined) return { result: ignoreAlreadyStopped, comment: `Container '${name}' absent` };
  const answer = await ask({ method: 'POST', path: containerPath(name, '/wait'), seconds: 0 }, ctx);
  const status = Number((answer as PlainMap)['StatusCode'] ?? 0);
  const after = await found(containerState(name, ctx)) ?? null;
  const isEnded = before === 'stopped' ? ignoreAlreadyStopped : after === 'stopped' || after === null;
  return {
    result: isEnded && (!failOnExitStatus || status === 0), state: { old: before, new: after }, exit_status: status,
    ...before === 'stopped' ? { comment: `Container '${name}' already stopped` } : {},
  };
}
