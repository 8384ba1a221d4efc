/**
 * A document with the places of its elements, so that one of them can be changed and all else stays as it is: comments, declaration,
 * spaces. Salt 3008.3 writes the whole document anew, without comments and with other prefixes. No document types with entities.
 */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';

export interface XmlNode {
  /** With its name space as `{uri}tag`. */
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlNode[];
  readonly parent: XmlNode | undefined;
  /** Text before the first child; undefined when there is none. */
  text: string | undefined;
  /** As it stands in the document. */
  readonly name: string;
  /** The start tag, from `<` to behind `>`. */
  readonly open: { readonly from: number; readonly to: number };
  readonly isEmpty: boolean;
  /** Where the text before the first child ends. */
  textEnd: number;
}

const TOKEN = /<!--[\s\S]*?-->|<!DOCTYPE[^[>]*>|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;
export const ATTRIBUTE = /([^\s=]+)(\s*=\s*)("[^"]*"|'[^']*')/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const DEPTH_MAX = 1000;

const refused = (why: string, at: number): CommandExecutionError => new CommandExecutionError(`This is no XML that can be read: ${why} at character ${at}`);

function plain(text: string, at: number): string {
  return text.replaceAll(/&(?:#(\d+);|#x([0-9a-f]+);|([\w.-]+);|)/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    const found = name === undefined ? (code <= 0x10ffff ? String.fromCodePoint(code) : undefined) : ENTITIES[name];
    if (found === undefined) throw refused(`the unknown entity ${whole}`, at);
    return found;
  });
}

type Spaces = Readonly<Record<string, string>>;

/** `{uri}tag`; attributes without a prefix are in no name space. */
function qualified(name: string, spaces: Spaces, isAttribute: boolean): string {
  const [prefix, local] = name.includes(':') ? [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)] : ['', name];
  const uri = prefix === 'xml' ? 'http://www.w3.org/XML/1998/namespace' : prefix === '' && isAttribute ? undefined : spaces[prefix];
  return uri === undefined || uri === '' ? name : `{${uri}}${local}`;
}

/** The root element. @throws CommandExecutionError */
export function readDocument(source: string): XmlNode {
  const open: { readonly node: XmlNode; readonly spaces: Spaces }[] = [];
  let root: XmlNode | undefined;
  let at = source.startsWith('\uFEFF') ? 1 : 0;
  TOKEN.lastIndex = at;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) {
    const [token, data, closed, opened, attributes = '', slash, text] = match;
    const current = open.at(-1);
    const end = at + token.length;
    if (closed !== undefined) {
      if (current?.node.name !== closed) throw refused(`</${closed}> closes nothing`, at);
      if (current.node.children.length === 0) current.node.textEnd = at;
      open.pop();
    } else if (opened !== undefined) {
      if (current === undefined && root !== undefined) throw refused('a second root', at);
      if (open.length > DEPTH_MAX) throw refused('too many elements in each other', at);
      if (current !== undefined && current.node.children.length === 0) current.node.textEnd = at;
      const place = { from: at, to: end };
      const made = nodeOf({ name: opened, attributes, place, isEmpty: slash !== '' }, current?.node, current?.spaces ?? {});
      current?.node.children.push(made.node);
      root ??= made.node;
      if (slash === '') open.push(made);
    } else if (data !== undefined || text !== undefined) {
      const more = data ?? plain(text ?? '', at);
      if (current === undefined && more.trim() !== '') throw refused('text outside of the root', at);
      if (current !== undefined && current.node.children.length === 0) current.node.text = (current.node.text ?? '') + more;
    }
    at = end;
  }
  if (at !== source.length) throw refused(JSON.stringify(source.slice(at, at + 20)), at);
  if (root === undefined || open.length > 0) throw refused(root === undefined ? 'no element' : `<${open.at(-1)?.node.name ?? ''}> is not closed`, at);
  return root;
}

interface Opened {
  readonly name: string;
  readonly attributes: string;
  readonly place: { readonly from: number; readonly to: number };
  readonly isEmpty: boolean;
}

function nodeOf({ name, attributes, place, isEmpty }: Opened, parent: XmlNode | undefined, outer: Spaces): { node: XmlNode; spaces: Spaces } {
  const given = [...attributes.matchAll(ATTRIBUTE)].map(([, key = '', , value = '']) => [key, plain(value.slice(1, -1), place.from)] as const);
  const declared = given.filter(([key]) => key === 'xmlns' || key.startsWith('xmlns:')).map(([key, value]) => [key.slice('xmlns:'.length), value] as const);
  const spaces = declared.length === 0 ? outer : { ...outer, ...Object.fromEntries(declared) };
  const own = given.filter(([key]) => key !== 'xmlns' && !key.startsWith('xmlns:')).map(([key, value]) => [qualified(key, spaces, true), value] as const);
  const node: XmlNode = { tag: qualified(name, spaces, false), name, attributes: new Map(own), children: [], parent, text: undefined, open: place, isEmpty, textEnd: place.to };
  return { node, spaces };
}
