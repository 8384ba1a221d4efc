/**
 * How a function of the mine is described: in the option `mine_functions`, on the command line, with the target of those who may read it.
 *
 * Source: read, Salt 3008.3 `salt.utils.mine`.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, typeName, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface MineFunction {
  readonly alias: string;
  /** Function behind an alias; undefined where the alias is the function. */
  readonly name: string | undefined;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
  readonly access: PlainMap;
  /** As it was written, without the keys that are not for the function. */
  readonly given: Value;
}

const ACCESS_KEYS = ['allow_tgt', 'allow_tgt_type'] as const;
const ACL_ID = '__saltmine_acl__';
const ACL_DATA = '__data__';
const ACL_VERSION = 1;

/** All definitions of a map `{alias: definition}`. */
export function readDefinitions(functions: Value): MineFunction[] {
  if (!isMap(functions)) throw new PythonError('AttributeError', `'${typeName(functions)}' object has no attribute 'items'`);
  return mapEntries(functions).map(([alias, definition]) => readDefinition(str(alias), definition));
}

function readDefinition(alias: string, definition: Value): MineFunction {
  const items = Array.isArray(definition) ? (definition as readonly Value[]) : isMap(definition) ? [definition] : [];
  const args = items.filter((item) => !isMap(item));
  const all: PlainMap = {};
  for (const [key, value] of items.filter(isMap).flatMap(mapEntries)) all[str(key)] = value;
  const { mine_function: name, allow_tgt, allow_tgt_type, ...kwargs } = all;
  return {
    alias, args, kwargs, name: isTruthy(name) ? str(name as Value) : undefined, access: accessOf(allow_tgt, allow_tgt_type),
    given: isMap(definition) ? kwargs : definition,
  };
}

/** What of the access was said; nothing where nobody is named. */
export function accessOf(target: Value | undefined, type: Value | undefined): PlainMap {
  const values = [target, type];
  const said = ACCESS_KEYS.map((key, at) => [key, values[at]] as const).filter(([, value]) => isTruthy(value));
  return Object.fromEntries(said) as PlainMap;
}

/** The value as the mine keeps it: with the target of those who may read it, when there is one. */
export function guarded(value: Value, access: PlainMap): Value {
  return 'allow_tgt' in access ? { [ACL_DATA]: value, [ACL_ID]: ACL_VERSION, ...access } : value;
}

/** The value within. Source: observed, Salt 3008.3 asks `in` of every value, and values that hold nothing refuse. */
export function unguarded(value: Value): Value {
  if (isMap(value)) {
    const entries = new Map(mapEntries(value));
    return entries.has(ACL_ID) ? (entries.get(ACL_DATA) ?? null) : value;
  }
  if (typeof value === 'string' || Array.isArray(value)) return value;
  throw new PythonError('TypeError', `argument of type '${typeName(value)}' is not iterable`);
}
