/** Starts pacman with an argument list. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import { callProgram, type ProgramResult } from '../pkg/program.js';

/** The option for another root; `undefined` and null mean this machine. */
export function rootWords(root: Value | undefined): string[] {
  return root === undefined || root === null ? [] : ['-r', plainArgument(str(root), 'Root')];
}

/** For what changes the machine: in a scope of its own. */
export const changeWithPacman = (args: readonly string[], ctx: Context): Promise<ProgramResult> => callProgram(['pacman', ...args], ctx);

/** For questions. */
export const askPacman = (args: readonly string[], ctx: Context, options: PlainMap = {}): Promise<ProgramResult> =>
  callProgram(['pacman', ...args], ctx, { scope: false, options });

/** Lines with at least `count` words. */
export function rowsOf(output: string, count: number): string[][] {
  return output.split('\n').map((line) => line.trim().split(/\s+/)).filter((words) => words.length >= count && words[0] !== '');
}
