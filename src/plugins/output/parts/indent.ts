/** The option `output_indent`, as `pprint` and `yaml` take it. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { typeName } from '../../../kernel/std/value.js';
import type { Options } from './options.js';

/** Blanks per level; undefined when not set. @throws PythonError TypeError when it is not a number, as Python does */
export function indentOf(opts: Options): number | undefined {
  const value = opts['output_indent'];
  if (value === undefined || typeof value === 'number') return value;
  throw new PythonError('TypeError', `'>=' not supported between instances of '${typeName(value)}' and 'int'`);
}
