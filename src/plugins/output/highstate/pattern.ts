/** Fills a pattern of Python's `str.format`, as users write it in `state_tabular`: `{0}{2:>10}.{3:<10} {6[duration]!s}{5}`. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { textLength } from '../../../kernel/std/python-space.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isMap, type Value } from '../../../kernel/std/value.js';
import { needItem, needKey } from '../parts/python-errors.js';

const WIDTH_MAX = 1000;
const FIELD = /\{\{|\}\}|\{(\d*)((?:\[[^\]]*\])*)(?:!([rs]))?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>^]))?(\d+)?s?$/su;

/** Blanks, or another character, around a text. Unlike `str.center`, `^` puts the odd one to the right. */
function align(text: string, spec: string): string {
  const match = SPEC.exec(spec);
  if (match === null) throw new PythonError('ValueError', 'Invalid format specifier');
  const [, fill = ' ', side = '<', width = '0'] = match;
  const missing = Math.max(0, Math.min(Number(width), WIDTH_MAX) - textLength(text));
  const before = side === '>' ? missing : side === '^' ? Math.floor(missing / 2) : 0;
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

/** Follows `[key]` and `[0]` into a value. */
function follow(value: Value, path: string): Value {
  let at = value;
  for (const [, key = ''] of path.matchAll(/\[([^\]]*)\]/g)) {
    if (isMap(at)) at = needKey(at, key);
    else if (Array.isArray(at) && /^\d+$/.test(key)) at = needItem(at as readonly Value[], Number(key));
    else throw new PythonError('TypeError', 'this value has no items');
  }
  return at;
}

/** The pattern with the values by number in it. @throws PythonError when the pattern is wrong or names what is not there */
export function fillPattern(pattern: string, values: readonly Value[]): string {
  let next = 0;
  return pattern.replaceAll(FIELD, (whole: string, index?: string, path = '', conversion?: string, spec = '') => {
    if (whole === '{{' || whole === '}}') return whole.slice(1);
    if (index === undefined) throw new PythonError('ValueError', `Single '${whole}' encountered in format string`);
    const value = follow(needItem(values, index === '' ? next++ : Number(index)), path);
    return align(conversion === 'r' ? repr(value) : str(value), spec);
  });
}
