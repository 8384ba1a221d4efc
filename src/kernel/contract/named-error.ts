/** The exception that a user names, for functions that fail on demand. Source: observed, Salt 3008.3. */
import { reprText } from '../std/python-text.js';
import { PythonError } from './errors.js';
import { PYTHON_EXCEPTIONS, SALT_EXCEPTIONS } from './exception-names.data.js';

/** A name that nobody knows stands for Salt's general exception. */
export function namedError(name: string, message: string): PythonError {
  if (name === '') return new PythonError('Exception', message);
  // Python shows the key of a KeyError quoted.
  if (name === 'KeyError') return new PythonError(name, reprText(message));
  if (!SALT_EXCEPTIONS.has(name) && PYTHON_EXCEPTIONS.has(name)) return new PythonError(name, message);
  return new PythonError(`salt.exceptions.${SALT_EXCEPTIONS.has(name) ? name : 'SaltException'}`, message);
}
