/** Files of repositories, as Python's `configparser` reads them; comments are kept beside. */
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { PythonError } from '../../../kernel/contract/errors.js';

export interface IniFile {
  /** Comments before the first section. */
  readonly header: string;
  /** Options by section; names of options in small letters, `comments` holds those of the section. */
  readonly sections: Record<string, PlainMap>;
  /** Line that stands before any section; the file is then taken for empty. */
  readonly stray?: string;
}

const SECTION = /^\[(.+)\]/;
const OPTION = /^(.*?)\s*[=:]\s*(.*)$/;

/** @throws PythonError for a section or option that comes twice when `strict`, or for a line that is nothing */
export function readIni(text: string, path: string, strict: boolean): IniFile {
  const sections: Record<string, PlainMap> = {};
  const stray = readOptions(text, path, strict, sections);
  return stray === undefined ? { header: addComments(text, sections), sections } : { header: '', sections: {}, stray };
}

function readOptions(text: string, path: string, strict: boolean, sections: Record<string, PlainMap>): string | undefined {
  let section: PlainMap | undefined;
  let option: string | undefined;
  let name = '';
  let seen = new Set<string>();
  for (const [at, line] of text.split('\n').entries()) {
    const word = line.trim();
    if (word.startsWith('#') || word.startsWith(';')) continue;
    const isContinuation = /^\s/.test(line) && section !== undefined && option !== undefined;
    if (word === '' || isContinuation) {
      // Empty lines belong to a value only when it goes on after them.
      if (section !== undefined && option !== undefined) section[option] = `${String(section[option])}\n${word}`;
      continue;
    }
    const title = SECTION.exec(word)?.[1];
    if (title !== undefined) {
      if (strict && sections[title] !== undefined) {
        throw new PythonError('configparser.DuplicateSectionError', `While reading from '${path}' [line ${String(at + 1).padStart(2)}]: section '${title}' already exists`);
      }
      name = title;
      section = title === 'DEFAULT' ? {} : (sections[title] ??= {});
      seen = new Set();
      option = undefined;
      continue;
    }
    if (section === undefined) return line;
    const [, key, value = ''] = OPTION.exec(word) ?? [];
    if (key === undefined) throw new PythonError('configparser.ParsingError', `Source contains parsing errors: '${path}'\n\t[line ${String(at + 1).padStart(2)}]: ${JSON.stringify(`${line}\n`).replaceAll('"', "'")}`);
    option = key.toLowerCase();
    if (strict && seen.has(option)) {
      throw new PythonError('configparser.DuplicateOptionError', `While reading from '${path}' [line ${String(at + 1).padStart(2)}]: option '${option}' in section '${name}' already exists`);
    }
    seen.add(option);
    section[option] = value;
  }
  trimValues(sections);
  return undefined;
}

function trimValues(sections: Record<string, PlainMap>): void {
  for (const options of Object.values(sections)) {
    for (const [key, value] of Object.entries(options)) options[key] = String(value).replace(/\s+$/, '');
  }
}

/** Adds the comments to their sections; gives those before the first. */
function addComments(text: string, sections: Record<string, PlainMap>): string {
  let header = '';
  let section: string | undefined;
  for (const line of text.split('\n').map((item) => item.trim())) {
    if (line.startsWith('#')) {
      const options = section === undefined ? undefined : sections[section];
      if (section === undefined) header += `${line}\n`;
      else if (options !== undefined) options['comments'] = [...(options['comments'] as Value[] | undefined ?? []), line.slice(1).trimStart()];
    } else if (line.startsWith('[') && line.endsWith(']')) {
      section = line.slice(1, -1);
    }
  }
  return header;
}

/** Comments as lines of a file. */
export function commentLines(comments: Value): string {
  const list = Array.isArray(comments) ? comments as readonly Value[] : [comments];
  return list.map((comment) => `# ${String(comment).replace(/^#+/, '').trimStart()}\n`).join('');
}

/** A value as it stands in a file: True and False as 1 and 0, further lines indented. */
export function iniValue(value: Value): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return String(value).split('\n').join('\n ');
}
