/** Making containers and running them to their end. Source: read, Salt 3006; Docker Engine API 1.41. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { DockerClient } from '../../../kernel/sys/docker/client.js';
import type { Outputs } from '../../../kernel/sys/docker/frames.js';
import { checkedImage, checkedName } from '../../../kernel/sys/docker/names.js';
import { failureWithInfo } from '../pkg/failure.js';
import { containerConfig, type Translation } from './container-config.js';
import { containerPath, containerState, found, inspectContainer, inspectImage, nameOf, part } from './inspect.js';
import { remove, start } from './life.js';
import { connect, endpoint } from './networks.js';
import { pull } from './registry.js';
import { ask, asking, askMap, CLIENT_SECONDS, elapsedSince, openClient } from './server.js';

export interface Making extends Translation {
  readonly image: string;
  readonly name: string | null;
  readonly client_timeout: number;
}

/** Pulls the image unless it is there. @throws CommandExecutionError with the words of the registry */
async function ensureImage(image: string, seconds: number, ctx: Context): Promise<void> {
  if (await found(inspectImage(image, ctx)) !== undefined) return;
  const pulled = await pull(image, { api_response: false, client_timeout: seconds }, ctx);
  const errors = pulled['Errors'] ?? null;
  if (isList(errors)) throw new CommandExecutionError(`Unable to pull ${image}: ${errors.map(str).join('; ')}`);
}

async function make({ image, name, client_timeout: seconds, ...translation }: Making, options: PlainMap, ctx: Context): Promise<PlainMap & { Id: string; Name: string }> {
  checkedImage(image.replace(/^sha256:/, ''));
  const { inspect = true, networks, ...rest } = options;
  const body = containerConfig(image, rest, translation, ctx);
  if (isTruthy(inspect)) await ensureImage(image, seconds, ctx);
  const mode = str(rest['network_mode'] ?? '');
  const own = isPlainMap(networks ?? null) ? (networks as PlainMap)[mode] ?? null : null;
  const joined = isPlainMap(own) ? { NetworkingConfig: { EndpointsConfig: { [mode]: endpoint(own) } } } : {};
  const query = name === null ? {} : { name: checkedName(name, 'container') };
  const client = await openClient(ctx);
  // To its end also when the job is killed meanwhile: else nobody would know the container.
  const made = await client.ask({ ...asking({ method: 'POST', path: '/containers/create', query, body: { ...body, ...joined }, seconds }, ctx), signal: endless() });
  const id = isPlainMap(made) ? str(made['Id'] ?? '') : '';
  try {
    return { ...isPlainMap(made) ? made : {}, Id: id, Name: name ?? nameOf(await inspectContainer(id, ctx)) };
  } catch (error) {
    await sweep(id, client);
    throw error;
  }
}

/** For what is done whatever becomes of the job. */
const endless = (): AbortSignal => new AbortController().signal;

/** Removes a container by force. The client is opened before: a job that was killed can call no other function. */
async function sweep(id: string, client: DockerClient): Promise<void> {
  await found(client.ask({ path: containerPath(id), method: 'DELETE', query: { force: 'true', v: 'true' }, silenceMs: CLIENT_SECONDS * 1000, signal: endless() }));
}

export async function create(making: Making, isStarted: boolean, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const started = ctx.sys.now();
  const response = { ...await make(making, options, ctx), Time_Elapsed: elapsedSince(started, ctx) };
  if (!isStarted) return response;
  try {
    await start(response.Id, ctx);
    return { ...response, Started: true };
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw failureWithInfo('Failed to start container after creation', { response, error: error.message });
  }
}

/** A day. */
const SECONDS_MAX = 86_400;

/** Arguments of `logs` that `run_container` takes, too. */
const LOG_OPTIONS = ['stdout', 'stderr', 'timestamps', 'tail', 'since', 'follow', 'until', 'stream'];

async function replaced(name: string, replace: boolean, force: boolean, ctx: Context): Promise<string[]> {
  const state = await found(containerState(name, ctx));
  if (state === undefined) return [];
  if (state === 'running' && !(replace && force)) {
    throw new CommandExecutionError(`Container '${name}' exists and is running. Run with replace=True and force=True to force removal of the existing container.`);
  }
  if (!replace) throw new CommandExecutionError(`Container '${name}' exists. Run with replace=True to remove the existing container`);
  return remove(name, { force, volumes: false, stop: false, timeout: null }, ctx);
}

function networksOf(networks: Value): [string, PlainMap][] {
  const map = typeof networks === 'string' ? Object.fromEntries(networks.split(',').map((name) => [name.trim(), {}])) : networks;
  if (map === null) return [];
  if (!isPlainMap(map) || !Object.values(map).every(isPlainMap)) throw new InvocationError('Invalid format for networks argument');
  return Object.entries(map) as [string, PlainMap][];
}

/** Outputs from the beginning; with `follow` until the container ends. */
export async function outputs(name: string, query: Record<string, string>, ctx: Context): Promise<Outputs> {
  const hasTerminal = isTruthy(part(await inspectContainer(name, ctx), 'Config')['Tty']);
  const seconds = query['follow'] === '1' ? { seconds: 0 } : {};
  return (await openClient(ctx)).outputs(asking({ path: containerPath(name, '/logs'), query: { stdout: '1', stderr: '1', ...query }, ...seconds }, ctx), hasTerminal);
}

export interface Running {
  readonly bg: boolean;
  readonly replace: boolean;
  readonly force: boolean;
  readonly networks: Value;
  /** Seconds after which it is killed. Not Salt's. */
  readonly timeout: number | null;
  /** Whether the outputs are given apart. Not Salt's. */
  readonly separate: boolean;
}

/** Kills a container when its time is over; true when it did. */
async function killedAfter(id: string, seconds: number, ended: AbortSignal, ctx: Context): Promise<boolean> {
  try {
    await sleep(seconds * 1000, undefined, { signal: ended });
  } catch (error) {
    if (ended.aborted) return false;
    throw error;
  }
  const state = await found(containerState(id, ctx));
  if (state === undefined || state === 'stopped') return false;
  await ask({ method: 'POST', path: containerPath(id, '/kill') }, ctx);
  return true;
}

/** What a container that was started writes until it ends, and how it ends. */
async function toItsEnd(id: string, { timeout, separate }: Running, ctx: Context): Promise<PlainMap> {
  const ended = new AbortController();
  const outcome = async (): Promise<PlainMap> => {
    try {
      const { all, stdout, stderr } = await outputs(id, { follow: '1' }, ctx);
      const answer = await askMap({ method: 'POST', path: containerPath(id, '/wait'), seconds: 0 }, ctx);
      const logs = separate ? { Stdout: stdout.toString('utf8'), Stderr: stderr.toString('utf8') } : { Logs: all.toString('utf8') };
      return { ...logs, ExitCode: Number(answer['StatusCode'] ?? 0) };
    } finally {
      ended.abort();
    }
  };
  const [given, isKilled] = await Promise.all([outcome(), timeout === null ? false : killedAfter(id, timeout, ended.signal, ctx)]);
  return { ...given, ...isKilled ? { Timed_Out: true } : {} };
}

/**
 * Runs a container, unless in the background until it ends.
 *
 * Differs: with `auto_remove` in the foreground the container is removed by us after its outputs were read, so that these are never lost.
 */
export async function runContainer(making: Making, running: Running, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const { bg, replace, force, networks, timeout } = running;
  if (timeout !== null && (bg || !(timeout > 0 && timeout <= SECONDS_MAX))) throw new InvocationError(`timeout has to be a number of seconds, ${SECONDS_MAX} at most, without bg`);
  const joined = networksOf(networks);
  const { rm, auto_remove: autoRemove = rm, ...others } = Object.fromEntries(Object.entries(options).filter(([name]) => !LOG_OPTIONS.includes(name)));
  if (rm !== undefined && options['auto_remove'] !== undefined && !isTruthy(making.ignore_collisions)) {
    throw failureWithInfo('Failed to translate input', { collisions: ["'rm' is an alias for 'auto_remove', they cannot both be used"] });
  }
  const isRemoved = isTruthy(autoRemove);
  const removed = making.name === null ? [] : await replaced(making.name, replace, force, ctx);
  const client = await openClient(ctx);
  const started = ctx.sys.now();
  const made = await make(making, { ...others, ...bg ? { auto_remove: isRemoved } : {} }, ctx);
  const ret: PlainMap = { ...made, ...removed.length === 0 ? {} : { Replaces: removed } };
  try {
    for (const [network, settings] of joined) await connect(made.Id, network, settings, ctx);
    await ask({ method: 'POST', path: containerPath(made.Id, '/start') }, ctx);
    if (bg) return { ...ret, Time_Elapsed: elapsedSince(started, ctx) };
    const end = await toItsEnd(made.Id, running, ctx);
    return { ...ret, Time_Elapsed: elapsedSince(started, ctx), ...end };
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw failureWithInfo(error.message, { return: ret });
  } finally {
    // Also when it could not start, and when the job was killed: nothing of it stays.
    if (isRemoved && !bg) await sweep(made.Id, client);
  }
}
