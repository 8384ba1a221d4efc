/** Values and attributes in files of XML. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError, osErrorReason } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { ATTRIBUTE, readDocument, type XmlNode } from './xml/document.js';
import { findNode } from './xml/find.js';

interface Found {
  readonly source: string;
  readonly node: XmlNode;
  readonly encoding: BufferEncoding;
}

const BYTES_MAX = 64 * 1024 * 1024;

/** UTF-8 unless the declaration says another one that can be written, too. */
function encodingOf(bytes: Buffer, file: string): BufferEncoding {
  const named = /^<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1]?.toLowerCase() ?? 'utf-8';
  if (named === 'utf-8' || named === 'us-ascii') return 'utf8';
  if (named === 'iso-8859-1' || named === 'latin1') return 'latin1';
  throw new CommandExecutionError(`The encoding ${named} of ${file} is not known here`);
}

async function bytesOf(file: string, ctx: Context): Promise<Buffer> {
  try {
    if ((await ctx.sys.fs.stat(file)).size > BYTES_MAX) throw new CommandExecutionError(`${file} is larger than ${BYTES_MAX} bytes`);
    return await ctx.sys.fs.readFile(file);
  } catch (error) {
    if (isOsError(error)) throw new CommandExecutionError(`Unable to read ${file}: ${osErrorReason(error)}`, { cause: error });
    throw error;
  }
}

async function find(file: string, path: string, ctx: Context): Promise<Found | undefined> {
  const bytes = await bytesOf(file, ctx);
  const encoding = encodingOf(bytes, file);
  const source = bytes.toString(encoding);
  const node = findNode(readDocument(source), path);
  if (node === undefined) ctx.log.error({ path }, 'Unable to find element matching the path');
  return node === undefined ? undefined : { source, node, encoding };
}

async function write(file: string, { source, encoding }: Found, from: number, to: number, text: string, ctx: Context): Promise<void> {
  // What the encoding has no byte for is written as a number.
  const safe = encoding === 'utf8' ? text : text.replaceAll(/[\u0100-\uFFFF]/gu, (letter) => `&#${letter.codePointAt(0) ?? 0};`);
  await ctx.sys.writeFile(file, Buffer.from(source.slice(0, from) + safe + source.slice(to), encoding));
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const inQuotes = (text: string): string =>
  `"${escaped(text).replaceAll('"', '&quot;').replaceAll('\r', '&#13;').replaceAll('\n', '&#10;').replaceAll('\t', '&#09;')}"`;

function setText(file: string, found: Found, value: string, ctx: Context): Promise<void> {
  const { node: { open, isEmpty, name, textEnd }, source } = found;
  if (!isEmpty) return write(file, found, open.to, textEnd, escaped(value), ctx);
  const start = source.slice(open.from, open.to).replace(/\s*\/>$/, '>');
  return write(file, found, open.from, open.to, `${start}${escaped(value)}</${name}>`, ctx);
}

/** @throws CommandExecutionError for what is no name of an attribute */
function setAttribute(file: string, found: Found, key: string, value: string, ctx: Context): Promise<void> {
  if (!/^[\p{L}_:][\p{L}\p{N}_:.-]*$/u.test(key)) throw new CommandExecutionError(`'${key}' is no name of an attribute`);
  const { node: { open }, source } = found;
  const tag = source.slice(open.from, open.to);
  const known = [...tag.matchAll(ATTRIBUTE)].find(([, name]) => name === key);
  const end = /\s*\/?>$/.exec(tag);
  const changed = known === undefined
    ? `${tag.slice(0, end?.index)} ${key}=${inQuotes(value)}${tag.slice(end?.index)}`
    : `${tag.slice(0, known.index)}${key}${known[2] ?? '='}${inQuotes(value)}${tag.slice(known.index + known[0].length)}`;
  return write(file, found, open.from, open.to, changed, ctx);
}

const place = { file: p.string(), element: p.string() };

export default defineModule({
  name: 'xml',
  doc: 'Values and attributes in files of XML. Only what is set is written; all else of a file stays as it is.',
  functions: {
    get_value: fn({
      doc: "Give the text of an element; False when there is no such one.\n\nsalt '*' xml.get_value /tmp/test.xml './/element'",
      params: place,
      async run({ file, element }, ctx) {
        const found = await find(file, element, ctx);
        return found === undefined ? false : found.node.text ?? null;
      },
    }),
    set_value: fn({
      doc: "Set the text of an element; False when there is no such one.\n\nsalt '*' xml.set_value /tmp/test.xml './/element' 'new value'",
      params: { ...place, value: p.any() },
      async run({ file, element, value }, ctx) {
        const found = await find(file, element, ctx);
        if (found !== undefined) await setText(file, found, str(value), ctx);
        return found !== undefined;
      },
    }),
    get_attribute: fn({
      doc: "Give the attributes of an element; False when there is no such one.\n\nsalt '*' xml.get_attribute /tmp/test.xml \".//element[@id='3']\"",
      params: place,
      async run({ file, element }, ctx) {
        const found = await find(file, element, ctx);
        return found === undefined ? false : Object.fromEntries(found.node.attributes);
      },
    }),
    set_attribute: fn({
      doc: "Set an attribute of an element; False when there is no such one.\n\nsalt '*' xml.set_attribute /tmp/test.xml \".//element[@id='3']\" editedby gal",
      params: { ...place, key: p.string(), value: p.any() },
      async run({ file, element, key, value }, ctx) {
        const found = await find(file, element, ctx);
        if (found !== undefined) await setAttribute(file, found, key, str(value), ctx);
        return found !== undefined;
      },
    }),
  },
});
