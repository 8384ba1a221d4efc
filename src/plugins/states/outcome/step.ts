/** One thing that a state does: foretold in a test run, made in the real one. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { tried } from './failure.js';

export interface Step {
  readonly name: string;
  /** Foretold in a test run, as they are in the real one. Differs: many states of Salt foretell none. */
  readonly changes: PlainMap;
  readonly would: string;
  readonly did: string;
  readonly could: string;
  /** How the program's words stand behind `could`; with a colon unless said otherwise. */
  readonly because?: (words: string) => string;
  /** Answers true when it worked. */
  readonly work: () => Promise<Value>;
}

/** Announces a step or makes it; what fails is told with the program's own words behind Salt's. */
export async function step({ name, changes, would, did, could, because = (words) => `: ${words}`, work }: Step, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return wouldChange(name, would, changes);
  const made = await tried(work());
  if ('failure' in made) return failed(name, `${could}${because(made.failure.message)}`);
  return made.value === true ? done(name, did, changes) : failed(name, could);
}

/** A server that cannot be asked, and a wish that makes no sense, make the state fail in plain words. */
export async function guarded(name: string, work: Promise<PlainMap> | (() => Promise<PlainMap>), before = ''): Promise<PlainMap> {
  try {
    return await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError || error instanceof PythonError) return failed(name, `${before}${error.message}`);
    throw error;
  }
}
