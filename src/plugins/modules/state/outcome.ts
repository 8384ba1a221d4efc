/** Exit codes of state runs. Source: state-system, section 5; read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, mapEntries, mapGet, type Value } from '../../../kernel/std/value.js';

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

/** True for a map of rows of which none failed; an empty one is a failure. */
export function succeeded(rows: Value): boolean {
  if (!isMap(rows)) return false;
  const entries = mapEntries(rows);
  return entries.length > 0 && entries.every(([tag, row]) => {
    if (!isMap(row)) return tag === '__extend__' && Array.isArray(row);
    const result = mapGet(row, 'result');
    return result === undefined ? succeededInside(row) : result !== false;
  });
}

function succeededInside(row: Value): boolean {
  if (!isMap(row)) return false;
  const entries = mapEntries(row);
  return entries.length > 0 && entries.every(([, value]) => !isMap(value) || (mapGet(value, 'result') === undefined ? succeededInside(value) : mapGet(value, 'result') !== false));
}
