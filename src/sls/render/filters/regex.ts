/** Python's regular expressions on text from templates, within a time limit. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { compilePython, type MatchMode, PatternError, type PythonMatch, type PythonPattern } from '../../../kernel/std/python-regex.js';
import { TimeLimitError, withinTime } from '../../../kernel/std/time-limit.js';
import type { Data } from '../python/data.js';
import { RenderLimitError, typeError } from '../python/errors.js';
import { nameOfType } from '../python/type-name.js';
import { textOf } from '../python/markup.js';
import { Undefined } from '../python/undefined.js';

/** How long a pattern may search. */
const SEARCH_MS = 2000;
/** Up to here an ordinary pattern cannot take long. */
const SHORT_TEXT = 1000;

function textFor(value: Data): string {
  if (value instanceof Undefined) value.fail();
  const text = textOf(value);
  if (text === undefined) throw typeError(`expected string or bytes-like object, got '${nameOfType(value)}'`);
  return text;
}

function compile(pattern: Data, flags: number): PythonPattern {
  if (pattern instanceof Undefined) pattern.fail();
  const source = textOf(pattern);
  if (source === undefined) throw typeError('first argument must be string or compiled pattern');
  try {
    return compilePython(source, flags);
  } catch (error) {
    if (error instanceof PatternError) throw new PythonError('re.error', error.message, error);
    throw error;
  }
}

function limited<T>(pattern: PythonPattern, text: string, work: () => T): T {
  if (!pattern.mayStall && text.length <= SHORT_TEXT) return work();
  try {
    return withinTime(SEARCH_MS, work);
  } catch (error) {
    if (error instanceof TimeLimitError) throw new RenderLimitError(`The regular expression '${pattern.source}' was stopped after ${SEARCH_MS} ms`);
    throw error;
  }
}

/** @throws PythonError, RenderLimitError */
export function matchPattern(value: Data, pattern: Data, mode: MatchMode, flags: number): PythonMatch | undefined {
  const compiled = compile(pattern, flags);
  const text = textFor(value);
  return limited(compiled, text, () => compiled[mode](text));
}

/** Python's `re.sub`. @throws PythonError, RenderLimitError */
export function substitute(value: Data, pattern: Data, template: Data, flags: number): string {
  const compiled = compile(pattern, flags);
  const text = textFor(value);
  const fresh = textFor(template);
  try {
    return limited(compiled, text, () => compiled.subn(fresh, text)[0]);
  } catch (error) {
    if (error instanceof PatternError) throw new PythonError('re.error', error.message, error);
    throw error;
  }
}
