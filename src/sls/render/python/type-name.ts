/** Names of types as Python's error texts have them. */
import { typeName } from '../../../kernel/std/value.js';
import { type Data, isSet, isTuple, Thing } from './data.js';

/** `type(data).__name__`. */
export function nameOfType(data: Data): string {
  if (data instanceof Thing) return data.typeName;
  if (isTuple(data)) return 'tuple';
  if (isSet(data)) return 'set';
  return typeName(Array.isArray(data) ? [] : data);
}

/** Jinja's words for an object in front of `has no attribute`. */
export function kindOf(data: Data): string {
  if (data === null) return 'None';
  return data instanceof Thing ? data.kindText : `${nameOfType(data)} object`;
}
