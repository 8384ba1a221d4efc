import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, tokenizeGrant, type Grant } from '../../../../src/plugins/modules/mysql/grants.js';
import { statements } from '../../../../src/plugins/modules/mysql/queries.js';

test('tokenizeGrant() reads what real Salt 3008.3 reads', () => {
  const cases: [string, object][] = [
    ["GRANT SELECT, INSERT ON testdb.* TO 'testuser'@'localhost'", { user: 'testuser', host: 'localhost', grant: ['SELECT', 'INSERT'], database: 'testdb.*' }],
    ["GRANT ALL PRIVILEGES ON `a b`.* TO `u`@`%` WITH GRANT OPTION", { user: '`u`', host: '`%`', grant: ['ALL PRIVILEGES'], database: '`a b`.*' }],
    ["GRANT SELECT (`x`, y), LOCK TABLES ON `d`.`t` TO 'u'@'h'", { user: 'u', host: 'h', grant: ['SELECT', 'SELECT.`x`', 'SELECT.y', 'LOCK TABLES'], database: '`d`.`t`' }],
  ];
  for (const [text, tokens] of cases) assert.deepEqual(tokenizeGrant(text), tokens);
});

const wish = (more: Partial<Grant>): Grant => ({ grant: 'SELECT', database: 'db.*', user: 'u', host: 'h', grantOption: false, escape: true, ...more });

test('holds() finds rights among those of a user', () => {
  const grants = ["GRANT USAGE ON *.* TO `u`@`h`", 'GRANT SELECT, BINLOG MONITOR, INSERT (a) ON `db`.* TO `u`@`h`', 'GRANT ALL PRIVILEGES ON `my\\_db`.* TO `u`@`h` WITH GRANT OPTION'];
  assert.deepEqual([{}, { grant: 'select,replication client' }, { grant: 'INSERT (`a`)' }, { database: 'my_db.*', grant: 'DELETE' }, { database: 'my_db.*', grant: 'all', grantOption: true }].map((more) => holds(grants, wish(more))), [true, true, true, true, true]);
  assert.deepEqual([{ grant: 'DELETE' }, { grant: 'INSERT' }, { grantOption: true }, { database: 'other.*' }, { grant: 'INSERT (b)' }].map((more) => holds(grants, wish(more))), [false, false, false, false, false]);
  assert.throws(() => holds(grants, wish({ grant: 'SELECT, FLY' })), { message: "Invalid grant : 'FLY'" });
});

test('statements() parts at semicolons that are not in quotes or comments', () => {
  assert.deepEqual(statements("a ';' \"b;\" `c;`; -- d;\n e--f # g;\n; /* h; */ i /*! j */;;"), ["a ';' \"b;\" `c;`", 'e--f', 'i /*! j */']);
  assert.deepEqual(statements("'it''s \\'; x'; y"), ["'it''s \\'; x'", 'y']);
});
