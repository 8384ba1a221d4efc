/** XML as Salt gives it decoded. Source: read, Salt 3008.3 `salt.utils.xmlutil.to_dict` (without attributes); observed. */
import { readXml, XmlError, type XmlElement } from '../../std/xml.js';
import type { PlainMap, Value } from '../../std/value.js';

/** Name spaces are left out. */
const nameOf = ({ name }: XmlElement): string => name.slice(name.indexOf(':') + 1);

/** Each child of the outermost element. @throws XmlError */
export function xmlDict(text: string): Value[] {
  const { children: [top, ...more], text: around } = readXml(text);
  if (top === undefined || more.length > 0 || around.trim() !== '') throw new XmlError('one element holds all others');
  return top.children.map(dictOf);
}

function dictOf(element: XmlElement): PlainMap {
  if (element.children.length === 0) return { [nameOf(element)]: element.lead ?? null };
  const found = new Map<string, Value>();
  for (const child of element.children) {
    const name = nameOf(child);
    const before = found.get(name);
    // The first of a name is there by its content, further ones whole.
    if (!found.has(name)) found.set(name, child.children.length === 0 ? child.lead ?? null : dictOf(child));
    else found.set(name, [...(Array.isArray(before) ? before as Value[] : [before ?? null]), dictOf(child)]);
  }
  return Object.fromEntries(found);
}
