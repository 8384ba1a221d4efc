/** `repr()` and `str()` of everything a template can hold. Source: observed, Python 3.11; golden: render/py-repr-*. */
import { repr as reprPlain, reprText } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import { type Data, isSet, isTuple, Thing } from './data.js';
import { Dict } from './dict.js';
import { Markup } from './markup.js';
import { doubleQuoted } from './yaml-quote.js';

/** How deep containers are followed; a container inside itself prints as `[...]`. */
type Parents = readonly Data[];

export function reprOf(data: Data): string {
  return typeof data === 'object' && data !== null ? reprIn(data, [], reprText) : reprPlain(data);
}

/** Python's `str()`. */
export function strOf(data: Data): string {
  if (typeof data === 'string') return data;
  if (data instanceof Dict) return reprOf(data);
  return data instanceof Thing ? data.text() : reprOf(data);
}

/**
 * What `{{ }}` prints: as `str()`, but text with line breaks or tabs as value of a dict becomes a double-quoted YAML
 * scalar. Golden: render/py-repr-dict-newline, py-repr-list-newline.
 */
export function printed(data: Data): string {
  if (typeof data === 'string') return data;
  if (data instanceof Dict || Array.isArray(data)) return reprIn(data, [], yamlSafe, true);
  return strOf(data);
}

function yamlSafe(text: string): string {
  return /[\n\r\t]/.test(text) ? doubleQuoted(text, true) : reprText(text);
}

function reprIn(data: Data, parents: Parents, valueText: (text: string) => string, printing = false): string {
  if (typeof data !== 'object' || data === null) return reprPlain(data);
  if (data instanceof Markup) return `Markup(${reprText(data.value)})`;
  if (data instanceof Dict) return reprDict(data, parents, valueText, printing);
  if (data instanceof Thing) return data.repr();
  return Array.isArray(data) ? reprList(data, parents, valueText) : reprPlain(data as Value);
}

function reprDict(dict: Dict, parents: Parents, valueText: (text: string) => string, printing: boolean): string {
  if (parents.includes(dict)) return '{...}';
  const inner = [...parents, dict];
  const entries: string[] = [];
  for (const [key, value] of dict.entries()) {
    const shown = typeof value === 'string' ? valueText(value)
      : printing && value instanceof Thing && !(value instanceof Dict) && !(value instanceof Markup) ? value.text()
      : reprIn(value, inner, valueText, printing);
    entries.push(`${reprIn(key, inner, reprText)}: ${shown}`);
  }
  return `{${entries.join(', ')}}`;
}

function reprList(list: Data[], parents: Parents, valueText: (text: string) => string): string {
  if (parents.includes(list)) return '[...]';
  const inner = [...parents, list];
  // Array methods of tuples would give lists; `map` is not used on purpose.
  const items: string[] = [];
  for (const item of list) items.push(reprIn(item, inner, valueText));
  if (isTuple(list)) return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  if (isSet(list)) return items.length === 0 ? 'set()' : `{${items.join(', ')}}`;
  return `[${items.join(', ')}]`;
}
