/** `63%`, `63` and 63 as a number of percent. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';

/** @throws PythonError for what is no number */
export function readPercent(value: Value | undefined): number {
  const text = str(value ?? null).replaceAll('%', '').trim();
  const percent = text === '' ? Number.NaN : Number(text);
  if (Number.isNaN(percent)) throw new PythonError('ValueError', `could not convert string to float: ${repr(text)}`);
  return percent;
}
