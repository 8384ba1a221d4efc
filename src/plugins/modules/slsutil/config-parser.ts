/** Files of sections (`[name]`, `key = value`), as Python's configparser reads and writes them. Source: observed, Python 3.11. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, typeName, type Value, type ValueMap } from '../../../kernel/std/value.js';

const DEFAULT = 'DEFAULT';
/** Values that stand for others in each other. */
const DEPTH_MAX = 10;

const wrong = (message: string): never => {
  throw new PythonError('salt.serializers.SerializationError', message);
};
const unreadable = (message: string): never => {
  throw new PythonError('salt.serializers.DeserializationError', message);
};

function checkPercent(value: string): void {
  const rest = value.replaceAll('%%', '').replaceAll(/%\([^)]+\)s/g, '');
  if (rest.includes('%')) wrong(`invalid interpolation syntax in '${value}' at position ${rest.indexOf('%')}`);
}

function optionsOf(section: Value): Map<string, string> {
  if (!isMap(section)) return wrong(`'${typeName(section)}' object has no attribute 'items'`);
  const options = new Map<string, string>();
  for (const [key, value] of mapEntries(section)) {
    if (value === null) wrong('option values must be strings');
    const text = str(value);
    checkPercent(text);
    options.set(str(key).toLowerCase(), text);
  }
  return options;
}

export function writeConfig(value: Value): string {
  if (!isMap(value)) return wrong(`configparser can only serialize dictionaries, not <class '${typeName(value)}'>`);
  const sections = mapEntries(value).map(([name, section]): [string, Map<string, string>] => [str(name), optionsOf(section)]);
  const ordered = [...sections.filter(([name]) => name === DEFAULT), ...sections.filter(([name]) => name !== DEFAULT)];
  const body = (options: ReadonlyMap<string, string>): string => [...options].map(([key, text]) => `${key} = ${text.replaceAll('\n', '\n\t')}\n`).join('');
  return ordered.filter(([name, options]) => name !== DEFAULT || options.size > 0).map(([name, options]) => `[${name}]\n${body(options)}\n`).join('');
}

/** One line at a time: where it belongs is told by its indentation. */
class Reader {
  readonly sections = new Map<string, Map<string, string[]>>();
  #section: Map<string, string[]> | undefined;
  #lines: string[] | undefined;
  #indent = 0;

  line(line: string, number: number): void {
    const text = line.trim();
    if (/^[#;]/.test(text)) return;
    if (text === '') {
      this.#lines?.push('');
      return;
    }
    const indent = line.search(/\S/);
    if (this.#lines !== undefined && indent > this.#indent) {
      this.#lines.push(text);
      return;
    }
    this.#indent = indent;
    const [, name] = /^\[(.+)\]/.exec(text) ?? [];
    if (name === undefined) this.#option(text, number);
    else this.#open(name, number);
  }

  #open(name: string, number: number): void {
    if (this.sections.has(name) && name !== DEFAULT) unreadable(`While reading from '<???>' [line ${String(number).padStart(2)}]: section '${name}' already exists`);
    this.#section = this.sections.get(name) ?? new Map();
    this.sections.set(name, this.#section);
    this.#lines = undefined;
  }

  #option(text: string, number: number): void {
    if (this.#section === undefined) return unreadable(`File contains no section headers.\nfile: '<???>', line: ${number}\n'${text}\\n'`);
    const [, key = '', value = ''] = /^(.*?)\s*[=:]\s*(.*)$/.exec(text) ?? unreadable(`Source contains parsing errors: '<???>'\n\t[line ${String(number).padStart(2)}]: '${text}\\n'`);
    const name = key.toLowerCase();
    const sectionName = [...this.sections].find(([, options]) => options === this.#section)?.[0] ?? '';
    if (this.#section.has(name)) unreadable(`While reading from '<???>' [line ${String(number).padStart(2)}]: option '${name}' in section '${sectionName}' already exists`);
    this.#lines = [value];
    this.#section.set(name, this.#lines);
  }
}

const joined = (lines: readonly string[]): string => lines.join('\n').trimEnd();

/** `%(other)s` stands for another value of the section. */
function filled(value: string, options: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > DEPTH_MAX) return unreadable(`Recursion limit exceeded in value substitution: rawval ${value}`);
  return value.replaceAll(/%(?:(%)|\(([^)]+)\)s|)/g, (_all, percent: string | undefined, name: string | undefined) => {
    if (percent !== undefined) return '%';
    const found = name === undefined ? unreadable(`'%' must be followed by '%' or '(', found: ${JSON.stringify(value)}`) : options.get(name.toLowerCase());
    return found === undefined ? unreadable(`Bad value substitution: option '${name ?? ''}' contains an interpolation key which is not a valid option name`) : filled(found, options, depth + 1);
  });
}

export function readConfig(text: string): ValueMap {
  const reader = new Reader();
  for (const [at, line] of text.split('\n').entries()) reader.line(line, at + 1);
  const defaults = [...reader.sections.get(DEFAULT) ?? []].map(([key, lines]): [string, string] => [key, joined(lines)]);
  return mapFrom([...reader.sections].filter(([name]) => name !== DEFAULT).map(([name, own]) => {
    const options = new Map([...defaults, ...[...own].map(([key, lines]): [string, string] => [key, joined(lines)])]);
    return [name, mapFrom([...options].map(([key, value]) => [key, filled(value, options)]))];
  }));
}
