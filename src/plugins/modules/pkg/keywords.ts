/** Keyword arguments that a function does not know. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap } from '../../../kernel/std/value.js';

/** @throws InvocationError that names them */
export function refuseOthers(kwargs: PlainMap, known: readonly string[]): void {
  const others = Object.entries(kwargs).filter(([name]) => !known.includes(name) && !name.startsWith('__'));
  if (others.length === 0) return;
  throw new InvocationError(`The following keyword arguments are not valid: ${others.map(([name, value]) => `${name}=${str(value)}`).join(', ')}`);
}
