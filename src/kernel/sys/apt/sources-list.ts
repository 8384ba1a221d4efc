/** All files of sources: read whole, changed in memory, written back where they changed. */
import { join } from 'node:path';
import type { Context } from '../../contract/context.js';
import { TsaltError } from '../../contract/errors.js';
import { Deb822Source } from './deb822-source.js';
import { MAIN_LIST, OneLineSource } from './one-line-source.js';
import type { PackageSource } from './package-source.js';

const PARTS_FOLDER = '/etc/apt/sources.list.d';

/** What apt installs, for a list that has become empty. */
const EMPTY_LIST = '# See sources.list(5) for more information\n';

export class SourcesList {
  readonly entries: PackageSource[] = [];
  /** Contents when read. */
  readonly #files = new Map<string, string>();
  readonly #ctx: Context;

  private constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** A file that cannot be read as sources is reported and left alone. */
  static async read(ctx: Context): Promise<SourcesList> {
    const list = new SourcesList(ctx);
    const names = (await ctx.sys.exists(PARTS_FOLDER)) ? await ctx.sys.fs.readdir(PARTS_FOLDER) : [];
    const parts = names.filter((name) => /\.(sources|list)$/.test(name)).toSorted();
    for (const path of [MAIN_LIST, ...parts.map((name) => join(PARTS_FOLDER, name))]) await list.#load(path);
    return list;
  }

  async #load(path: string): Promise<void> {
    const stat = await this.#ctx.sys.fs.stat(path).catch(() => undefined);
    const text = stat?.isFile() === true ? await this.#ctx.sys.readText(path) : undefined;
    if (text === undefined) return;
    try {
      this.entries.push(...(path.endsWith('.sources') ? readParagraphs(text, path) : readLines(text, path)));
      this.#files.set(path, text);
    } catch (err) {
      if (!(err instanceof TsaltError)) throw err;
      this.#ctx.log.error({ err }, `Could not parse source file '${path}'`);
    }
  }

  /** Entries that name a source. */
  get sources(): PackageSource[] {
    return this.entries.filter(({ invalid }) => !invalid);
  }

  remove(entry: PackageSource): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
  }

  /** Writes every file that is not what it was. */
  async save(): Promise<void> {
    const contents = new Map<string, string[]>();
    for (const entry of this.entries) {
      const blocks = contents.get(entry.file) ?? [];
      contents.set(entry.file, [...blocks, `${entry.toString()}\n`]);
    }
    for (const file of this.#files.keys()) if (!contents.has(file)) contents.set(file, file === MAIN_LIST ? [EMPTY_LIST] : []);
    for (const [file, blocks] of contents) {
      const text = blocks.join(file.endsWith('.sources') ? '\n' : '');
      if (text === this.#files.get(file)) continue;
      await this.#ctx.sys.writeFile(file, text);
      this.#files.set(file, text);
    }
  }
}

function readLines(text: string, path: string): OneLineSource[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => new OneLineSource(line, path));
}

function readParagraphs(text: string, path: string): Deb822Source[] {
  return text.split(/\n(?:[ \t]*\n)+/).filter((paragraph) => paragraph.trim() !== '').map((paragraph) => new Deb822Source(paragraph, path));
}
