/** mongo beyond what a job store does. The server is a local one that speaks the documented part of MongoDB's wire protocol. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { floatOf, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { MongoServer } from '../../../support/servers/mongo-server.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';

const root = mkdtempSync(join(tmpdir(), 'mongo-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('documents have the fields of Salt, values keep their kinds, keys have neither dots nor NUL', async () => {
  await using server = await MongoServer.start();
  const { returner } = await openReturner(root, 'mongo', { mongo: { host: '127.0.0.1', port: server.port, indexes: true } });
  const value: Value = { 'file_|-/etc/motd.tail': { whole: floatOf(2), large: 9_007_199_254_740_993n, beyond: 2n ** 70n, half: 0.5, negative: -3, bytes: Uint8Array.of(0, 255), 'N\0L': null }, list: [true, 'ä'] };
  await returner.call('returner', [result({ return: value })]);
  const [kept = {}] = server.documents('salt.saltReturns');
  assert.deepEqual(Object.keys(kept).sort(), ['_id', 'full_ret', 'fun', 'jid', 'minion', 'return']);
  assert.deepEqual([kept['minion'], kept['fun']], ['web1', 'test.echo']);
  const found = await returner.call('getFun', ['test.echo']) as Record<string, PlainMap>;
  assert.deepEqual(found['web1']?.['return'], {
    'file_|-/etc/motd-tail': { whole: floatOf(2), large: 9_007_199_254_740_993n, beyond: String(2n ** 70n), half: 0.5, negative: -3, bytes: Uint8Array.of(0, 255), 'N\ufffdL': null }, list: [true, 'ä'],
  });
  assert.equal(server.commands.filter((name) => name === 'createIndexes').length, 4);
  await returner.call('eventReturn', [[{ tag: 'a', data: { n: 1 } }, { tag: 'b', data: { 'x.y': 2 } }]]);
  assert.deepEqual(server.documents('salt.events').map(({ tag }) => tag), ['a', 'b']);
  assert.deepEqual(await returner.call('getMinions', []), ['web1']);
});

test('it logs in with the users of its database, or as the URI says, and tells nobody its password', async () => {
  await using server = await MongoServer.start({ db: 'fleet', user: 'salt', password: 'geheim-7' });
  const { returner, lines } = await openReturner(root, 'mongo', {
    mongo: { host: '127.0.0.1', port: server.port, db: 'fleet', user: 'salt', password: 'geheim-7' }, 'wrong.mongo.password': 'geheim-8',
    'uri.mongo.uri': `mongodb://salt:geheim-7@127.0.0.1:${server.port}/fleet`,
  });
  await returner.call('returner', [result()]);
  assert.deepEqual(await returner.call('getMinions', [], { ret: { ret_config: 'uri' } }), ['web1']);
  await assert.rejects(returner.call('getMinions', [], { ret: { ret_config: 'wrong' } }), (error: Error) => /MongoDB cannot be reached: Authentication failed/.test(error.message) && !error.message.includes('geheim'));
  assert.doesNotMatch(JSON.stringify(lines), /geheim/);
});
