/**
 * `mysql`: rows of MySQL or MariaDB as pillar. Option `mysql`: `host`, `port`, `user`, `pass`, `db`, `unix_socket`. Needs the
 * package `mysql2`.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { floatOf, type PlainMap, type Value } from '../../kernel/std/value.js';
import { loadDriver } from '../../kernel/sys/driver.js';
import { fetchRows, type SqlSource } from './sql/fetch.js';
import { placeholders } from './sql/placeholders.js';
import { serverOptions } from './sql/options.js';
import type { Row } from './sql/rows.js';

interface Field {
  readonly name: string;
  readonly columnType: number;
}
interface Connection {
  execute(request: { sql: string; values: readonly string[]; rowsAsArray: true; timeout: number }): Promise<[readonly Row[], readonly Field[]]>;
  end(): Promise<void>;
}
interface Driver {
  createConnection(options: object): Promise<Connection>;
}

const PORT = 3306;
const TIMEOUT_MS = 20_000;

/** Numbers of column types. */
const FLOATS = new Set([4, 5]);
const LONG_LONG = 8;

/** Whole floats and integers beyond JavaScript's stay what they are. */
function typed(value: Value, { columnType }: Field): Value {
  if (typeof value === 'number' && FLOATS.has(columnType)) return floatOf(value);
  return typeof value === 'string' && columnType === LONG_LONG ? BigInt(value) : value;
}

async function open(opts: Readonly<PlainMap>): Promise<SqlSource> {
  const driver = await loadDriver<Driver>('The external pillar mysql', 'mysql2/promise');
  const { host, port, user, password, database, socket } = serverOptions(opts, 'mysql', PORT);
  const connection = await driver.createConnection({
    host, port, user, password, database, connectTimeout: TIMEOUT_MS, dateStrings: true, supportBigNumbers: true, ...(socket === undefined ? {} : { socketPath: socket }),
  });
  return {
    async ask(query, id) {
      const { text, count } = placeholders(query, () => '?');
      const [rows, fields] = await connection.execute({ sql: text, values: Array.from({ length: count }, () => id), rowsAsArray: true, timeout: TIMEOUT_MS });
      return { fields: fields.map(({ name }) => name), rows: rows.map((row) => row.map((value, at) => typed(value, fields[at] as Field))) };
    },
    [Symbol.asyncDispose]: () => connection.end(),
  };
}

export default defineExtPillar({
  name: 'mysql',
  doc: 'Rows of MySQL or MariaDB queries; `%s` in a query stands for the id of the minion.',
  params: { args: p.rest(), kwargs: p.keywords() },
  extPillar: ({ args, kwargs }, ctx, { id }) => fetchRows(args, kwargs, id, () => open(ctx.opts)),
});
