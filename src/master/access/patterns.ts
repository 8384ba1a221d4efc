/**
 * Names against the patterns of rights: Python's regular expressions that have to fit the whole name.
 *
 * Differs from Salt 3008.3, which lets `test.ping` stand for `test.pinger`, too. A pattern that is no expression gives nothing.
 */
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { linearMatch, RegexRefusedError, RegexSyntaxError } from '../../kernel/std/linear-regex.js';
import type { Value } from '../../kernel/std/value.js';

/** Whether a right with this pattern reaches the name. */
export function fits(pattern: Value, name: string): boolean {
  return typeof pattern === 'string' && (pattern === name || judge(pattern, name) === 'fits');
}

/** What is forbidden is forbidden as text, as glob and as regular expression; what cannot be judged is forbidden. Source: read, Salt 3008.3. */
export function isForbidden(pattern: string, name: string): boolean {
  if (pattern === name || fnmatch(name, pattern)) return true;
  const found = judge(pattern, name);
  return found === 'fits' || found === 'refused';
}

function judge(pattern: string, name: string): 'fits' | 'differs' | 'refused' | 'no expression' {
  try {
    return linearMatch(pattern, name, 'fullmatch') === undefined ? 'differs' : 'fits';
  } catch (error) {
    if (error instanceof RegexSyntaxError) return 'no expression';
    if (error instanceof RegexRefusedError) return 'refused';
    throw error;
  }
}
