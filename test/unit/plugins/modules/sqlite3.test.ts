/** Answers are those of Python's sqlite3 with SQLite 3.40. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Float } from '../../../../src/kernel/std/value.js';
import sqlite3 from '../../../../src/plugins/modules/sqlite3.js';
import { machine } from './machine.js';

const folder = mkdtempSync(join(tmpdir(), 'tsalt-sqlite3-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const { call } = machine({ modules: [sqlite3] });

test('sqlite3: tables, rows, and values as Python has them', async () => {
  const db = join(folder, "it's a db");
  assert.equal(await call('sqlite3.modify', [db, 'CREATE TABLE test(id INT, share REAL, data BLOB, word TEXT);']), true);
  assert.equal(await call('sqlite3.modify', [db, 'CREATE UNIQUE INDEX by_id ON test (id)']), true);
  assert.equal(await call('sqlite3.modify', [db, "INSERT INTO test VALUES (1, 1, x'00ff', 'a;b'), (9007199254740993, 1.5, NULL, '--')"]), true);
  assert.deepEqual(await call('sqlite3.fetch', [db, 'SELECT *, id AS id FROM test -- all; of them']), [
    [1, new Float(1), Buffer.from([0, 255]), 'a;b', 1], [9007199254740993n, 1.5, null, '--', 9007199254740993n],
  ]);
  assert.deepEqual(await call('sqlite3.tables', [db]), [['test']]);
  assert.deepEqual([await call('sqlite3.indices', [db]), await call('sqlite3.indexes', [db])], [[['by_id']], [['by_id']]]);
  assert.equal(await call('sqlite3.modify', [db, 'CREATE TRIGGER t AFTER INSERT ON test BEGIN DELETE FROM test; SELECT 1; END;']), true);
  assert.match(String(await call('sqlite3.sqlite_version')), /^3\.\d+\.\d+$/);
  assert.match(String(await call('sqlite3.version')), /^\d+\./);
});

test('sqlite3: no file, no statement, and what SQLite refuses', async () => {
  const db = join(folder, 'other');
  for (const fun of ['modify', 'fetch', 'tables', 'indices', 'indexes']) assert.equal(await call(`sqlite3.${fun}`), false);
  assert.deepEqual(await call('sqlite3.fetch', [db, ' -- nothing\n']), []);
  await assert.rejects(call('sqlite3.fetch', [db, 'SELECT * FROM none']), { message: 'no such table: none' });
  await assert.rejects(call('sqlite3.modify', [db, 'selec']), { message: 'near "selec": syntax error' });
  for (const sql of ['SELECT 1; SELECT 2', "SELECT ';';DROP TABLE x", 'SELECT 1;/* x */ DELETE FROM x']) {
    await assert.rejects(call('sqlite3.modify', [db, sql]), { className: 'sqlite3.ProgrammingError', message: 'You can only execute one statement at a time.' });
  }
  await assert.rejects(call('sqlite3.fetch', [join(folder, 'none', 'db'), 'SELECT 1']), { code: 'job.command_failed' });
});
