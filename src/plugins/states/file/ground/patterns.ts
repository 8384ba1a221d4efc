/** Patterns that take paths in or leave them out: wildcards, or after `E@` a regular expression. */
import { fnmatch } from '../../../../kernel/std/fnmatch.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isTruthy, type Value } from '../../../../kernel/std/value.js';
import { compilePattern, searching } from '../../../../kernel/sys/file/regex.js';

const REGULAR = 'E@';

function fits(path: string, pattern: string): boolean {
  if (!pattern.startsWith(REGULAR)) return fnmatch(path, pattern);
  const compiled = compilePattern(pattern.slice(REGULAR.length));
  return searching(() => compiled.search(path) !== undefined);
}

const fitsAny = (path: string, patterns: Value): boolean =>
  (isList(patterns) ? patterns : [patterns]).some((pattern) => fits(path, str(pattern)));

/** True when the first patterns (if any) take the path in and the second (if any) do not leave it out. */
export function isChosen(path: string, include: Value, exclude: Value): boolean {
  if (isTruthy(include) && !fitsAny(path, include)) return false;
  return !isTruthy(exclude) || !fitsAny(path, exclude);
}
