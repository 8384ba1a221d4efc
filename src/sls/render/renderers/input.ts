/** What renderers that read text make of their input. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { typeName, type Value } from '../../../kernel/std/value.js';

/** @throws PythonError AttributeError, as Python does when a renderer that reads text gets data */
export function textInput(input: Value): string {
  if (typeof input === 'string') return input;
  throw new PythonError('AttributeError', `'${typeName(input)}' object has no attribute 'read'`);
}

/** Text without a first line `#!...`. */
export function withoutShebang(text: string): string {
  return text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text;
}
