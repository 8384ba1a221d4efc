/** The files below `/etc/network`: read into interfaces, and written back. Source: read and observed, Salt 3008.3; interfaces(5). */
import { dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { sortedTexts } from '../../../kernel/std/python-order.js';
import { repr } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import { refuse } from '../ip/refusal.js';
import { fields } from '../lookup/programs.js';
import { ETHTOOL_WORDS, FAMILIES, readOption, WRITTEN, type Family } from './options.js';
import { adapterText, linesOf, newStanza, sourcesText, type Adapter, type Stanza } from './stanza.js';

const MAIN = '/etc/network/interfaces';
const FOLDER = '/etc/network/interfaces.d';

/** Something at the first level of a file. */
export type Entry =
  | { readonly kind: 'interface'; readonly name: string; file: string; adapter: Adapter }
  | { readonly kind: 'sources'; readonly name: string; readonly file: string; readonly paths: string[] }
  | { readonly kind: 'other'; readonly name: ''; readonly file: string; readonly lines: string[] };

type InterfaceEntry = Extract<Entry, { kind: 'interface' }>;

export const newAdapter = (): Adapter => ({ enabled: false, hotplug: false, stanzas: {} });

async function filesThere(ctx: Context): Promise<string[]> {
  const names = await ctx.sys.fs.readdir(FOLDER).catch((error: unknown) => {
    if (isOsError(error, 'ENOENT') || isOsError(error, 'ENOTDIR')) return [];
    throw error;
  });
  return [MAIN, ...sortedTexts(names.filter((name) => !name.startsWith('.'))).map((name) => `${FOLDER}/${name}`)];
}

/** Reads all files. @throws PythonError AttributeError for a line `iface` that is none */
export async function readEntries(ctx: Context): Promise<Entry[]> {
  const reader = new Reader();
  for (const file of await filesThere(ctx)) {
    const text = await ctx.sys.readText(file).catch((error: unknown) => {
      if (isOsError(error, 'EISDIR')) return undefined;
      throw error;
    });
    if (text !== undefined) reader.read(file, text);
  }
  return reader.entries.filter((entry) => entry.kind !== 'interface' || Object.keys(entry.adapter.stanzas).length > 0);
}

/** Lines that belong to nothing. */
const ignored = (): void => undefined;

class Reader {
  readonly entries: Entry[] = [];
  #details: (line: string) => void = ignored;

  read(file: string, text: string): void {
    this.#details = ignored;
    for (const line of text.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
      if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
      if (/^\s/.test(line)) this.#details(line.trim());
      else this.#head(file, line);
    }
  }

  #head(file: string, line: string): void {
    const words = fields(line);
    const [first = ''] = words;
    if (first === 'iface') this.#stanza(file, words, line);
    else if (first === 'auto' || first === 'allow-auto') for (const name of words.slice(1)) this.#adapter(name, file).enabled = true;
    else if (first === 'allow-hotplug') for (const name of words.slice(1)) this.#adapter(name, file).hotplug = true;
    else if (first === 'source' && words.length === 2) this.#sources(file).push(words[1] ?? '');
    else this.#keep(file, line);
  }

  #adapter(name: string, file: string): Adapter {
    return this.#entry(name, file).adapter;
  }

  #entry(name: string, file: string): InterfaceEntry {
    const known = this.entries.find((entry): entry is InterfaceEntry => entry.kind === 'interface' && entry.name === name);
    if (known !== undefined) return known;
    const made: InterfaceEntry = { kind: 'interface', name, file, adapter: newAdapter() };
    this.entries.push(made);
    return made;
  }

  #sources(file: string): string[] {
    const known = this.entries.find((entry) => entry.kind === 'sources' && entry.file === file);
    if (known?.kind === 'sources') return known.paths;
    const paths: string[] = [];
    this.entries.push({ kind: 'sources', name: 'source', file, paths });
    return paths;
  }

  /** Differs: what Salt does not know (`mapping`, `source-directory`, other families) stays as it is; Salt drops it. */
  #keep(file: string, line: string): void {
    const lines = [line];
    this.entries.push({ kind: 'other', name: '', file, lines });
    this.#details = (detail) => void lines.push(`    ${detail}`);
  }

  #stanza(file: string, words: readonly string[], line: string): void {
    if (words.length !== 4) refuse(`Interface file malformed: ${repr([...words])}.`);
    const [, name = '', addressFamily = '', proto = ''] = words;
    const family = FAMILIES.find((one) => one === addressFamily);
    if (family === undefined) {
      this.#keep(file, line);
      return;
    }
    const entry = this.#entry(name, file);
    if (Object.keys(entry.adapter.stanzas).length === 0) entry.file = file;
    const stanza = (entry.adapter.stanzas[family] ??= newStanza());
    stanza.wanted = true;
    stanza.proto = proto;
    this.#details = (detail) => addDetail(stanza, family, detail);
  }
}

function addDetail(stanza: Stanza, family: Family, detail: string): void {
  const [, word = '', text = ''] = /^(\S+)\s*(.*)$/.exec(detail) ?? [];
  const option = word.replaceAll('-', '_');
  const group = /^(bond|bridge)[_-](.+)$/.exec(word);
  if (text === '') stanza.other.push(detail);
  else if (word === 'bond-master') stanza.options.set('master', text);
  else if (/^(?:pre-|post-)?(?:up|down)$/.test(word)) append(stanza.options, `${option}_cmds`, text);
  else if (ETHTOOL_WORDS.has(word)) stanza.ethtool.set(word, text);
  else if (group !== null) (group[1] === 'bond' ? stanza.bonding : stanza.bridging).set(group[2] ?? '', text);
  else if (word === 'address' && stanza.options.has('address')) append(stanza.options, 'addresses', text);
  else if (WRITTEN.includes(option)) stanza.options.set(option, readOption(family, word, text) ?? text);
  else stanza.other.push(detail);
}

function append(options: Map<string, Value>, name: string, text: string): void {
  const before = options.get(name);
  options.set(name, [...(Array.isArray(before) ? before as readonly Value[] : []), text]);
}

function entryText(entry: Entry): string {
  if (entry.kind === 'other') return `${entry.lines.join('\n')}\n`;
  return entry.kind === 'sources' ? sourcesText(entry.paths) : adapterText(entry.name, entry.adapter);
}

/** The text of one interface, or of all lines `source`, in lines; none when it is not there. */
export async function interfaceLines(name: string, ctx: Context): Promise<string[]> {
  const found = (await readEntries(ctx)).filter((entry) => entry.name === name && entry.kind !== 'other');
  return found.length === 0 ? [] : linesOf(found.map(entryText).join(''));
}

async function write(path: string, text: string, ctx: Context): Promise<void> {
  if (!(await ctx.sys.exists(dirname(path)))) refuse(`${dirname(path)} cannot be written.`);
  await ctx.sys.writeFile(path, text);
}

export type Wished = { readonly adapter: Adapter } | { readonly sources: readonly string[] };

/**
 * Writes an interface into its file, or alone into a file of its own.
 * Differs: it stays in the file where it stands, and the others in theirs. Salt writes them all into the first file, and loses its lines `source`.
 */
export async function writeInterface(name: string, wished: Wished, ownFile: string | undefined, ctx: Context): Promise<string[]> {
  const text = 'sources' in wished ? sourcesText(wished.sources) : adapterText(name, wished.adapter);
  if (ownFile !== undefined) {
    await write(ownFile.startsWith('/') ? ownFile : `${FOLDER}/${ownFile}`, text, ctx);
    return linesOf(text);
  }
  const entries = await readEntries(ctx);
  const at = entries.findIndex((entry) => entry.kind !== 'other' && entry.name === name);
  const file = entries[at]?.file ?? MAIN;
  const made: Entry = 'sources' in wished
    ? { kind: 'sources', name, file, paths: [...wished.sources] } : { kind: 'interface', name, file, adapter: wished.adapter };
  if (at >= 0) entries[at] = made;
  else entries.push(made);
  for (const other of entries) if (other !== made && other.kind === 'sources' && made.kind === 'sources') remove(other.paths, made.paths);
  await write(file, entries.filter((entry) => entry.file === file).map(entryText).join(''), ctx);
  return linesOf(text);
}

/** The same line is not there twice. */
function remove(paths: string[], others: readonly string[]): void {
  for (const path of others) if (paths.includes(path)) paths.splice(paths.indexOf(path), 1);
}
