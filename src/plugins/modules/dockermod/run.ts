/** Making containers, running them to their end, and running programs inside. Source: read, Salt 3006; Docker Engine API 1.41. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Outputs } from '../../../kernel/sys/docker/frames.js';
import { checkedImage, checkedName } from '../../../kernel/sys/docker/names.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { failureWithInfo } from '../pkg/failure.js';
import { containerConfig, type Translation } from './container-config.js';
import { containerPath, containerState, found, inspectContainer, inspectImage, nameOf, part } from './inspect.js';
import { remove, start } from './life.js';
import { connect, endpoint } from './networks.js';
import { pull } from './registry.js';
import { ask, asking, askMap, elapsedSince, openClient } from './server.js';

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
  const made = await askMap({ method: 'POST', path: '/containers/create', query, body: { ...body, ...joined }, seconds }, ctx);
  const id = str(made['Id'] ?? '');
  return { ...made, Id: id, Name: name ?? nameOf(await inspectContainer(id, ctx)) };
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
}

/**
 * Runs a container, unless in the background until it ends.
 *
 * Differs: with `auto_remove` in the foreground the container is removed by us after its outputs were read, so that these are never lost.
 */
export async function runContainer(making: Making, { bg, replace, force, networks }: Running, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const joined = networksOf(networks);
  const { rm, auto_remove: autoRemove = rm, ...others } = Object.fromEntries(Object.entries(options).filter(([name]) => !LOG_OPTIONS.includes(name)));
  if (rm !== undefined && options['auto_remove'] !== undefined && !isTruthy(making.ignore_collisions)) {
    throw failureWithInfo('Failed to translate input', { collisions: ["'rm' is an alias for 'auto_remove', they cannot both be used"] });
  }
  const isRemoved = isTruthy(autoRemove);
  const removed = making.name === null ? [] : await replaced(making.name, replace, force, ctx);
  const started = ctx.sys.now();
  const made = await make(making, { ...others, ...bg ? { auto_remove: isRemoved } : {} }, ctx);
  const ret: PlainMap = { ...made, ...removed.length === 0 ? {} : { Replaces: removed } };
  try {
    for (const [network, settings] of joined) await connect(made.Id, network, settings, ctx);
    await ask({ method: 'POST', path: containerPath(made.Id, '/start') }, ctx);
    if (bg) return { ...ret, Time_Elapsed: elapsedSince(started, ctx) };
    const logs = await outputs(made.Id, { follow: '1' }, ctx);
    const answer = await askMap({ method: 'POST', path: containerPath(made.Id, '/wait'), seconds: 0 }, ctx);
    return { ...ret, Time_Elapsed: elapsedSince(started, ctx), Logs: logs.all.toString('utf8'), ExitCode: Number(answer['StatusCode'] ?? 0) };
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw failureWithInfo(error.message, { return: ret });
  } finally {
    // Also when it could not start, and when the job was killed: nothing of it stays.
    if (isRemoved && !bg) await sweep(made.Id, ctx);
  }
}

async function sweep(id: string, ctx: Context): Promise<void> {
  const removing = { path: containerPath(id), method: 'DELETE', query: { force: 'true', v: 'true' } } as const;
  // The signal of the job may have ended already.
  await found((await openClient(ctx)).ask({ ...asking(removing, ctx), signal: new AbortController().signal }));
}

const PATH = 'PATH=/bin:/usr/bin:/sbin:/usr/sbin:/opt/bin:/usr/local/bin:/usr/local/sbin';

export interface Execution {
  readonly cmd: string;
  readonly stdin: string | null;
  readonly keepEnv: Value;
  /** Whether a shell in the container reads the command. */
  readonly hasShell: boolean;
}

/** Variables of this program that the one inside gets: those of the list; unless everything is kept it has nothing else but a path. */
function environmentOf(keepEnv: Value, ctx: Context): string[] {
  const names = isList(keepEnv) ? keepEnv.map(str) : typeof keepEnv === 'string' ? keepEnv.split(',') : [];
  const kept = names.flatMap((name) => (ctx.sys.env[name] === undefined ? [] : [`${name}=${ctx.sys.env[name]}`]));
  return [...keepEnv === true || names.includes('PATH') ? [] : [PATH], ...kept];
}

/** Runs a program in a running container. */
export async function execute(name: string, { cmd, stdin, keepEnv, hasShell }: Execution, ctx: Context): Promise<PlainMap> {
  if (await containerState(name, ctx) !== 'running') throw new CommandExecutionError(`Container '${name}' is not running`);
  const words = hasShell ? ['sh', '-c', cmd] : splitWords(cmd);
  const clean = keepEnv === true ? [] : ['env', '-i', ...environmentOf(keepEnv, ctx)];
  const body = { AttachStdin: stdin !== null, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: [...clean, ...words] };
  const made = await askMap({ method: 'POST', path: containerPath(name, '/exec'), body }, ctx);
  const path = `/exec/${checkedName(str(made['Id'] ?? ''), 'session')}`;
  const starting = asking({ method: 'POST', path: `${path}/start`, body: { Detach: false, Tty: false }, seconds: 0, headers: { connection: 'Upgrade', upgrade: 'tcp' } }, ctx);
  const { stdout, stderr } = await (await openClient(ctx)).outputs(starting, false, stdin ?? undefined);
  const facts = await askMap({ path: `${path}/json` }, ctx);
  const text = (bytes: Buffer): string => bytes.toString('utf8').replace(/\n$/, '');
  return { pid: facts['Pid'] ?? 0, retcode: facts['ExitCode'] ?? null, stdout: text(stdout), stderr: text(stderr) };
}
