/** Answers of states that hand a text to the module `file` and get a diff back. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';

/** `diff` is what the module said: false or empty for no change. */
export function diffAnswer(ctx: Context, path: string, diff: Value, foretelling: string): PlainMap {
  if (!isTruthy(diff)) return done(path, 'No changes needed to be made');
  return ctx.test ? wouldChange(path, foretelling, { diff }) : done(path, 'Changes were made', { diff });
}
