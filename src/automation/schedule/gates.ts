/**
 * Whether a job that is due may run: ranges, single times to skip, first and last time.
 *
 * Source: read, Salt 3008.3, `salt.utils.schedule`: the order of the questions and the names of the reasons.
 */
import type { Entry } from './entry.js';

export type Verdict =
  | { readonly runs: true; readonly fun: string }
  | { readonly runs: false; readonly why: 'in_skip_range' | 'not_in_range' | 'skip_explicit' | 'until_passed' | 'after_not_passed' };

/** `skipFunction` runs in place of a job that a range leaves out. `lookMs`: how far from its moment a time to skip still counts. */
export function mayRun(entry: Entry, nowWall: number, { skipFunction, lookMs }: { skipFunction: string | undefined; lookMs: number }): Verdict {
  const { range, skipDuring, skipAt, until, after } = entry;
  let fun = entry.fun;
  if (range !== undefined) {
    const within = range.start <= nowWall && nowWall <= range.end;
    if (range.isInverted && range.start < nowWall && nowWall < range.end) return { runs: false, why: 'in_skip_range' };
    if (!range.isInverted && !within) {
      if (skipFunction === undefined) return { runs: false, why: 'not_in_range' };
      fun = skipFunction;
    }
  }
  if (skipDuring !== undefined && skipDuring.start <= nowWall && nowWall <= skipDuring.end) {
    if (skipFunction === undefined) return { runs: false, why: 'in_skip_range' };
    fun = skipFunction;
  }
  if (skipAt.some((wall) => wall <= nowWall && nowWall <= wall + lookMs)) {
    if (skipFunction === undefined) return { runs: false, why: 'skip_explicit' };
    fun = skipFunction;
  }
  if (until !== undefined && until <= nowWall) return { runs: false, why: 'until_passed' };
  if (after !== undefined && after >= nowWall) return { runs: false, why: 'after_not_passed' };
  return { runs: true, fun };
}
