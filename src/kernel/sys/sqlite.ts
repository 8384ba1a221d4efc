/** SQLite: `node:sqlite` where Node has it, else libsql. The only place that knows either. */
import { createRequire } from 'node:module';

export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Record<string, SqlValue>;

export interface SqlStatement {
  /** Gives how many rows were changed. */
  run(...values: SqlValue[]): number;
  all(...values: SqlValue[]): SqlRow[];
  /** Rows with their columns by place, so that equal names stay apart: whole numbers are bigint, numbers are floats. */
  rows(...values: SqlValue[]): SqlValue[][];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

interface DriverStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  all(...values: SqlValue[]): unknown[];
  /** libsql's words for what `rows` needs, and Node's; Node has the second from version 24. */
  raw?(isRaw: boolean): unknown;
  /** libsql: whether there will be rows; it refuses `raw` for others. */
  readonly reader?: boolean;
  safeIntegers?(isSafe: boolean): unknown;
  setReadBigInts?(isBig: boolean): void;
  setReturnArrays?(isArray: boolean): void;
}
interface Driver {
  exec(sql: string): unknown;
  prepare(sql: string): DriverStatement;
  close(): unknown;
}
type DriverClass = new (path: string) => Driver;

const nodeMajor = Number(process.versions.node.split('.')[0]);

function driverClass(): DriverClass {
  const require = createRequire(import.meta.url);
  if (nodeMajor >= 22) return (require('node:sqlite') as { DatabaseSync: DriverClass }).DatabaseSync;
  return require('libsql') as DriverClass;
}

/** Opens (and makes) a database file. @throws the driver's error when the file is no database */
export function openDatabase(path: string): Database {
  const driver = new (driverClass())(path);
  return {
    exec: (sql) => void driver.exec(sql),
    close: () => void driver.close(),
    prepare(sql) {
      const statement = driver.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...values).changes),
        rows: (...values) => rowsOf(driver.prepare(sql), values),
        all: (...values) => (statement.all(...values) as Record<string, SqlValue | ArrayBuffer>[]).map(withBytes),
      };
    },
  };
}

function rowsOf(statement: DriverStatement, values: SqlValue[]): SqlValue[][] {
  if (statement.reader !== false) statement.raw?.(true);
  statement.safeIntegers?.(true);
  statement.setReadBigInts?.(true);
  statement.setReturnArrays?.(true);
  const rows = statement.all(...values) as ((SqlValue | ArrayBuffer)[] | Record<string, SqlValue | ArrayBuffer>)[];
  return rows.map((row) => Object.values(row).map((value) => (value instanceof ArrayBuffer ? Buffer.from(value) : value)));
}

/** libsql gives blobs of some statements as ArrayBuffer. Observed: 0.5.29. */
function withBytes(row: Record<string, SqlValue | ArrayBuffer>): SqlRow {
  for (const [name, value] of Object.entries(row)) if (value instanceof ArrayBuffer) row[name] = Buffer.from(value);
  return row as SqlRow;
}
