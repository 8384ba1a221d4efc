/** Exit codes of state runs. Source: state-system, section 5; read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { succeeded } from '../../../kernel/contract/state.js';
import type { Value } from '../../../kernel/std/value.js';

export const EXIT = { ok: 0, compileError: 1, failed: 2, pillarError: 5 } as const;

/** Sets the exit code that an answer deserves, and gives the answer. */
export function judged<T extends Value>(answer: T, ctx: Context): T {
  ctx.setRetcode(Array.isArray(answer) ? EXIT.compileError : succeeded(answer) ? EXIT.ok : EXIT.failed);
  return answer;
}

/** A list of errors stands for itself. */
export function refused<T extends Value>(answer: T, ctx: Context): T {
  ctx.setRetcode(EXIT.compileError);
  return answer;
}
