/** Small readers for arguments that Python takes in several forms. */
import { isList, type PlainMap, type Value } from '../../../../kernel/std/value.js';

/** The lines for `append` and its sisters: positional ones, unless `args=` was given by name. */
export function linesGiven(args: readonly Value[], kwargs: PlainMap): readonly Value[] {
  const named = kwargs['args'];
  if (named === undefined) return args;
  return isList(named) ? named : [named];
}

/** Python's slice `[:limit]`. */
export function upTo<T>(items: readonly T[], limit: number | null): T[] {
  return limit === null ? [...items] : items.slice(0, limit);
}

/** Python's `lstrip(characters)`. */
export function cutStart(text: string, characters: string): string {
  let at = 0;
  while (at < text.length && characters.includes(text.charAt(at))) at += 1;
  return text.slice(at);
}
