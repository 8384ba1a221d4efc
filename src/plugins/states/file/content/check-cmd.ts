/** A user's program that accepts or refuses the new content of a file. */
import type { Context } from '../../../../kernel/contract/context.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { createTemporary } from '../../../../kernel/sys/file/temporary.js';

/** True when the program accepts the file, else what its refusal makes of the answer. */
export async function checkByProgram(ctx: Context, program: Value, path: string, options: PlainMap): Promise<true | PlainMap> {
  // Salt's contract: the words of the command line with the path behind them, split as cmd.run_all does.
  const told = await ctx.call('cmd.run_all', [`${str(program)} ${path}`], options);
  const { retcode, stdout, stderr } = isPlainMap(told) ? told : {};
  if (retcode === 0) return true;
  const output = [stdout, stderr].flatMap((text) => (text !== undefined && isTruthy(text) ? [str(text)] : []));
  return { comment: ['check_cmd execution failed', ...output].join('\n'), skip_watch: true, result: false };
}

/** The shell of the grains, where there is one. */
export const checkOptions = (ctx: Context): PlainMap => (ctx.grains['shell'] === undefined ? {} : { shell: ctx.grains['shell'] });

/** An empty file for the new content to be checked in. */
export async function fileToCheck(ctx: Context, folder: Value, ending: string): Promise<string> {
  const { path, handle } = await createTemporary(ctx.sys, isTruthy(folder) ? str(folder) : undefined, undefined, ending);
  await handle.close();
  return path;
}
