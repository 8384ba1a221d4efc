/** What getfacl prints, as Salt gives it. */
import { mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';

type Rows = Record<string, PlainMap[]>;

interface Listed {
  readonly comment: Record<string, string>;
  readonly flags: Record<string, boolean>;
  /** Entries by kind, in the order they came. */
  readonly own: Rows;
  readonly defaults: Rows;
}

/** The program writes blanks and the like as octal numbers. */
const plainName = (name: string): string => {
  const bytes = name.replaceAll(/\\([0-3][0-7]{2})/g, (_all, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
  return bytes === name ? name : Buffer.from(bytes, 'latin1').toString('utf8');
};

const BITS: readonly (readonly [letter: string, name: string, value: number])[] = [['r', 'read', 4], ['w', 'write', 2], ['x', 'execute', 1]];

/** `user:bob:rwx` with its rights; the last word is what counts where a mask narrows them. */
function entryOf(line: string, listed: Listed): void {
  const words = line.split(':');
  const isDefault = words[0] === 'default';
  const [kind = '', given = ''] = isDefault ? words.slice(1) : words;
  const rights = words.at(-1) ?? '';
  const permissions = Object.fromEntries(BITS.map(([letter, name]) => [name, rights.includes(letter)]));
  const octal = BITS.reduce((sum, [letter, , value]) => sum + (rights.includes(letter) ? value : 0), 0);
  const owner = kind === 'user' ? listed.comment['owner'] : kind === 'group' ? listed.comment['group'] : '';
  const rows = isDefault ? listed.defaults : listed.own;
  (rows[kind] ??= []).push(mapFrom([[given === '' ? owner ?? '' : given, { permissions, octal }]]) as PlainMap);
}

function comment(line: string, listed: Listed): void {
  const [, name = '', value = ''] = /^# (\w+): (.*)$/.exec(line) ?? [];
  listed.comment[name] = value;
  if (name !== 'flags') return;
  for (const [at, [letter, flag]] of [['s', 'suid'], ['s', 'sgid'], ['t', 'sticky']].entries()) if (value[at] === letter) listed.flags[String(flag)] = true;
}

function shown({ comment: facts, flags, own, defaults }: Listed): Value {
  return { comment: facts, user: [], group: [], ...flags, ...own, ...(Object.keys(defaults).length === 0 ? {} : { defaults }) };
}

/** Rights by path. */
export function readListing(lines: readonly string[]): ValueMap {
  const found: [string, Listed][] = [];
  for (const line of lines) {
    if (line === '' || line.startsWith('getfacl')) continue;
    const file = /^# file: (.*)$/.exec(line)?.[1];
    if (file !== undefined) {
      const name = plainName(file);
      found.push([name, { comment: { file: name }, flags: {}, own: {}, defaults: {} }]);
      continue;
    }
    const listed = found.at(-1)?.[1];
    if (listed === undefined) continue;
    if (line.startsWith('#')) comment(line, listed);
    else entryOf(line, listed);
  }
  return mapFrom(found.map(([name, listed]) => [name, shown(listed)]));
}
