/** What functions of `saltutil` need of a master. A program that has none says so in the words of Salt (observed, 3008.3 without a master). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Ports } from '../../../kernel/contract/ports.js';

const UNREACHABLE = 'The salt master could not be contacted. Is master running?';

/** @throws CommandExecutionError with the name of the port as its fact */
export function partOfMaster<K extends 'local' | 'masterSide'>(ctx: Context, name: K): Ports[K] {
  try {
    return ctx.port(name);
  } catch (error) {
    if (error instanceof CommandExecutionError && error.context['port'] === name) throw new CommandExecutionError(UNREACHABLE, { context: { port: name }, cause: error });
    throw error;
  }
}
