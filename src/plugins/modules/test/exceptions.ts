/** Makes the exception that `test.raise_exception` names. */
import { CommandExecutionError, CommandNotFoundError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { tupleOf } from '../../../kernel/std/sequences.js';
import type { Value } from '../../../kernel/std/value.js';
import { OTHER_NAMES, PYTHON_EXCEPTIONS, SALT_EXCEPTIONS } from './exceptions.data.js';

const SALT_PREFIX = 'salt.exceptions.';

/** The exception with these arguments, or undefined when there is none of that name. */
export function exceptionOf(name: string, args: readonly Value[]): Error | undefined {
  if (name.startsWith(SALT_PREFIX)) return saltException(name.slice(SALT_PREFIX.length), args);
  const className = OTHER_NAMES[name] ?? name;
  return PYTHON_EXCEPTIONS.has(className) ? new PythonError(className, messageOf(className, args)) : undefined;
}

function saltException(name: string, args: readonly Value[]): Error | undefined {
  if (!SALT_EXCEPTIONS.has(name)) return undefined;
  const message = str(args[0] ?? '');
  if (name === 'CommandExecutionError') return new CommandExecutionError(message);
  if (name === 'CommandNotFoundError') return new CommandNotFoundError(message);
  if (name === 'SaltInvocationError') return new InvocationError(message);
  return new PythonError(`${SALT_PREFIX}${name}`, message);
}

/** As `str(exception)` of Python: several arguments print as a tuple, a key with its quotes, an error number in brackets. */
function messageOf(className: string, args: readonly Value[]): string {
  const [first, second] = args;
  if (first === undefined) return '';
  if (args.length === 1) return className === 'KeyError' ? repr(first) : str(first);
  if (className === 'OSError' && second !== undefined) return `[Errno ${str(first)}] ${str(second)}`;
  return repr(tupleOf(args));
}
