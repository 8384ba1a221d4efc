/** What states of RabbitMQ have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { failed } from '../../../kernel/contract/state.js';
import { isPlainMap, mapValues, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

export const virtual = async (ctx: Context): Promise<true | string> => ((await ctx.sys.which('rabbitmqctl')) === undefined ? 'Command not found: rabbitmqctl' : true);

/** What the program says against it is the comment. Differs: Salt lets some failures break the state. */
export async function guarded(name: string, work: () => Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return failed(name, `Error: ${error.message}`);
    throw error;
  }
}

/** What the program said when it worked. */
export const saidIn = (answer: Value): string => (isPlainMap(answer) ? mapValues(answer).map(str).join('\n') : str(answer));
