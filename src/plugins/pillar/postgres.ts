/**
 * `postgres`: rows of PostgreSQL as pillar. Option `postgres`: `host`, `port`, `user`, `pass`, `db`. Needs the package `pg`.
 *
 * Source: read, Salt 3008.3 `salt.pillar.postgres`.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { floatOf, type PlainMap } from '../../kernel/std/value.js';
import { loadDriver } from '../../kernel/sys/driver.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { fetchRows, type SqlSource } from './sql/fetch.js';
import { placeholders } from './sql/placeholders.js';
import { serverOptions } from './sql/options.js';
import type { Row } from './sql/rows.js';

type Parse = (text: string) => unknown;
interface Types {
  getTypeParser(oid: number, format: string): Parse;
}
interface Client {
  connect(): Promise<void>;
  query(request: { text: string; values: readonly string[]; rowMode: 'array' }): Promise<{ fields: readonly { name: string }[]; rows: readonly Row[] }>;
  end(): Promise<void>;
}
interface Package {
  readonly Client: new (options: object) => Client;
  readonly types: Types;
}
type Driver = Partial<Package> & { readonly default: Package };

const PORT = 5432;
const TIMEOUT_MS = 20_000;

const asText: Parse = (text) => text;
const asFloat: Parse = (text) => floatOf(Number(text));
const asInteger: Parse = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text));
/** By the number of the type. Dates stay text, since pillar has no type for them; large integers and whole floats stay what they are. */
const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [20, asInteger], [700, asFloat], [701, asFloat], [114, readJson], [3802, readJson],
  ...[1082, 1083, 1114, 1184, 1186, 1266, 600, 718].map((oid) => [oid, asText] as const),
]);
/** Lists of dates and points: the driver would make objects of what is in them. */
const OBJECT_LISTS = new Set([1017, 1115, 1182, 1185, 1187, 651]);

const typesOver = (types: Types): Types => ({
  getTypeParser: (oid, format) => (OBJECT_LISTS.has(oid) ? types.getTypeParser(TEXT_LIST, format) : PARSERS.get(oid) ?? types.getTypeParser(oid, format)),
});
const TEXT_LIST = 1009;

async function open(opts: Readonly<PlainMap>): Promise<SqlSource> {
  const driver = await loadDriver<Driver>('The external pillar postgres', 'pg');
  const { host, port, user, password, database } = serverOptions(opts, 'postgres', PORT);
  const { Client, types } = { ...driver.default, ...driver };
  const client = new Client({
    host, port, user, password, database, connectionTimeoutMillis: TIMEOUT_MS, statement_timeout: TIMEOUT_MS, types: typesOver(types),
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
