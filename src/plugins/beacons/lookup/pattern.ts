/**
 * Patterns of configurations. Texts may come from anybody, so that a linear engine reads them; what it cannot (looking around, groups
 * named again) goes back and forth, for a limited time.
 */
import { compileLinear, RegexRefusedError } from '../../../kernel/std/linear-regex.js';
import { compilePython, type MatchMode } from '../../../kernel/std/python-regex.js';
import { withinTime } from '../../../kernel/std/time-limit.js';

const SEARCH_MS = 200;

/** @throws RegexSyntaxError, PatternError for what is no pattern */
export function matcher(pattern: string, mode: MatchMode): (text: string) => boolean {
  try {
    const linear = compileLinear(pattern);
    return (text) => linear.exec(text, mode) !== undefined;
  } catch (err) {
    if (!(err instanceof RegexRefusedError)) throw err;
    const python = compilePython(pattern);
    return (text) => withinTime(SEARCH_MS, () => python[mode](text) !== undefined);
  }
}
