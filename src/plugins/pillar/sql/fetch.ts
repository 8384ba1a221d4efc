/** Asks all queries of an SQL source, one after the other, and makes one mapping of the answers. */
import type { PlainMap, Value, ValueMap } from '../../../kernel/std/value.js';
import { queriesOf } from './queries.js';
import { finished, RowReader, type Node, type Row } from './rows.js';

/** A connection to a database. */
export interface SqlSource extends AsyncDisposable {
  /** `%s`, or `?` for SQLite, stands for the id of the minion. */
  ask(query: string, id: string): Promise<{ readonly fields: readonly string[]; readonly rows: readonly Row[] }>;
}

export async function fetchRows(args: readonly Value[], kwargs: PlainMap, id: string, open: () => Promise<SqlSource>): Promise<ValueMap> {
  const queries = queriesOf(args, kwargs);
  const result: Node = new Map();
  if (queries.length === 0) return {};
  await using source = await open();
  for (const query of queries) {
    const { fields, rows } = await source.ask(query.text, id);
    let focus = result;
    if (query.root !== null) result.set(query.root, focus = new Map());
    new RowReader(query, fields).read(rows, focus);
  }
  return finished(result);
}
