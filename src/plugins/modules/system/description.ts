/** The description of the machine, `PRETTY_HOSTNAME` of `/etc/machine-info`. */
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';

const FILE = '/etc/machine-info';
const LINE = /^\s*PRETTY_HOSTNAME=(.*)$/;

const unquoted = (text: string): string => (/^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text);

/** The description; false when there is none and no hostnamectl. */
export async function readDescription(ctx: Context): Promise<string | false> {
  const program = await ctx.sys.which('hostnamectl');
  const text = program === undefined ? await fromFile(ctx) : str(await ctx.call('cmd.run', [[program, 'status', '--pretty']], { python_shell: false }));
  return text === undefined ? false : text.replaceAll('\\\\', '\\').replaceAll('\\"', '"').replaceAll('\\n', '\n').replaceAll('\\t', '\t');
}

async function fromFile(ctx: Context): Promise<string | undefined> {
  const values = splitLines((await ctx.sys.readText(FILE)) ?? '').map((line) => LINE.exec(line)?.[1]).filter((value) => value !== undefined);
  const last = values.at(-1);
  return last === undefined ? undefined : unquoted(last.trim());
}

/** Sets the description; false when that failed. */
export async function writeDescription(description: string, ctx: Context): Promise<boolean> {
  const escaped = description.replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  const program = await ctx.sys.which('hostnamectl');
  if (program !== undefined) {
    // An own word behind `--`, so that a dash at its beginning is no option.
    return (await ctx.call('cmd.retcode', [[program, 'set-hostname', '--pretty', '--', escaped]], { python_shell: false })) === 0;
  }
  const lines = splitLines((await ctx.sys.readText(FILE)) ?? '');
  const line = `PRETTY_HOSTNAME="${escaped}"`;
  const at = lines.findIndex((one) => LINE.test(one));
  if (at < 0) lines.push(line);
  else lines[at] = line;
  try {
    await ctx.sys.writeFile(FILE, `${lines.join('\n')}\n`);
  } catch (err) {
    if (!isOsError(err)) throw err;
    ctx.log.error({ err }, 'description of the machine cannot be written');
    return false;
  }
  return true;
}
