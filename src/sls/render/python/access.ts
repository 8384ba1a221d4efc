/** `a.b` and `a[b]` in the sandbox: tables of members and items, nothing of JavaScript. */
import { isBytes } from '../../../kernel/std/value.js';
import { characterAt, codePoints, lengthOf } from './code-points.js';
import { type Data, isSet, isTuple, orElse, Thing, tuple } from './data.js';
import { Dict } from './dict.js';
import { typeError, valueError } from './errors.js';
import { Markup, textOf } from './markup.js';
import { memberOf } from './members.js';
import { isInt } from './numbers.js';
import { reprOf } from './text.js';
import { nameOfType } from './type-name.js';
import { missingIn, Undefined } from './undefined.js';
import { Range } from './views.js';

/** Attributes that every object of Python has; to ask for them is refused. */
const OBJECT_MEMBERS = new Set([
  '__class__', '__delattr__', '__dir__', '__doc__', '__eq__', '__format__', '__ge__', '__getattribute__', '__getstate__', '__gt__',
  '__hash__', '__init__', '__init_subclass__', '__le__', '__lt__', '__ne__', '__new__', '__reduce__', '__reduce_ex__', '__repr__',
  '__setattr__', '__sizeof__', '__str__', '__subclasshook__',
]);
const CONTAINER_MEMBERS = new Set(['__len__', '__iter__', '__getitem__', '__contains__', '__add__', '__mul__', '__rmul__']);
const FUNCTION_MEMBERS = new Set(['__globals__', '__code__', '__closure__', '__defaults__', '__dict__', '__module__', '__name__', '__qualname__', '__call__', '__self__', '__func__']);

function isUnsafe(owner: Data, name: string): boolean {
  if (!name.startsWith('_')) return false;
  if (OBJECT_MEMBERS.has(name)) return true;
  if (owner instanceof Thing && owner.call !== undefined) return FUNCTION_MEMBERS.has(name);
  if (isInt(owner)) return name === '__add__' || name === '__mul__' || name === '__rmul__';
  return CONTAINER_MEMBERS.has(name) && owner !== null;
}

function unsafe(owner: Data, name: string, strict: boolean): Undefined {
  return new Undefined(`access to attribute '${name}' of '${nameOfType(owner)}' object is unsafe.`, strict, {}, 'security');
}

/** `owner.name`: the attribute, else the item. */
export function attribute(owner: Data, name: string, strict: boolean): Data {
  if (owner instanceof Undefined) return owner.fail();
  if (isUnsafe(owner, name)) return unsafe(owner, name, strict);
  return orElse(memberOf(owner, name), () => orElse(itemOf(owner, name), () => missingIn(owner, name, `'${name}'`, strict)));
}

/** `owner[key]`: the item, else the attribute. */
export function item(owner: Data, key: Data, strict: boolean): Data {
  if (owner instanceof Undefined) return owner.fail();
  const found = itemOf(owner, key);
  if (found !== undefined) return found;
  const name = textOf(key);
  if (name === undefined) return missingIn(owner, key, reprOf(key), strict);
  if (isUnsafe(owner, name)) return unsafe(owner, name, strict);
  return orElse(memberOf(owner, name), () => missingIn(owner, name, reprOf(name), strict));
}

/** The item under a key, or undefined where Python raises LookupError or TypeError. */
export function itemOf(owner: Data, key: Data): Data | undefined {
  if (owner instanceof Dict) return isHashable(key) ? owner.get(key) : undefined;
  if (owner instanceof Thing && !(owner instanceof Markup)) return owner.item?.(key);
  if (!isInt(key)) return undefined;
  const at = Number(key);
  if (Array.isArray(owner)) return isSet(owner) ? undefined : at < 0 ? owner[owner.length + at] : owner[at];
  if (isBytes(owner)) return owner.at(at);
  const text = textOf(owner);
  if (text === undefined) return undefined;
  return characterAt(text, at < 0 ? lengthOf(text) + at : at) || undefined;
}

function isHashable(key: Data): boolean {
  if (key instanceof Dict) return false;
  return !Array.isArray(key) || (isTuple(key) && key.every(isHashable));
}

/** `owner[from:to:step]`; null stands for a part that is left out. @throws PythonError */
export function slice(owner: Data, from: Data, to: Data, step: Data): Data {
  const text = textOf(owner);
  if (text !== undefined) {
    const cut = sliceOf(codePoints(text), from, to, step).join('');
    return owner instanceof Markup ? new Markup(cut) : cut;
  }
  if (isBytes(owner)) return Buffer.from(sliceOf(Array.from(owner), from, to, step));
  if (Array.isArray(owner) && !isSet(owner)) {
    const items = sliceOf(owner, from, to, step);
    return isTuple(owner) ? tuple(items) : items;
  }
  if (owner instanceof Undefined) return owner.fail();
  if (owner instanceof Range) return owner.slice(indexOrNull(from), indexOrNull(to), step === null ? 1 : indexOf(step));
  if (owner instanceof Dict) throw typeError("unhashable type: 'slice'");
  throw typeError(`'${nameOfType(owner)}' object is not subscriptable`);
}

const indexOrNull = (value: Data): number | null => (value === null ? null : indexOf(value));

export function sliceOf<T>(items: readonly T[], from: Data, to: Data, step: Data): T[] {
  const by = step === null ? 1 : indexOf(step);
  if (by === 0) throw valueError('slice step cannot be zero');
  const length = items.length;
  const clamp = (value: Data, fallback: number): number => {
    if (value === null) return fallback;
    const at = indexOf(value);
    const place = at < 0 ? at + length : at;
    return by > 0 ? Math.min(Math.max(place, 0), length) : Math.min(Math.max(place, -1), length - 1);
  };
  const first = clamp(from, by > 0 ? 0 : length - 1);
  const end = clamp(to, by > 0 ? length : -1);
  const cut: T[] = [];
  for (let at = first; by > 0 ? at < end : at > end; at += by) cut.push(items[at] as T);
  return cut;
}

function indexOf(value: Data): number {
  if (!isInt(value)) throw typeError('slice indices must be integers or None or have an __index__ method');
  return Number(value);
}
