/** Conditions over an answer, in the words of Python; a template engine reads them, so they reach nothing of the program. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { compareValues, sortValues } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isMap, isTruthy, mapHas, mapSize, typeName, type Value } from '../../../kernel/std/value.js';

const LENGTH_MAX = 4096;
const MET = 'met';

function length(value: Value): number {
  if (typeof value === 'string') return [...new Intl.Segmenter().segment(value)].length;
  if (isList(value)) return value.length;
  if (isMap(value)) return mapSize(value);
  throw new PythonError('TypeError', `object of type '${typeName(value)}' has no len()`);
}

const items = (value: Value): readonly Value[] => (isList(value) ? value : []);
/** Functions of Python that conditions use. */
const FUNCTIONS: Readonly<Record<string, (...args: Value[]) => Value>> = {
  len: (value = null) => length(value),
  str: (value = '') => str(value),
  int: (value = 0) => Math.trunc(Number(str(value))),
  float: (value = 0) => Number(str(value)),
  bool: (value = null) => isTruthy(value),
  any: (value = null) => items(value).some((item) => isTruthy(item)),
  all: (value = null) => items(value).every((item) => isTruthy(item)),
  sorted: (value = null) => sortValues(items(value)) ?? [...items(value)],
};

/** Python's constants stand beside `is` as tests of the template language. */
const asTests = (condition: string): string => condition.replaceAll(/\bis\s+(not\s+)?(True|False|None)\b/g, (_all, not: string | undefined, word: string) => `is ${not ?? ''}${word.toLowerCase()}`);

/** Whether `condition` holds for `m_ret`. */
export async function holds(condition: string, answer: Value, ctx: Context): Promise<boolean> {
  if (condition.length > LENGTH_MAX || /[{%#]\}|\{[{%#]/.test(condition)) throw new InvocationError(`Condition '${condition.slice(0, 80)}' is not an expression`);
  const text = `{% if ${asTests(condition)} %}${MET}{% endif %}`;
  const told = await ctx.port('render').template(text, 'jinja', { saltenv: 'base', variables: { m_ret: answer }, functions: FUNCTIONS });
  return told === MET;
}

const ordered = (a: Value, b: Value): number => {
  const order = compareValues(a, b);
  if (order === undefined) throw new PythonError('TypeError', `'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
  return order;
};

const contains = (container: Value, item: Value): boolean => {
  if (typeof container === 'string') return container.includes(str(item));
  if (isList(container)) return container.some((one) => equalValues(one, item));
  return isMap(container) && mapHas(container, item);
};

/** The comparisons of Python's module `operator`. */
export const OPERATORS: Readonly<Record<string, (answer: Value, expected: Value) => boolean>> = {
  eq: equalValues,
  ne: (a, b) => !equalValues(a, b),
  lt: (a, b) => ordered(a, b) < 0,
  le: (a, b) => ordered(a, b) <= 0,
  gt: (a, b) => ordered(a, b) > 0,
  ge: (a, b) => ordered(a, b) >= 0,
  contains,
  is_: (a, b) => typeName(a) === typeName(b) && equalValues(a, b),
  is_not: (a, b) => typeName(a) !== typeName(b) || !equalValues(a, b),
};
