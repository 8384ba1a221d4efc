/** The host table as text and as entries. Start at `readTable`. */
import { splitLines, strip } from '../../../kernel/std/python-space.js';

/** A comment of its own line, or an address with names. */
export interface Entry {
  readonly names: string[];
  comment?: string;
}

/** By address, in the order of the file; whole-line comments stand under `comment-0`, `comment-1`, ... */
export type HostTable = Map<string, Entry | readonly string[]>;

const words = (text: string): string[] => strip(text).split(/\s+/).filter((word) => word !== '');

/** Reads a host table; lines of one address are joined. Source: observed, Salt 3008.3. */
export function readTable(text: string): HostTable {
  const table: HostTable = new Map();
  let comments = 0;
  for (const raw of splitLines(text)) {
    const line = strip(raw);
    if (line === '') continue;
    if (line.startsWith('#')) {
      table.set(`comment-${comments}`, [line]);
      comments += 1;
      continue;
    }
    const hash = line.indexOf('#');
    const comment = hash < 0 ? '' : line.slice(hash + 1).trimStart();
    const [address = '', ...names] = words(hash < 0 ? line : line.slice(0, hash));
    const entry = entryOf(table, address);
    entry.names.push(...names);
    if (comment !== '') entry.comment = comment;
  }
  return table;
}

/** The entry of an address, made when there is none. */
export function entryOf(table: HostTable, address: string): Entry {
  const found = table.get(address);
  if (found !== undefined && 'names' in found) return found;
  const entry: Entry = { names: [] };
  table.set(address, entry);
  return entry;
}

/** The whole table as text; empty lines are gone. */
export function writeTable(table: HostTable): string {
  const lines: string[] = [];
  for (const [address, entry] of table) {
    if (!('names' in entry)) lines.push(entry.join(''));
    else lines.push(`${address}\t\t${entry.names.join(' ')}${entry.comment === undefined ? '' : `\t\t# ${entry.comment}`}`);
  }
  return lines.map(strip).filter((line) => line !== '').map((line) => `${line}\n`).join('');
}

/** Address that a line begins with; undefined for comments and empty lines. */
const addressOf = (line: string): string | undefined => (line.trimStart().startsWith('#') ? undefined : words(line)[0]);
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The text with one line for an address in place of all it has; without names the address goes. */
export function replaceAddress(text: string, address: string, names: string, comment: string | null): string {
  const added = names.trim() === '' ? '' : `${address}\t\t${names}${comment === null || comment === '' ? '' : `\t\t# ${comment}`}\n`;
  let done = false;
  const lines = linesOf(text).map((line) => {
    if (addressOf(line) !== address) return line;
    const first = !done;
    done = true;
    return first ? added : '';
  });
  if (done) return lines.join('');
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${added}`;
}

/** The text without a name of an address; a line that loses its last name goes. Differs: Salt fails at a second `#` in a line. */
export function removeName(text: string, address: string, name: string): string {
  return linesOf(text).map((line) => {
    if (addressOf(line) !== address) return line;
    const hash = line.indexOf('#');
    const comment = hash < 0 ? '' : strip(line.slice(hash + 1));
    const kept = words(hash < 0 ? line : line.slice(0, hash)).slice(1).filter((word) => word !== name);
    if (kept.length === 0) return '';
    return `${address}\t\t${kept.map((word) => `${word} `).join('')}${comment === '' ? '' : `# ${comment}`}\n`;
  }).join('');
}
