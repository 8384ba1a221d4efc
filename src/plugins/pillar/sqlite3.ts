/** `sqlite3`: rows of an SQLite database as pillar. Option `sqlite3`: `{pillar: {database: path}}`, or `pillar.sqlite3.database`. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { isMap, mapGet, type PlainMap } from '../../kernel/std/value.js';
import { openDatabase } from '../../kernel/sys/sqlite.js';
import { fetchRows, type SqlSource } from './sql/fetch.js';

const DATABASE = '/var/lib/salt/pillar.db';

function pathOf(opts: Readonly<PlainMap>): string {
  const section = isMap(opts['sqlite3'] ?? null) ? mapGet(opts['sqlite3'] as PlainMap, 'pillar') : undefined;
  const path = isMap(section) ? mapGet(section, 'database') : opts['pillar.sqlite3.database'];
  return typeof path === 'string' && path !== '' ? path : DATABASE;
}

/** @throws CommandExecutionError when there is no such file: one that is opened would be made */
async function open(ctx: Context): Promise<SqlSource> {
  const path = pathOf(ctx.opts);
  if (!await ctx.sys.exists(path)) throw new CommandExecutionError(`There is no SQLite database ${path}`);
  const database = openDatabase(path);
  return {
    ask(query, id) {
      const marks = query.replaceAll(/'(?:[^']|'')*'|"[^"]*"/g, '').split('?').length - 1;
      const found = database.prepare(query).all(...Array.from({ length: marks }, () => id));
      const fields = Object.keys(found[0] ?? {});
      return Promise.resolve({ fields, rows: found.map((row) => fields.map((name) => row[name] ?? null)) });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(database.close()),
  };
}

export default defineExtPillar({
  name: 'sqlite3',
  doc: 'Rows of SQLite queries; `?` in a query stands for the id of the minion.',
  params: { args: p.rest(), kwargs: p.keywords() },
  extPillar: ({ args, kwargs }, ctx, { id }) => fetchRows(args, kwargs, id, () => open(ctx)),
});
