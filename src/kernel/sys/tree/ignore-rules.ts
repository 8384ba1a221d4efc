/** Which paths are not served: `file_ignore_regex` (Python's, found anywhere in the path) and `file_ignore_glob`. */
import { fnmatch } from '../../std/fnmatch.js';
import { compilePython, PatternError } from '../../std/python-regex.js';
import { isList, type PlainMap, type Value } from '../../std/value.js';

export type IsIgnored = (path: string) => boolean;

/** A pattern that cannot be read hides nothing, as in Salt, which drops it. */
export function ignoreRules(opts: Readonly<PlainMap>): IsIgnored {
  const regexes = texts(opts['file_ignore_regex']).flatMap((source) => {
    try {
      return [compilePython(source)];
    } catch (error) {
      if (error instanceof PatternError) return [];
      throw error;
    }
  });
  const globs = texts(opts['file_ignore_glob']);
  return (path) => regexes.some((regex) => regex.search(path) !== undefined) || globs.some((glob) => fnmatch(path, glob));
}

export function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return isList(value) ? value.map(String) : [];
}
