/** Configuration in sections, as Python's `configparser` writes and reads it. */
import { PythonError } from '../../../../kernel/contract/errors.js';
import { strip } from '../../../../kernel/std/python-space.js';
import { reprText, str } from '../../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapFrom, typeName, type Value } from '../../../../kernel/std/value.js';

const DEFAULTS = 'DEFAULT';
/** So many replacements one inside the other are made. */
const DEPTH_MAX = 10;

const unwritable = (text: string): PythonError => new PythonError('salt.serializers.SerializationError', text);
const unreadable = (text: string): PythonError => new PythonError('salt.serializers.DeserializationError', text);

/** A lone `%` would begin a replacement when the file is read. */
function refuseLonePercent(value: string): void {
  const rest = value.replaceAll('%%', '').replace(/%\([^)]+\)s/g, '');
  const at = value.replaceAll('%%', '').indexOf('%');
  if (rest.includes('%')) throw unwritable(`invalid interpolation syntax in ${reprText(value)} at position ${at}`);
}

function sectionText(name: string, keys: Value): string {
  if (!isMap(keys)) throw unwritable(`'${typeName(keys)}' object has no attribute 'items'`);
  const lines = mapEntries(keys).map(([key, value]) => {
    if (value === null) throw unwritable('option values must be strings');
    refuseLonePercent(str(value));
    return `${str(key).toLowerCase()} = ${str(value).replaceAll('\n', '\n\t')}\n`;
  });
  return `[${name}]\n${lines.join('')}\n`;
}

/** @throws PythonError `SerializationError` */
export function configText(data: Value): string {
  if (!isMap(data)) throw unwritable(`configparser can only serialize dictionaries, not <class '${typeName(data)}'>`);
  const sections = mapEntries(data).map(([name, keys]) => [str(name), keys] as const);
  const defaults = sections.filter(([name, keys]) => name === DEFAULTS && isMap(keys) && mapEntries(keys).length > 0);
  return [...defaults, ...sections.filter(([name]) => name !== DEFAULTS)].map(([name, keys]) => sectionText(name, keys)).join('');
}

type Section = Map<string, string>;

/** Lines into sections; a line that is indented more than its key goes on with the value. */
function sectionsOf(text: string): Map<string, Section> {
  const sections = new Map<string, Section>([[DEFAULTS, new Map()]]);
  let section: Section | undefined;
  let open: { key: string; indent: number } | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const content = strip(line);
    const indent = line.length - line.trimStart().length;
    if (content === '' || /^[#;]/.test(content)) continue;
    if (open !== undefined && section !== undefined && indent > open.indent) {
      section.set(open.key, `${section.get(open.key) ?? ''}\n${content}`);
      continue;
    }
    const header = /^\[(.+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string>();
      sections.set(header, section);
      open = undefined;
      continue;
    }
    if (section === undefined) throw unreadable(`File contains no section headers.\nfile: '<???>', line: ${at + 1}\n${reprText(`${line}\n`)}`);
    const [, key, value = ''] = /^(.*?)\s*[=:]\s*(.*)$/.exec(content) ?? [];
    if (key === undefined) throw unreadable(`Source contains parsing errors: '<???>'\n\t[line ${String(at + 1).padStart(2)}]: ${reprText(`${line}\n`)}`);
    open = { key: key.toLowerCase(), indent };
    section.set(open.key, value);
  }
  return sections;
}

function replaced(value: string, section: Section, depth = 0): string {
  if (depth > DEPTH_MAX) throw unreadable('Recursion limit exceeded in value substitution');
  return value.replace(/%%|%\(([^)]+)\)s/g, (whole, name: string | undefined) => {
    if (name === undefined) return '%';
    const found = section.get(name.toLowerCase());
    if (found === undefined) throw unreadable(`Bad value substitution: interpolation key ${reprText(name)} which is not a valid option name in ${whole}`);
    return replaced(found, section, depth + 1);
  });
}

/** All values are text. @throws PythonError `DeserializationError` */
export function readConfig(text: Value): Value {
  const sections = sectionsOf(str(text));
  const defaults = sections.get(DEFAULTS) ?? new Map<string, string>();
  sections.delete(DEFAULTS);
  return mapFrom([...sections].map(([name, keys]) => {
    const all: Section = new Map([...defaults, ...keys]);
    return [name, mapFrom([...all].map(([key, value]) => [key, replaced(value, all)]))];
  }));
}
