/** Reads the machine readable output of parted. Source: read, Salt 3008.3; output of parted 3.5. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { mapFrom, type PlainMap, type ValueMap } from '../../../kernel/std/value.js';

const DISK = ['disk', 'size', 'interface', 'logical sector', 'physical sector', 'partition table', 'model', 'disk flags'];
/** Lines that say in which unit the rest is. */
const UNIT_LINES = ['BYT;', 'CHS;', 'CYL;'];

const problem = (): CommandExecutionError => new CommandExecutionError('Problem encountered while parsing output from parted');

/** Differs: a colon or backslash in a name is marked by a backslash and belongs to the name; Salt cuts there and fails. */
function columnsOf(line: string): string[] {
  const text = line.replace(/;+$/, '');
  return [...text.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/g)].map(([, column = '']) => column.replaceAll(/\\(.)/g, '$1'));
}

function diskOf(line: string): PlainMap {
  const columns = columnsOf(line);
  // Parted 2 tells no flags of the disk.
  if (columns.length < 7 || columns.length > 8) throw problem();
  return Object.fromEntries(columns.map((column, at) => [DISK[at] ?? '', column]));
}

/** In cylinders, heads and sectors there is no size; a free place in the table has no file system, name and flags. */
function partitionOf(line: string, unit: string | null): PlainMap {
  const columns = columnsOf(line);
  const isFree = columns.at(-1) === 'free';
  if (isFree) columns.pop();
  const names = ['number', 'start', 'end', ...unit === 'chs' ? [] : ['size'], ...isFree ? [] : ['file system', 'name', 'flags']];
  if (names.length !== columns.length) throw problem();
  return Object.fromEntries(names.map((name, at) => [name, columns[at] ?? '']));
}

export function parsePrint(lines: readonly string[], unit: string | null): { info: PlainMap; partitions: ValueMap } {
  const [first, ...rest] = lines.filter((line) => line !== '' && !UNIT_LINES.includes(line));
  if (first === undefined) return { info: {}, partitions: {} };
  return { info: diskOf(first), partitions: mapFrom(rest.map((line) => partitionOf(line, unit)).map((row) => [row['number'] ?? '', row])) };
}
