/** SQLite: `node:sqlite` where Node has it, else libsql. The only place that knows either. */
import { createRequire } from 'node:module';

export type SqlValue = string | number | bigint | Uint8Array | null;
export type SqlRow = Record<string, SqlValue>;

export interface SqlStatement {
  /** Gives how many rows were changed. */
  run(...values: SqlValue[]): number;
  all(...values: SqlValue[]): SqlRow[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

interface DriverStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  all(...values: SqlValue[]): unknown[];
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
        all: (...values) => (statement.all(...values) as Record<string, SqlValue | ArrayBuffer>[]).map(withBytes),
      };
    },
  };
}

/** libsql gives blobs of some statements as ArrayBuffer. Observed: 0.5.29. */
function withBytes(row: Record<string, SqlValue | ArrayBuffer>): SqlRow {
  for (const [name, value] of Object.entries(row)) if (value instanceof ArrayBuffer) row[name] = Buffer.from(value);
  return row as SqlRow;
}
