/** A text with facts of the minion in place of `{name}`. Source: read, Salt 3008.3, returner `highstate`. */
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap } from '../../../kernel/std/value.js';

/** What stands between any two braces is the name of a grain; there is no way to write a brace. */
export function sprinkle(text: string, grains: Readonly<PlainMap>): string {
  return text.split(/[{}]/).map((part, at) => {
    if (at % 2 === 0) return part;
    const value = grains[part];
    return value === undefined ? '' : str(value);
  }).join('');
}
