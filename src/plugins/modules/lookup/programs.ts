/** How modules start programs: from argument lists, and never with a name that would be taken as an option. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

export interface Done {
  readonly retcode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const runAll = async (ctx: Context, argv: readonly string[], options: PlainMap = {}): Promise<Done> =>
  await ctx.call('cmd.run_all', [[...argv]], { python_shell: false, ...options }) as unknown as Done;

/** Both outputs in one, as lines. */
export const outputLines = async (ctx: Context, argv: readonly string[]): Promise<string[]> =>
  str(await ctx.call('cmd.run', [[...argv]], { python_shell: false })).split('\n');

/** A word that a program must not take as an option. */
export function word(value: Value, what: string): string {
  const text = str(value);
  if (text === '' || text.startsWith('-') || text.includes('\0')) throw new InvocationError(`${what} '${text}' is not valid`);
  return text;
}

/** @throws CommandNotFoundError */
export async function needProgram(ctx: Context, program: string): Promise<void> {
  if ((await ctx.sys.which(program)) === undefined) throw new CommandNotFoundError(`The '${program}' binary was not found in $PATH.`);
}

/** Python's `int(text)`. */
export function intOf(text: string): number | undefined {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

/** Python's `str.split()`. */
export const fields = (line: string): string[] => line.trim().split(/\s+/).filter((part) => part !== '');
