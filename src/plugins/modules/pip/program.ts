/** Which pip is meant, and how it is run. Source: read and observed, Salt 3008.3. */
import { constants } from 'node:fs';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Done } from '../lookup/programs.js';

/** Who asks, and where. */
export interface PipCall {
  readonly bin_env?: string | null;
  readonly user?: string | null;
  readonly cwd?: string | null;
  readonly use_vt?: boolean;
  readonly env_vars?: Value;
  readonly kwargs?: PlainMap;
}

const PYTHON_NAME = /^python(?:\d+(?:\.\d+)?)?$/;

async function isProgram(path: string, ctx: Context): Promise<boolean> {
  if ((await ctx.sys.fs.stat(path).catch(() => undefined))?.isFile() !== true) return false;
  return ctx.sys.fs.access(path, constants.X_OK).then(() => true, () => false);
}

const isFolder = async (path: string, ctx: Context): Promise<boolean> => (await ctx.sys.fs.stat(path).catch(() => undefined))?.isDirectory() === true;

/** Python of a virtual environment: `python`, else `python3`, else one with a longer name. */
async function pythonIn(folder: string, ctx: Context): Promise<string | undefined> {
  for (const path of [`${folder}/python`, `${folder}/bin/python`, `${folder}/Scripts/python`]) if (await isProgram(path, ctx)) return path;
  const names = (await ctx.sys.fs.readdir(`${folder}/bin`).catch(() => [] as string[])).filter((name) => PYTHON_NAME.test(name)).sort();
  for (const name of names) if (await isProgram(`${folder}/bin/${name}`, ctx)) return `${folder}/bin/${name}`;
  return undefined;
}

/** Without an environment Salt takes the Python it runs on; here it is that of the system. */
export async function pipWords(binEnv: string | null | undefined, ctx: Context): Promise<string[]> {
  if (binEnv === null || binEnv === undefined || binEnv === '') {
    const python = await ctx.sys.which('python3') ?? await ctx.sys.which('python');
    if (python === undefined) throw new CommandNotFoundError('Could not find a `pip` binary');
    return [python, '-m', 'pip'];
  }
  const path = binEnv.startsWith('/') ? binEnv : `./${binEnv}`;
  if (await isFolder(path, ctx)) {
    const python = await pythonIn(path.replace(/\/+$/, ''), ctx);
    if (python === undefined) throw new CommandNotFoundError(`Could not find a pip binary in virtualenv ${binEnv}`);
    return [python, '-m', 'pip'];
  }
  if (!await isProgram(path, ctx)) throw new CommandNotFoundError(`Access denied to ${binEnv}, could not find a pip binary`);
  return path.split('/').at(-1)?.includes('python') === true ? [path, '-m', 'pip'] : [path];
}

function variables(given: Value | undefined): PlainMap {
  if (!isTruthy(given)) return {};
  if (!isMap(given)) throw new CommandExecutionError(`env_vars ${str(given ?? null)} is not a dictionary`);
  return Object.fromEntries(mapEntries(given).map(([key, value]) => [str(key), str(value)]));
}

/** Further keyword arguments go to `cmd.run_all`, as in Salt. */
export async function runPip(words: readonly string[], call: PipCall, ctx: Context, options: PlainMap = {}): Promise<Done> {
  const isEnvironment = typeof call.bin_env === 'string' && call.bin_env !== '' && await isFolder(call.bin_env, ctx);
  const env = { ...isEnvironment ? { VIRTUAL_ENV: call.bin_env ?? '' } : {}, ...variables(call.env_vars) };
  const kwargs = Object.fromEntries(Object.entries(call.kwargs ?? {}).filter(([key]) => !key.startsWith('__')));
  return await ctx.call('cmd.run_all', [[...await pipWords(call.bin_env, ctx), ...words]], {
    runas: call.user ?? null, cwd: call.cwd ?? null, use_vt: call.use_vt ?? false, ...options, ...kwargs, ...(Object.keys(env).length > 0 ? { env } : {}), python_shell: false,
  }) as unknown as Done;
}

const memoryKey = (call: PipCall): string => `pip.version${typeof call.bin_env === 'string' ? `.${call.bin_env}` : ''}`;
/** After a change the version may be another one. */
export const forgetVersion = (call: PipCall, ctx: Context): boolean => ctx.memory.delete(memoryKey(call));

export async function pipVersion(call: PipCall, ctx: Context): Promise<string | null> {
  const known = ctx.memory.get(memoryKey(call));
  if (typeof known === 'string') return known;
  const done = await runPip(['--version'], { bin_env: call.bin_env ?? null, cwd: call.cwd ?? null, user: call.user ?? null }, ctx);
  if (done.retcode !== 0) throw new CommandNotFoundError('Could not find a `pip` binary');
  const version = /^pip (\S+)/.exec(done.stdout)?.[1] ?? null;
  ctx.memory.set(memoryKey(call), version);
  return version;
}

/** Says whether this pip is older than a version of two or three numbers. */
export async function isOlder(call: PipCall, wanted: string, ctx: Context): Promise<boolean> {
  const parts = (await pipVersion(call, ctx) ?? '0').split('.').map((part) => parseInt(part, 10));
  const numbers = wanted.split('.').map(Number);
  const at = numbers.findIndex((number, place) => (parts[place] ?? 0) !== number);
  return at >= 0 && (parts[at] ?? 0) < (numbers[at] ?? 0);
}

export function ensure(done: Done): Done {
  if (done.retcode === 0) return done;
  throw new CommandExecutionError(`${/[.?!]$/.test(done.stderr) ? done.stderr : `${done.stderr}.`} Additional info follows:\n\npid:\n    ${String((done as unknown as PlainMap)['pid'])}\nretcode:\n    ${done.retcode}\nstderr:\n    ${done.stderr}\nstdout:\n    ${done.stdout}`);
}
