/** Statements of SQLite for modules and states: one at a time, values as Python has them. */
import { CommandExecutionError, PythonError } from '../contract/errors.js';
import { asError } from '../std/async.js';
import { str } from '../std/python-text.js';
import { Float, floatOf, isBytes, isNumber, type Value } from '../std/value.js';
import { openDatabase, type Database, type SqlValue } from './sqlite.js';

/** Quoted text and names, comments, and what ends a statement. */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|\s+|[^'"`[\-/;\s]+|./g;

/** The driver would leave out what stands behind the first statement and say nothing. @throws PythonError as Python's sqlite3 */
export function refuseSeveral(sql: string): void {
  // The statements of a trigger belong to it.
  if (/^\s*CREATE\s+(?:TEMP\s+|TEMPORARY\s+)?TRIGGER\b/i.test(sql)) return;
  let isOver = false;
  for (const [piece] of sql.matchAll(PIECES)) {
    if (piece === ';') isOver = true;
    else if (isOver && !/^(?:\s|--|\/\*)/.test(piece)) throw new PythonError('sqlite3.ProgrammingError', 'You can only execute one statement at a time.');
  }
}

export const cellValue = (cell: SqlValue): Value => {
  if (typeof cell === 'number') return floatOf(cell);
  return typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
};

/** A value for a question mark of a statement. The driver takes every number for a float. */
export function valueCell(value: Value): SqlValue {
  if (value === null || typeof value === 'string' || isBytes(value)) return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Float) return value.value;
  if (!isNumber(value)) return str(value);
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

/** Works with a database file, which is closed after. @throws CommandExecutionError with SQLite's words */
export function withDatabase<T>(path: string, work: (database: Database) => T): T {
  let database: Database | undefined;
  try {
    database = openDatabase(path);
    return work(database);
  } catch (error) {
    if (error instanceof PythonError || error instanceof CommandExecutionError) throw error;
    throw new CommandExecutionError(asError(error).message, { cause: error });
  } finally {
    database?.close();
  }
}
