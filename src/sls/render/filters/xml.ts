/** The filter `xml`: dicts as elements with attributes, lists as repeated elements. Golden: render/sf-xml*. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { type Data, isList, isTuple } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { TemplateError } from '../python/errors.js';
import { textOf } from '../python/markup.js';
import { numberOf } from '../python/numbers.js';
import { strOf } from '../python/text.js';

interface Element {
  readonly tag: string;
  readonly attributes: [string, string][];
  readonly children: Element[];
  text: string | undefined;
}

type Pair = readonly [tag: Data, content: Data];

function pairsOf(value: Data): Pair[] {
  if (value instanceof Dict) return [...value.entries()];
  if (!isList(value) && !isTuple(value)) throw new TemplateError('runtime', 'Value is not a dict or list. Cannot render as XML');
  const items = value as Data[];
  if (items.length === 0) throw new PythonError('IndexError', `${isTuple(value) ? 'tuple' : 'list'} index out of range`);
  return textOf(items[0] as Data) === undefined ? [] : items.map((item) => [item, null] as const);
}

const isNested = (value: Data): boolean => value instanceof Dict || isList(value);
const isScalar = (value: Data): boolean => textOf(value) !== undefined || numberOf(value) !== undefined;

function build(pairs: readonly Pair[], parent: Element | undefined): Element | undefined {
  let made: Element | undefined;
  for (const [tag, content] of pairs) {
    if (isList(content)) {
      for (const item of content) build([[tag, item]], parent);
    } else {
      made = { tag: strOf(tag), attributes: [], children: [], text: undefined };
      parent?.children.push(made);
      if (isScalar(content)) {
        made.text = strOf(content);
        continue;
      }
    }
    if (content instanceof Dict && made !== undefined) {
      for (const [name, value] of content.entries()) if (!isNested(value)) made.attributes.push([strOf(name), strOf(value)]);
    }
    for (const pair of pairsOf(content)) if (isNested(pair[1])) build([pair], made);
  }
  return made;
}

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const escapeAttribute = (text: string): string => escapeText(text).replaceAll('"', '&quot;');

function print({ tag, attributes, children, text }: Element, margin: string): string {
  const head = `${margin}<${tag}${attributes.map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`).join('')}`;
  if (text !== undefined && text !== '' && children.length === 0) return `${head}>${escapeText(text)}</${tag}>\n`;
  if (children.length === 0) return `${head}/>\n`;
  return `${head}>\n${children.map((child) => print(child, `${margin} `)).join('')}${margin}</${tag}>\n`;
}

export function writeXml(value: Data): string {
  const root = build(pairsOf(value), undefined);
  if (root === undefined) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'iter'");
  return `<?xml version="1.0" ?>\n${print(root, '')}`;
}
