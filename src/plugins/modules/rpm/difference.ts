/** Compares a file on disk with the one in a package file. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { plainArgument } from '../pkg/names.js';

/** Output of a program beyond it is an error: half a file compared would be a lie. */
const BYTES_MAX = 256 * 1024 * 1024;

/** The differences as `diff -u` shows them, empty when there are none. @throws CommandNotFoundError without rpm2cpio, cpio or diff */
export async function differenceFromPackage(packagePath: string, path: string, ctx: Context): Promise<string> {
  for (const program of ['rpm2cpio', 'cpio', 'diff']) {
    if ((await ctx.sys.which(program)) === undefined) throw new CommandNotFoundError(`The '${program}' binary was not found in $PATH.`);
  }
  const archive = await output(['rpm2cpio', plainArgument(packagePath, 'Path')], ctx);
  const original = await output(['cpio', '-i', '--quiet', '--to-stdout', `.${path}`], ctx, archive);
  const text = Buffer.from(await output(['diff', '-u', '--label', `A ${path}`, '--label', `B ${path}`, '-', plainArgument(path, 'Path')], ctx, original)).toString();
  return text.startsWith('Binary file') ? `File '${path}' is binary and its content has been modified.` : text.replace(/\n$/, '');
}

async function output(argv: [string, ...string[]], ctx: Context, stdin?: Uint8Array): Promise<Uint8Array> {
  const done = await ctx.sys.run(argv, { signal: ctx.signal, outputBytesMax: BYTES_MAX, ...(stdin === undefined ? {} : { stdin }) });
  if (done.truncated) throw new CommandExecutionError(`The output of ${argv[0]} is too large to be compared`);
  return done.stdout;
}
