/** An ini file: read whole, changed, written whole. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { Section, type Form } from './section.js';

const HEADING = /^\s*\[(.+?)\]\s*$/m;
/** Larger files are no configuration. */
const BYTES_MAX = 16 * 1024 * 1024;
/** Python's names of encodings that node knows under another. */
const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  utf8: 'utf8', utf8sig: 'utf8', ascii: 'latin1', usascii: 'latin1', latin1: 'latin1', iso88591: 'latin1', l1: 'latin1', utf16le: 'utf16le',
};

export interface Place extends Form {
  readonly path: string;
  readonly encoding: string | null;
}

function encodingOf(name: string | null): BufferEncoding {
  const found = ENCODINGS[(name ?? 'utf8').toLowerCase().replaceAll(/[-_ ]/g, '')];
  if (found === undefined) throw new PythonError('LookupError', `unknown encoding: ${String(name)}`);
  return found;
}

/** The file at a place; empty when there is none. @throws CommandExecutionError */
export async function readDocument(place: Place, ctx: Context): Promise<Section> {
  const document = new Section(place.path, place);
  const encoding = encodingOf(place.encoding);
  try {
    if (!await ctx.sys.exists(place.path)) return document;
    if ((await ctx.sys.fs.stat(place.path)).size > BYTES_MAX) throw new CommandExecutionError(`Unable to open file '${place.path}'. It is larger than ${BYTES_MAX} bytes`);
    parse(document, (await ctx.sys.fs.readFile(place.path)).toString(encoding), place);
  } catch (error) {
    if (!isOsError(error)) throw error;
    if (!ctx.test) throw new CommandExecutionError(`Unable to open file '${place.path}'. Exception: ${osErrorText(error)}`, { cause: error });
  }
  return document;
}

function parse(document: Section, text: string, place: Place): void {
  const [head = '', ...parts] = splitLines(text).join('\n').split(HEADING);
  document.read(head);
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const name = String(parts[at]);
    const section = new Section(name, { separator: document.form.separator, noSpaces: place.noSpaces });
    section.read(String(parts[at + 1]));
    document.merge(name, section);
  }
}

/** Replaces the file. @throws CommandExecutionError with the words of the system */
export async function writeDocument(document: Section, place: Place, ctx: Context): Promise<void> {
  const [first = '', ...rest] = document.body();
  try {
    await ctx.sys.writeFile(place.path, Buffer.from([first.replace(/^\n+/, ''), ...rest].join(''), encodingOf(place.encoding)));
  } catch (error) {
    if (!isOsError(error)) throw error;
    const shown = Object.assign(error, { path: place.path });
    throw new CommandExecutionError(`Unable to write file '${place.path}'. Exception: ${osErrorText(shown)}`, { cause: error });
  }
}
