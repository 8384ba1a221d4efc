/**
 * Allow and deny lists of names as Salt has them: each entry a glob or a regular expression that fits the whole name; a name that is
 * denied is never allowed; without an allow list everything else is. Source: read, Salt 3008.3, `check_whitelist_blacklist`.
 */
import { fnmatch } from './fnmatch.js';
import { PatternError, pythonMatch } from './python-regex.js';

export function isAllowed(name: string, allowed: readonly string[], denied: readonly string[]): boolean {
  if (denied.some((entry) => fits(name, entry))) return false;
  return allowed.length === 0 || allowed.some((entry) => fits(name, entry));
}

function fits(name: string, entry: string): boolean {
  if (fnmatch(name, entry)) return true;
  try {
    return pythonMatch(entry, name, 'fullmatch');
  } catch (error) {
    // What is no regular expression was a glob.
    if (error instanceof PatternError) return false;
    throw error;
  }
}
