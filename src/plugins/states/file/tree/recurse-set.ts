/** What `recurse` of `file.directory` names. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import { isList, isTruthy, type Value } from '../../../../kernel/std/value.js';

const KINDS = ['user', 'group', 'mode', 'ignore_files', 'ignore_dirs', 'silent'];

/** @throws PythonError whose text is the comment of the state */
export function recurseSet(recurse: Value): ReadonlySet<string> {
  if (!isTruthy(recurse)) return new Set();
  if (!isList(recurse)) throw new PythonError('TypeError', '"recurse" must be formed as a list of strings');
  const kinds = new Set(recurse.filter((kind) => typeof kind === 'string'));
  if (kinds.size < new Set(recurse).size || [...kinds].some((kind) => !KINDS.includes(kind))) {
    throw new PythonError('ValueError', `Types for "recurse" limited to ${KINDS.map((kind) => `"${kind}"`).join(', ')}.`);
  }
  if (kinds.has('ignore_files') && kinds.has('ignore_dirs')) {
    throw new PythonError('ValueError', 'Must not specify "recurse" options "ignore_files" and "ignore_dirs" at the same time.');
  }
  return kinds;
}
