/** `cmd.run`. */
import type { Context } from '../../../kernel/contract/context.js';
import { failed, wouldChange } from '../../../kernel/contract/state.js';
import { asError } from '../../../kernel/std/async.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { readStateful, reinterpret } from './stateful.js';

export const BAD_ENV = "Invalidly-formatted 'env' parameter. See documentation.";
export const isEnv = (env: Value | undefined): boolean => env === undefined || env === null || Array.isArray(env) || isMap(env);

export async function isFolder(path: Value | undefined, ctx: Context): Promise<boolean> {
  if (!isTruthy(path)) return true;
  return (await ctx.sys.fs.stat(str(path ?? null)).catch(() => undefined))?.isDirectory() === true;
}

export const noFolder = (name: Value, cwd: Value | undefined): PlainMap => failed(name, `Desired working directory "${str(cwd ?? null)}" is not available`);

/** What is the engine's or of other states, not of the command. */
export function commandArguments(given: PlainMap): PlainMap {
  const kwargs = { ...given };
  for (const name of Object.keys(kwargs)) if (name.startsWith('__') || name === 'sfun') delete kwargs[name];
  return kwargs;
}

export async function runCommand(asked: Value, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { stateful: statefulGiven = false, timeout = null, ignore_timeout: ignoreTimeout = false, root = null, ...kwargs } = given;
  const { isStateful, testName } = readStateful(statefulGiven);
  const name: Value = ctx.test && testName !== undefined ? testName : asked;
  if (!isEnv(kwargs['env'])) return failed(asked, BAD_ENV);
  if (ctx.test && testName === undefined) {
    const row = wouldChange(asked, `Command "${str(name)}" would have been executed`, { cmd: name });
    return isStateful ? reinterpret(row) : row;
  }
  if (!await isFolder(kwargs['cwd'], ctx)) return noFolder(asked, kwargs['cwd']);
  let answer: PlainMap;
  try {
    const shell = isTruthy(kwargs['shell']) ? kwargs['shell'] as Value : ctx.grains['shell'] ?? null;
    const fun = isTruthy(root) ? 'cmd.run_chroot' : 'cmd.run_all';
    answer = await ctx.call(fun, [], {
      ...commandArguments(kwargs), shell, cmd: name, timeout, python_shell: true, ...(isTruthy(root) ? { root } : {}),
    }) as PlainMap;
  } catch (error) {
    ctx.signal.throwIfAborted();
    return failed(asked, asError(error).message);
  }
  const timedOut = isTruthy(ignoreTimeout) && answer['retcode'] === 1 && str(answer['stdout'] ?? '').includes('Timed out after');
  const row: PlainMap = {
    name: asked, changes: timedOut ? { ...answer, retcode: 0 } : answer, result: timedOut || !isTruthy(answer['retcode']), comment: `Command "${str(name)}" run`,
  };
  const told = isStateful ? reinterpret(row) : row;
  return ctx.test && answer['retcode'] === 0 && isTruthy(told['changes']) ? { ...told, result: null } : told;
}
