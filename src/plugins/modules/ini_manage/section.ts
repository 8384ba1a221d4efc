/**
 * Options of an ini file as Salt keeps them: in order, with comments and lines of no known form under names of their own
 * (`#comment1`, `#unknown1`), sections as further entries. Start at `Section`.
 *
 * Source: observed and read, Salt 3008.3; golden: what both write is compared by a test.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { escapePython } from '../../../kernel/std/python-regex.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, type Value, type ValueMap } from '../../../kernel/std/value.js';

const COMMENT = /^\s*(#|;)\s*(.*)/;
const INDENTED = /^(\s+)(.*)/;
const FOUR_BLANKS = '    ';

export type Entry = string | Section;

/** What separates options from values, and whether blanks stand around it. */
export interface Form {
  readonly separator: string;
  readonly noSpaces: boolean;
}

/** Options, comments and sections below one heading; the file itself is one without heading. */
export class Section {
  readonly entries = new Map<string, Entry>();
  readonly #name: string;
  readonly #option: RegExp;
  readonly #noSpaces: boolean;
  #separator: string;

  constructor(name: string, form: Form) {
    this.#name = name;
    this.#separator = form.separator;
    this.#noSpaces = form.noSpaces;
    this.#option = new RegExp(String.raw`^(\s*)(.+?)\s*(${escapePython(form.separator)})\s*(.*)\s*`);
  }

  get form(): Form {
    return { separator: this.#separator, noSpaces: this.#noSpaces };
  }

  /** Reads lines. An indented line goes on with the option before it. */
  read(text: string): void {
    const trimmed = text.replace(/^\n+|\n+$/g, '');
    if (trimmed === '') return;
    const counts = { comment: 0, unknown: 0 };
    let indent = '';
    for (const line of trimmed.split('\n')) {
      if (COMMENT.test(line)) {
        this.setText(`#comment${++counts.comment}`, line);
        continue;
      }
      const before = [...this.entries.entries()].at(-1);
      const indented = INDENTED.exec(line);
      if (indented !== null && before !== undefined && String(indented[1]).replaceAll('\t', FOUR_BLANKS) > indent) {
        this.setText(before[0], `${String(before[1])}\n${line}`);
        continue;
      }
      const option = this.#option.exec(line);
      if (option === null) {
        this.setText(`#unknown${++counts.unknown}`, line);
        continue;
      }
      indent = String(option[1]).replaceAll('\t', FOUR_BLANKS);
      this.#separator = String(option[3]);
      this.setText(String(option[2]), String(option[4]));
    }
  }

  /** Sets an option; a new one takes the place of a comment that has it. Gives true when something changed. */
  setText(name: string, value: string): boolean {
    if (this.entries.get(name) === value) return false;
    if (!this.entries.has(name)) this.#takeCommentPlace(name);
    this.entries.set(name, value);
    return true;
  }

  #takeCommentPlace(name: string): void {
    const rows = [...this.entries];
    const at = rows.findIndex(([key, value]) => key.includes('#comment') && typeof value === 'string' && this.#option.exec(value.replace(/^#+/, ''))?.[2] === name);
    if (at < 0) return;
    this.entries.clear();
    for (const [index, [key, value]] of rows.entries()) this.entries.set(index === at ? name : key, index === at ? '' : value);
  }

  /** Sets options and sections; gives what changed as `{name: {before, after}}`. */
  update(wanted: ValueMap): ValueMap {
    return mapFrom(mapEntries(wanted).flatMap(([key, value]): [string, Value][] => {
      const change = this.#set(str(key), value);
      return change === undefined ? [] : [[str(key), change]];
    }));
  }

  #set(name: string, value: Value): Value | undefined {
    const before = this.entries.get(name);
    if (before instanceof Section) return changesOf(before.update(mapOnly(value)));
    if (isMap(value)) {
      const section = new Section(name, this.form);
      section.update(value);
      this.entries.set(name, section);
      return { before: before ?? null, after: section.plain() };
    }
    const text = str(value);
    return this.setText(name, text) ? { before: before ?? null, after: text } : undefined;
  }

  /** A section read from a file. */
  merge(name: string, section: Section): void {
    const known = this.entries.get(name);
    const target = known instanceof Section ? known : new Section(name, this.form);
    for (const [key, value] of section.entries) if (typeof value === 'string') target.setText(key, value);
    this.entries.set(name, target);
  }

  /** Options and sections; without comments and lines of no known form on demand. */
  plain(options: { onlyOptions?: boolean } = {}): ValueMap {
    const shown = [...this.entries].filter(([key]) => options.onlyOptions !== true || !key.startsWith('#'));
    return mapFrom(shown.map(([key, value]) => [key, value instanceof Section ? value.plain(options) : value]));
  }

  /** The lines below the heading. */
  body(): string[] {
    const separator = this.#shownSeparator();
    const own = [...this.entries].filter((row): row is [string, string] => typeof row[1] === 'string');
    const sections = [...this.entries.values()].filter((value) => value instanceof Section);
    return [...own.map(([name, value]) => (COMMENT.test(name) ? `${value}\n` : `${name}${separator}${value}\n`)), ...sections.flatMap((section) => section.lines())];
  }

  lines(): string[] {
    return [`\n[${this.#name}]\n`, ...this.body()];
  }

  #shownSeparator(): string {
    if (/^ *$/.test(this.#separator)) return ' ';
    return this.#noSpaces ? this.#separator.trim() : ` ${this.#separator.trim()} `;
  }
}

const changesOf = (changes: ValueMap): Value | undefined => (mapEntries(changes).length === 0 ? undefined : changes);

function mapOnly(value: Value): ValueMap {
  if (isMap(value)) return value;
  throw new PythonError('AttributeError', `'${value === null ? 'NoneType' : 'str'}' object has no attribute 'items'`);
}

