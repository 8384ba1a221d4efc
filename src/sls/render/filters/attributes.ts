/** `attribute='a.b'` of filters: how items are looked into. */
import { codePoints } from '../python/code-points.js';
import type { CallSite, Data } from '../python/data.js';
import { textOf } from '../python/markup.js';
import { Undefined } from '../python/undefined.js';

function partsOf(attribute: Data): Data[] {
  if (attribute === null) return [];
  const text = textOf(attribute);
  if (text === undefined) return [attribute];
  return text.split('.').map((part) => (part !== '' && codePoints(part).every((digit) => /\p{Nd}/u.test(digit)) ? Number(part) : part));
}

/** Gives the attribute of an item; `fallback` in place of what is not there, unless it is None. */
export function itemGetter(attribute: Data, site: CallSite, fallback: Data = null): (item: Data) => Data {
  const parts = partsOf(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = site.item(value, part);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return value;
  };
}

/** Text in small letters; other values as they are. */
export function lowered(value: Data): Data {
  return textOf(value)?.toLowerCase() ?? value;
}

/** The key of `sort`: one attribute, or several with commas between. */
export function multiGetter(attribute: Data, site: CallSite, ignoreCase: boolean): (item: Data) => Data {
  const text = textOf(attribute);
  const getters = (text === undefined ? [attribute] : text.split(',')).map((one) => itemGetter(one, site));
  const get = (getter: (item: Data) => Data, item: Data): Data => (ignoreCase ? lowered(getter(item)) : getter(item));
  const [only] = getters;
  // One key is compared as it is: its type stands in error texts as in Python's list of one.
  if (getters.length === 1 && only !== undefined) return (item) => get(only, item);
  return (item) => getters.map((getter) => get(getter, item));
}
