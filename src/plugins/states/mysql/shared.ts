/** What the states of MySQL have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';

export const virtual = async (ctx: Context): Promise<string | true> => (await ctx.has('mysql.query') ? true : 'mysql module could not be loaded');

/** A server that cannot be asked, and a wish that makes no sense, make the state fail in plain words. */
export async function guarded(name: string, work: () => Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return failed(name, error.message);
    throw error;
  }
}

export interface Step {
  readonly name: string;
  /** Foretold in a test run, as they are in the real one. Differs: these states of Salt foretell none. */
  readonly changes: PlainMap;
  readonly would: string;
  readonly did: string;
  readonly could: string;
  readonly work: () => Promise<Value>;
}

/** Announces a step or makes it; what fails is told with the words of the server behind Salt's. */
export async function step({ name, changes, would, did, could, work }: Step, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return wouldChange(name, would, changes);
  const made = await tried(work());
  if ('failure' in made) return failed(name, `${could} (${made.failure.message})`);
  return made.value === true ? done(name, did, changes) : failed(name, could);
}

/** The functions fail with the reason, instead of giving False. */
export const strictly = (given: PlainMap): PlainMap => ({ ...given, connection_strict: true });
