/** Reads XML: elements, attributes, text. No document types, so no entities of their own either; processing instructions are passed over. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text that stands in the element itself. */
  readonly text: string;
  /** Text before its first child; undefined when there is none. */
  readonly lead: string | undefined;
}

/** The text is no XML that can be read. */
export class XmlError extends Error {}

type Open = { name: string; attributes: Record<string, string>; children: Open[]; text: string; lead: string | undefined };

const TOKEN = /<!--[\s\S]*?-->|<!DOCTYPE[^[>]*>|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const plain = (text: string): string => text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
  if (name !== undefined) return ENTITIES[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
});

/** The document as an element without a name. @throws XmlError */
export function readXml(source: string): XmlElement {
  const document: Open = { name: '', attributes: {}, children: [], text: '', lead: undefined };
  const open = [document];
  let end = 0;
  for (const [token, data, closed, opened, attributes = '', isEmpty, text] of source.matchAll(TOKEN)) {
    end += token.length;
    const current = open.at(-1) ?? document;
    if (closed !== undefined) {
      if (open.length === 1 || current.name !== closed) throw notXml(source);
      open.pop();
    } else if (opened !== undefined) {
      const element: Open = {
        name: opened, children: [], text: '', lead: undefined,
        attributes: Object.fromEntries([...attributes.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => [name, plain(double ?? single ?? '')])),
      };
      current.children.push(element);
      if (isEmpty === '') open.push(element);
    } else {
      const more = data ?? plain(text ?? '');
      current.text += more;
      if (current.children.length === 0 && more !== '') current.lead = current.text;
    }
  }
  if (end !== source.length || open.length !== 1) throw notXml(source);
  return document;
}

const notXml = (source: string): XmlError => new XmlError(`no XML that can be read: ${source.slice(0, 200)}`);

/** All elements of a name below, in order. */
export function elementsOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)]);
}
