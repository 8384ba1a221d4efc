/** The attributes of every type. What is not in one of these tables does not exist for templates. */
import { isBytes } from '../../../kernel/std/value.js';
import { type Data, isSet, isTuple, Thing } from './data.js';
import { Dict } from './dict.js';
import { Markup } from './markup.js';
import { BYTES_METHODS } from './members/bytes.js';
import { DICT_METHODS } from './members/dict.js';
import { LIST_METHODS, SET_METHODS, TUPLE_METHODS } from './members/list.js';
import { markupMember } from './members/markup.js';
import { bound } from './members/method.js';
import { FLOAT_METHODS, INT_METHODS, numberAttribute } from './members/number.js';
import { STR_METHODS } from './members/str.js';
import { isFloat, numberOf } from './numbers.js';
import { nameOfType } from './type-name.js';

/** `getattr(owner, name)`, or undefined where Python raises AttributeError. */
export function memberOf(owner: Data, name: string): Data | undefined {
  if (typeof owner === 'string') return bound(STR_METHODS, 'str', owner, name);
  if (owner instanceof Dict) return bound(DICT_METHODS, 'dict', owner, name);
  if (owner instanceof Markup) return markupMember(owner, name);
  if (owner instanceof Thing) return owner.member(name);
  if (Array.isArray(owner)) return bound(isTuple(owner) ? TUPLE_METHODS : isSet(owner) ? SET_METHODS : LIST_METHODS, nameOfType(owner), owner, name);
  if (isBytes(owner)) return bound(BYTES_METHODS, 'bytes', owner, name);
  const number = numberOf(owner);
  if (number === undefined) return undefined;
  return numberAttribute(number, name) ?? bound(isFloat(number) ? FLOAT_METHODS : INT_METHODS, nameOfType(owner), number, name);
}
