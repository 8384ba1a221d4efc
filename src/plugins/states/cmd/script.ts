/** `cmd.script`. */
import type { Context } from '../../../kernel/contract/context.js';
import { failed, wouldChange } from '../../../kernel/contract/state.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { BAD_ENV, commandArguments, isEnv, isFolder, noFolder } from './run.js';
import { readStateful, reinterpret } from './stateful.js';

export async function runScript(asked: Value, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { stateful: statefulGiven = false, source = null, defaults = null, context = null, ...kwargs } = given;
  const { isStateful, testName } = readStateful(statefulGiven);
  const name: Value = ctx.test && testName !== undefined ? testName : asked;
  const wrong = wrongArguments(kwargs['env'], { context, defaults });
  if (wrong !== undefined) return failed(name, wrong);
  if (ctx.test && testName === undefined) {
    const row = wouldChange(name, `Command '${str(name)}' would have been executed`);
    return isStateful ? reinterpret(row) : row;
  }
  if (!await isFolder(kwargs['cwd'], ctx)) return noFolder(name, kwargs['cwd']);
  const saltenv = ctx.state?.low['saltenv'] ?? ctx.state?.low['__env__'] ?? 'base';
  let answer: PlainMap;
  try {
    answer = await ctx.call('cmd.script', [source ?? name], {
      ...commandArguments(kwargs), ...wordsOf(name, kwargs), shell: isTruthy(kwargs['shell']) ? kwargs['shell'] as Value : ctx.grains['shell'] ?? null,
      saltenv, python_shell: true, context: { ...defaults as PlainMap | null, ...context as PlainMap | null },
    }) as PlainMap;
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return failed(name, error.message);
  }
  const row: PlainMap = {
    name, changes: answer, result: !isTruthy(isTruthy(kwargs['retcode']) ? answer : answer['retcode']),
    comment: isTruthy(answer['cache_error']) ? `Unable to cache script ${str(source ?? name)} from saltenv '${str(saltenv)}'` : `Command '${str(name)}' run`,
  };
  const told = isStateful ? reinterpret(row) : row;
  return ctx.test && answer['retcode'] === 0 && isTruthy(told['changes']) ? { ...told, result: null } : told;
}

function wrongArguments(env: Value | undefined, maps: Readonly<Record<string, Value>>): string | undefined {
  if (!isEnv(env)) return BAD_ENV;
  const name = Object.keys(maps).find((key) => isTruthy(maps[key]) && !isMap(maps[key]));
  return name === undefined ? undefined : `Invalidly-formatted '${name}' parameter. Must be formed as a dict.`;
}

/** Arguments of the script that stand behind its name. */
function wordsOf(name: Value, kwargs: PlainMap): PlainMap {
  if (isTruthy(kwargs['args'])) return {};
  const text = str(name);
  return text.trim().split(/\s+/).length > 1 ? { args: text.slice(text.indexOf(' ') + 1) } : {};
}

/** Failures of the script, not of the program. */
function isAnswer(error: unknown): error is Error {
  return error instanceof CommandExecutionError || (error instanceof PythonError && /(SaltRenderError|OSError)$/.test(error.className))
    || (error instanceof Error && 'syscall' in error);
}
