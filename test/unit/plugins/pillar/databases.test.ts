/** The external pillars postgres and mysql, asking real servers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { floatOf, type PlainMap } from '../../../../src/kernel/std/value.js';
import { PillarFolder } from '../../../support/pillar-tree.js';
import { skipWithoutMaria, skipWithoutPostgres, startMaria, startPostgres, type Database } from '../../../support/servers/databases.js';

const root = mkdtempSync(join(tmpdir(), 'sql-pillar-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Case {
  readonly name: 'postgres' | 'mysql';
  readonly skip: string | false;
  start(): Promise<Database>;
  /** Columns of the table of types: name and type, and what the pillar gets. */
  readonly typed: readonly (readonly [type: string, literal: string, wanted: unknown])[];
  /** What the server says of a wrong query. */
  readonly refusal: RegExp;
}

const shared = [
  ['integer', '7', 7], ['bigint', '9007199254740993', 9007199254740993n], ['double precision', '2', floatOf(2)], ['double precision', '0.5', 0.5],
  ['numeric(10,2)', '12.50', '12.50'], ['date', "'2026-01-02'", '2026-01-02'], ['varchar(10)', 'NULL', null], ['text', "'grün'", 'grün'],
] as const;

const cases: readonly Case[] = [
  {
    name: 'postgres', skip: skipWithoutPostgres, start: () => startPostgres(root), refusal: /relation "nowhere" does not exist/,
    typed: [...shared, ['boolean', 'true', true], ['jsonb', `'{"b": [1, 2.5]}'`, { b: [1, 2.5] }], ['timestamp', "'2026-01-02 03:04:05'", '2026-01-02 03:04:05'], ['text[]', "'{a,b}'", ['a', 'b']], ['date[]', "'{2026-01-02}'", ['2026-01-02']]],
  },
  {
    name: 'mysql', skip: skipWithoutMaria, start: () => startMaria(root), refusal: /nowhere' doesn't exist/,
    typed: [...shared, ['datetime', "'2026-01-02 03:04:05'", '2026-01-02 03:04:05'], ['blob', "'ab'", Buffer.from('ab')]],
  },
];

const ROWS = `CREATE TABLE rows_of (m varchar(40), a varchar(40), b varchar(40), d int);
  INSERT INTO rows_of VALUES ('m1','web','http',80),('m1','web','https',443),('m1','db','sql',NULL),('m2','x','y',1);`;

for (const { name, skip, start, typed, refusal } of cases) {
  test(`${name}: rows of a real server become pillar, with their types; a wrong query or password is an error without the secret`, { skip }, async () => {
    await using server = await start();
    server.create('salt', name);
    const columns = typed.map(([type], at) => `c${at} ${type}`).join(', ');
    server.ask('salt', `${ROWS} CREATE TABLE types_of (k varchar(10), ${columns}); INSERT INTO types_of VALUES ('one', ${typed.map(([, literal]) => literal).join(', ')})`);
    const compile = async (section: PlainMap, ...sources: object[]) => (await new PillarFolder().compile({ [name]: section, ext_pillar: sources as never })).pillar;
    const section = { host: '127.0.0.1', port: server.port, user: 'salt', pass: server.password, db: 'salt' };
    const query = (columnsOf: string): string => `SELECT ${columnsOf} FROM rows_of WHERE m = %s ORDER BY d, b`;

    assert.deepEqual(await compile(section,
      { [name]: [query('a, b, d')] },
      { [name]: { ports: { query: query('a, d'), as_list: true, ignore_null: true }, whole: [query('a, b, d'), 1] } },
    ), { db: { sql: null }, web: { http: 80, https: 443 }, ports: { web: [80, 443] }, whole: { db: { b: 'sql', d: null }, web: { b: 'https', d: 443 } } });

    const { types } = await compile(section, { [name]: { types: ['SELECT * FROM types_of', 1] } }) as { types: { one: PlainMap } };
    assert.deepEqual(Object.values(types.one), typed.map(([, , wanted]) => wanted));

    const wrong = await compile(section, { [name]: 'SELECT a, b FROM nowhere' });
    assert.match(String((wrong['_errors'] as string[])[0]), refusal);
    const locked = await compile({ ...section, pass: 'geheim-9' }, { [name]: query('a, d') });
    assert.match(String((locked['_errors'] as string[])[0]), new RegExp(`^Failed to load ext_pillar ${name}: `));
    assert.doesNotMatch(JSON.stringify(locked), /geheim/);
  });
}
