/** A package file named by path or address, on this machine. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy } from '../../../kernel/std/value.js';

/** Its absolute path; fetched first when it is an address. @throws CommandExecutionError, InvocationError */
export async function localFile(path: string, saltenv: string, ctx: Context): Promise<string> {
  if (isTruthy(await ctx.call('config.valid_fileproto', [path]))) {
    const cached = await ctx.call('cp.cache_file', [path, saltenv]);
    if (!isTruthy(cached)) throw new CommandExecutionError(`Unable to retrieve ${path} from saltenv '${saltenv}'`);
    return str(cached);
  }
  if (!(await ctx.sys.exists(path))) throw new CommandExecutionError(`${path} does not exist on minion`);
  if (!path.startsWith('/')) throw new InvocationError(`${path} does not exist on minion`);
  return path;
}
