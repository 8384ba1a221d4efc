/** Starts rpm with an argument list, below another root where asked for. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import type { ProgramResult } from '../pkg/program.js';

export function rpmWords(root: Value | undefined): string[] {
  return isTruthy(root) ? ['rpm', '--root', plainArgument(str(root ?? ''), 'Root')] : ['rpm'];
}

/** The exit code says nothing by itself: rpm fails when one of several packages is missing. */
export async function runRpm(argv: readonly string[], ctx: Context, options: PlainMap = {}): Promise<ProgramResult> {
  return await ctx.call('cmd.run_all', [argv], {
    output_loglevel: 'trace', ignore_retcode: true, python_shell: false, ...options,
  }) as unknown as ProgramResult;
}

export const linesOf = (text: string): string[] => (text === '' ? [] : text.split('\n'));
