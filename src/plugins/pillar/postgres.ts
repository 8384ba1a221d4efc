/**
 * `postgres`: rows of PostgreSQL as pillar. Option `postgres`: `host`, `port`, `user`, `pass`, `db`. Needs the package `pg`.
 *
 * Source: read, Salt 3008.3 `salt.pillar.postgres`.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { loadDriver } from '../../kernel/sys/driver.js';
import { fetchRows, type SqlSource } from './sql/fetch.js';
import { placeholders } from './sql/placeholders.js';
import { serverOptions } from './sql/options.js';
import type { Row } from './sql/rows.js';

interface Client {
  connect(): Promise<void>;
  query(request: { text: string; values: readonly string[]; rowMode: 'array' }): Promise<{ fields: readonly { name: string }[]; rows: readonly Row[] }>;
  end(): Promise<void>;
}
interface Driver {
  readonly Client?: new (options: object) => Client;
  readonly default: { readonly Client: new (options: object) => Client };
}

const PORT = 5432;
const TIMEOUT_MS = 20_000;

async function open(opts: Readonly<PlainMap>): Promise<SqlSource> {
  const driver = await loadDriver<Driver>('The external pillar postgres', 'pg');
  const { host, port, user, password, database } = serverOptions(opts, 'postgres', PORT);
  const client = new (driver.Client ?? driver.default.Client)({
    host, port, user, password, database, connectionTimeoutMillis: TIMEOUT_MS, statement_timeout: TIMEOUT_MS,
  });
  await client.connect();
  return {
    async ask(query, id) {
      const { text, count } = placeholders(query, (at) => `$${at}`);
      const { fields, rows } = await client.query({ text, values: Array.from({ length: count }, () => id), rowMode: 'array' });
      return { fields: fields.map(({ name }) => name), rows };
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

export default defineExtPillar({
  name: 'postgres',
  doc: 'Rows of PostgreSQL queries; `%s` in a query stands for the id of the minion.',
  params: { args: p.rest(), kwargs: p.keywords() },
  extPillar: ({ args, kwargs }, ctx, { id }) => fetchRows(args, kwargs, id, () => open(ctx.opts)),
});
