/** Names and values as PostgreSQL reads them, and its texts of lists. Source: PostgreSQL's manual, 4.1 and 8.15.6. */
import { InvocationError } from '../../../kernel/contract/errors.js';

function checked(text: string, what: string): string {
  if (text.includes('\0')) throw new InvocationError(`A ${what} of PostgreSQL cannot have a NUL`);
  return text;
}

/** A name in quotes: nothing in it can end it. */
export function identifier(name: string): string {
  if (name === '') throw new InvocationError('A name of PostgreSQL cannot be empty');
  return `"${checked(name, 'name').replaceAll('"', '""')}"`;
}

/** A value in quotes, whatever `standard_conforming_strings` is. */
export function literal(text: string): string {
  const quoted = checked(text, 'value').replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/** What somebody has put in quotes himself, as Salt asks for in some places. */
export const unquoted = (text: string, quote: '"' | "'"): string =>
  (text.length > 1 && text.startsWith(quote) && text.endsWith(quote) ? text.slice(1, -1).replaceAll(quote + quote, quote) : text);

/** Reads `{a,"b c",NULL}`. */
export function parseArray(text: string): string[] {
  const items: string[] = [];
  const inner = text.replace(/^\{/, '').replace(/\}$/, '');
  for (const [, quoted, plain] of inner.matchAll(/(?:^|,)(?:"((?:[^"\\]|\\[^])*)"|([^,]*))/g)) {
    if (quoted !== undefined) items.push(quoted.replaceAll(/\\([^])/g, '$1'));
    else if (plain !== undefined && plain !== '') items.push(plain);
  }
  return items;
}

/** Reads CSV with a header: a map of texts for each row. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header, ...rows] = csvRows(text);
  if (header === undefined) return [];
  return rows.map((row) => Object.fromEntries(header.slice(0, row.length).map((name, at) => [name, row[at] ?? ''])));
}

/** Empty lines are no rows. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [whole, quoted, plain = '', end = ''] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\r?\n|$)/g)) {
    if (whole === '' && row.length === 0) continue;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || quoted !== undefined || plain !== '') rows.push(row);
    row = [];
  }
  return rows;
}
