/**
 * The configuration of logrotate as Salt shows it: settings, blocks by file name, and what stands in included files.
 *
 * Source: read and observed, Salt 3008.3.
 */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { asPythonError } from '../../../kernel/sys/file/os-error.js';
import { textLines } from '../../../kernel/sys/file/content.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

/** Directives followed by lines of shell until `endscript`. */
export const SCRIPTS: readonly string[] = ['firstaction', 'lastaction', 'prerotate', 'postrotate', 'preremove'];
export const INCLUDED = 'include files';
/** Files that include each other end here. */
const INCLUDE_DEPTH_MAX = 8;

export type Conf = Map<string, Value>;

const isFileName = (word: string): boolean => /^[/~"']/.test(word) || /[*?[]/.test(word);
const readNumber = (word: string): Value => (/^[+-]?\d+$/.test(word) && Number.isSafeInteger(Number(word)) ? Number(word) : word);
const block = (rows: Conf): PlainMap => Object.fromEntries(rows);

function valueOf([, ...rest]: readonly string[]): Value {
  const [only] = rest;
  if (only === undefined) return true;
  return rest.length > 1 ? rest.join(' ') : readNumber(only);
}

/** Reads one file line by line; `include` gives back what an included folder holds. */
class Reader {
  readonly conf: Conf = new Map();
  /** Names that stand before a block, not yet followed by one. */
  #names: string[] = [];
  #block: { readonly names: string[]; readonly rows: Conf } | undefined;
  #script: { readonly name: string; readonly lines: string[] } | undefined;

  line(text: string): string | undefined {
    const line = text.trim();
    if (this.#script !== undefined) {
      this.#scriptLine(this.#script, line);
      return undefined;
    }
    if (line === '' || line.startsWith('#')) return undefined;
    const words = line.split(/\s+/);
    if (line.includes('{') && !line.includes('}')) {
      this.#block = { names: [...this.#names, ...words.filter((word) => word !== '{')], rows: new Map() };
      this.#names = [];
      return undefined;
    }
    if (line.includes('}')) {
      for (const name of this.#block?.names ?? []) this.conf.set(name, block(this.#block?.rows ?? new Map()));
      this.#block = undefined;
      return undefined;
    }
    return this.#setting(words);
  }

  #scriptLine(script: { readonly name: string; readonly lines: string[] }, line: string): void {
    if (line !== 'endscript') script.lines.push(line);
    else {
      (this.#block?.rows ?? this.conf).set(script.name, script.lines);
      this.#script = undefined;
    }
  }

  /** Gives the folder of an `include`. */
  #setting(words: readonly string[]): string | undefined {
    const [name = '', folder] = words;
    if (this.#block === undefined && words.length === 1) {
      if (isFileName(name)) this.#names.push(name);
      else this.conf.set(name, true);
      return undefined;
    }
    if (SCRIPTS.includes(name) && words.length === 1) {
      this.#script = { name, lines: [] };
      return undefined;
    }
    (this.#block?.rows ?? this.conf).set(name, valueOf(words));
    return name === 'include' ? folder : undefined;
  }

  end(): Conf {
    for (const name of this.#names) this.conf.set(name, true);
    return this.conf;
  }
}

async function addIncluded(conf: Conf, folder: string, ctx: Context, depth: number): Promise<void> {
  const rows = (conf.get(INCLUDED) ?? {}) as Record<string, string[]>;
  conf.set(INCLUDED, rows);
  for (const name of await ctx.sys.fs.readdir(folder).catch((error: unknown) => { throw asPythonError(error); })) {
    const found = await readConf(join(folder, name), ctx, depth + 1);
    (rows[name] ??= []).push(...found.keys());
    for (const [key, value] of found) conf.set(key, value);
  }
}

/** @throws PythonError when the file cannot be read */
export async function readConf(path: string, ctx: Context, depth = 0): Promise<Conf> {
  if (depth > INCLUDE_DEPTH_MAX) throw new CommandExecutionError(`Files included by ${path} include each other`);
  const reader = new Reader();
  const text = await ctx.sys.fs.readFile(path, 'utf8').catch((error: unknown) => { throw asPythonError(error); });
  for (const line of textLines(text)) {
    const folder = reader.line(line);
    if (folder !== undefined) await addIncluded(reader.conf, folder, ctx, depth);
  }
  return reader.end();
}

/** A block as it stands in the file. */
export function blockText(name: string, rows: Conf): string {
  const lines = [...rows].map(([key, value]) => {
    if (!SCRIPTS.includes(key) || !Array.isArray(value)) return `    ${key} ${value === true ? '' : String(value)}\n`;
    return `    ${key}\n${value.map((line) => `        ${String(line)}\n`).join('')}    endscript\n`;
  });
  return `${name} {\n${lines.join('')}}`;
}
