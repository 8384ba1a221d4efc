/** The texts of `--help` and of the usage line, laid out as Python's optparse does. Source: observed, Python 3.11. */
import { wrapText } from '../kernel/std/python-wrap.js';
import { takesValue, type OptionRow, type ProgramTable } from './options/option.js';

const HELP_COLUMN_MAX = 24;
const COLUMNS_USUAL = 80;
const COLUMNS_LEAST = 40;

export function usageLine({ name, usage }: ProgramTable): string {
  return `Usage: ${name} ${usage}\n`;
}

/** The whole text; `columns` is the width of the terminal. */
export function helpText(table: ProgramTable, columns = COLUMNS_USUAL): string {
  const width = Math.max(columns, COLUMNS_LEAST) - 2;
  const column = helpColumn(table);
  const parts = [usageLine(table)];
  if (table.description !== undefined) parts.push(`${wrapText(table.description, width, '')}\n`);
  const rows = (list: readonly OptionRow[], indent: number): string => list.map((row) => rowText(row, indent, column, width)).join('');
  const groups = table.groups.map(({ title, doc, rows: own }) => {
    const about = doc === undefined ? '' : `${wrapText(doc, width, '    ')}\n\n`;
    return `  ${title}:\n${about}${rows(own, 4)}`;
  });
  parts.push([`Options:\n${rows(table.rows, 2)}`, ...groups].join('\n'));
  parts.push(`More about ${table.name} stands in its documentation.\n`);
  return parts.join('\n');
}

/** Where the texts begin: after the longest term, but never far to the right. */
function helpColumn(table: ProgramTable): number {
  const ends = [
    ...table.rows.map((row) => term(row).length + 2),
    ...table.groups.flatMap((group) => group.rows.map((row) => term(row).length + 4)),
  ];
  return Math.min(Math.max(...ends) + 2, HELP_COLUMN_MAX);
}

function term(row: OptionRow): string {
  if (!takesValue(row)) return row.flags.join(', ');
  const word = row.metavar ?? row.dest.toUpperCase();
  return row.flags.map((flag) => (flag.startsWith('--') ? `${flag}=${word}` : `${flag} ${word}`)).join(', ');
}

function rowText(row: OptionRow, indent: number, column: number, width: number): string {
  const head = ' '.repeat(indent) + term(row);
  const text = wrapText(row.doc, width, ' '.repeat(column));
  return head.length > column - 2 ? `${head}\n${text}\n` : `${head.padEnd(column)}${text.slice(column)}\n`;
}
