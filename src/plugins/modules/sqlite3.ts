/** Databases of SQLite. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { tsaltVersion } from '../../kernel/std/version.js';
import type { Value } from '../../kernel/std/value.js';
import { cellValue, refuseSeveral, withDatabase } from '../../kernel/sys/sqlite-session.js';

function fetched(db: string, sql: string): Value {
  refuseSeveral(sql);
  // A text without a statement gives nothing; the driver calls it no error with an error.
  if (/^(?:\s|--[^\n]*|;)*$/.test(sql)) return [];
  return withDatabase(db, (database) => database.prepare(sql).rows().map((row) => row.map(cellValue)));
}

const names = (db: string | null, type: 'table' | 'index'): Value =>
  (db === null ? false : fetched(db, `SELECT name FROM sqlite_master WHERE type='${type}' ORDER BY name;`));

const db = p.string(null, 'path of the file; made when there is none');
const sql = p.string(null, 'one statement');

export default defineModule({
  name: 'sqlite3',
  doc: 'Asks and changes databases of SQLite.',
  functions: {
    version: fn({ doc: "Give the version of what speaks to SQLite: this program.\n\nsalt '*' sqlite3.version", run: () => tsaltVersion() }),
    sqlite_version: fn({
      doc: "Give the version of SQLite.\n\nsalt '*' sqlite3.sqlite_version",
      run: () => withDatabase(':memory:', (database) => cellValue(database.prepare('SELECT sqlite_version()').rows()[0]?.[0] ?? null)),
    }),
    modify: fn({
      doc: "Run a statement that changes something; False without a file.\n\nsalt '*' sqlite3.modify /root/test.db 'CREATE TABLE test(id INT, testdata TEXT);'",
      params: { db, sql },
      run(args) {
        if (args.db === null) return false;
        fetched(args.db, args.sql ?? '');
        return true;
      },
    }),
    fetch: fn({
      doc: "Give all rows of a question, each a list; False without a file.\n\nsalt '*' sqlite3.fetch /root/test.db 'SELECT * FROM test;'",
      params: { db, sql },
      run: (args) => (args.db === null ? false : fetched(args.db, args.sql ?? '')),
    }),
    tables: fn({ doc: "List the tables, each in a list of its own.\n\nsalt '*' sqlite3.tables /root/test.db", params: { db }, run: (args) => names(args.db, 'table') }),
    indices: fn({ doc: "List the indices, each in a list of its own.\n\nsalt '*' sqlite3.indices /root/test.db", params: { db }, run: (args) => names(args.db, 'index') }),
    indexes: fn({ doc: "The same as indices.\n\nsalt '*' sqlite3.indexes /root/test.db", params: { db }, run: (args) => names(args.db, 'index') }),
  },
});
