/** Warnings of a state. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { typeName, type Value } from '../../../kernel/std/value.js';
import { notIterable } from '../parts/python-errors.js';

/** The texts of `warnings`. A bare text is taken apart, as Python's `join` does. @throws PythonError TypeError */
export function warningTexts(warnings: Value): string[] {
  if (typeof warnings === 'string') return Array.from(warnings);
  if (!Array.isArray(warnings)) throw notIterable(warnings);
  return warnings.map((item: Value, at) => {
    if (typeof item === 'string') return item;
    throw new PythonError('TypeError', `sequence item ${at}: expected str instance, ${typeName(item)} found`);
  });
}
