/** Names of packages as they come from outside. They become arguments of programs and lines of input, so they are looked at first. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';

/** The names as texts. @throws InvocationError for a name that a program would take as an option or as two names */
export function packageNames(values: readonly Value[]): string[] {
  return values.map((value) => packageName(str(value)));
}

/** The name itself. @throws InvocationError */
export function packageName(name: string): string {
  if (name.startsWith('-')) throw new InvocationError(`Package name '${name}' is not valid: it begins with a dash`);
  if (/[\s\0]/.test(name)) throw new InvocationError(`Package name '${name}' is not valid: it contains white space`);
  return name;
}

/** A value that stands where an option could: a path, a version, a key id. @throws InvocationError */
export function plainArgument(value: string, what: string): string {
  if (value.startsWith('-')) throw new InvocationError(`${what} '${value}' is not valid: it begins with a dash`);
  return value;
}
