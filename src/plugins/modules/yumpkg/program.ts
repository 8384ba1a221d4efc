/** Which package manager is here, and starting it. */
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError } from '../../../kernel/contract/errors.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { callProgram, type ProgramResult } from '../pkg/program.js';

export type YumName = 'dnf5' | 'dnf' | 'tdnf' | 'yum';

/** The best of one folder of PATH wins over what later folders have (observed). */
const NAMES: readonly YumName[] = ['dnf5', 'dnf', 'tdnf', 'yum'];
const MEMORY_KEY = 'yum_bin';

async function isProgram(path: string, ctx: Context): Promise<boolean> {
  try {
    await ctx.sys.fs.access(path, constants.X_OK);
    return !(await ctx.sys.fs.stat(path)).isDirectory();
  } catch (err) {
    ctx.log.trace({ err, path }, 'not a program');
    return false;
  }
}

/** Undefined when none is here. */
export async function findYum(ctx: Context): Promise<YumName | undefined> {
  const known = ctx.memory.get(MEMORY_KEY) as YumName | undefined;
  if (known !== undefined) return known;
  for (const folder of (ctx.sys.env['PATH'] ?? '/bin:/usr/bin').split(':')) {
    for (const name of NAMES) {
      if (!(await isProgram(join(folder, name), ctx))) continue;
      ctx.memory.set(MEMORY_KEY, name);
      return name;
    }
  }
  return undefined;
}

/** @throws CommandNotFoundError */
export async function yumName(ctx: Context): Promise<YumName> {
  const name = await findYum(ctx);
  if (name === undefined) throw new CommandNotFoundError('DNF nor YUM found');
  return name;
}

/** dnf of either generation. */
export const isDnf = (name: YumName): boolean => name === 'dnf' || name === 'dnf5';

/** Runs it in a scope of its own and gives its end, whatever it is. */
export async function callYum(args: readonly string[], ctx: Context, options: PlainMap = {}): Promise<ProgramResult> {
  return callProgram([await yumName(ctx), ...args], ctx, { options });
}

/** Its output where a failure is no reason to stop. */
export async function askYum(args: readonly string[], ctx: Context): Promise<string> {
  const argv = [await yumName(ctx), ...args];
  return String(await ctx.call('cmd.run_stdout', [argv], { output_loglevel: 'trace', python_shell: false }));
}
