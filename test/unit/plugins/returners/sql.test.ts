/** postgres, pgjsonb and mysql beyond what a job store does: events, refusals, what the tables cannot hold, a driver that is missing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ReturnerQueues } from '../../../../src/bus/returners/returner-queue.js';
import { listeningLog } from '../../../support/module-host.js';
import { skipWithoutMaria, skipWithoutPostgres, startMaria, startPostgres, type Database } from '../../../support/servers/databases.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';
import { freePort } from '../../../support/servers/program-server.js';

const root = mkdtempSync(join(tmpdir(), 'sql-'));
after(() => rmSync(root, { recursive: true, force: true }));

interface Case {
  readonly name: string;
  readonly section: string;
  readonly secret: string;
  readonly driver: string;
  readonly skip: string | false;
  start(): Promise<Database>;
}
const cases: Case[] = [
  { name: 'postgres', section: 'returner.postgres', secret: 'passwd', driver: 'pg', skip: skipWithoutPostgres, start: () => startPostgres(root) },
  { name: 'pgjsonb', section: 'returner.pgjsonb', secret: 'pass', driver: 'pg', skip: skipWithoutPostgres, start: () => startPostgres(root) },
  { name: 'mysql', section: 'mysql', secret: 'pass', driver: 'mysql2', skip: skipWithoutMaria, start: () => startMaria(root) },
];

for (const { name, section, secret, driver, skip, start } of cases) {
  test(`${name} works with tables made twice, keeps what others refuse, and tells nobody its password`, { skip }, async () => {
    await using server = await start();
    server.create('salt', name);
    server.upgrade('salt', name);
    const { returner, lines } = await openReturner(root, name, { [section]: { host: '127.0.0.1', port: server.port, [secret]: server.password }, [`wrong.${section}.${secret}`]: 'geheim-8' });
    const odd = "NUL \u0000 \\u0000 quote ' \" ? % 😀";
    await returner.call('returner', [result({ return: odd })]);
    await returner.call('eventReturn', [[{ tag: 'a', data: { n: 1 } }, { tag: 'b', data: { x: odd } }]]);
    const found = await returner.call('getFun', ['test.echo']) as Record<string, { return: string }>;
    assert.equal(found['web1']?.return, name === 'pgjsonb' ? odd.replace('\u0000', '\ufffd') : odd);
    assert.deepEqual(await returner.call('getMinions', []), ['web1']);
    const refused = (error: Error): boolean => /cannot be reached: .*(?:password authentication failed|Access denied)/.test(error.message) && !error.message.includes('geheim');
    await assert.rejects(returner.call('getMinions', [], { ret: { ret_config: 'wrong' } }), refused);
    assert.doesNotMatch(JSON.stringify(lines), /geheim/);
  });

  test(`${name} says which package it needs, and the result waits`, { skip: skip === false || !skip.includes('optional package') ? `the package ${driver} is installed` : false }, async () => {
    const { host, returner } = await openReturner(root, name, {});
    await assert.rejects(returner.call('returner', [result()]), new RegExp(`needs the npm package '${driver}[^']*', which is not installed here`));
    await using queues = new ReturnerQueues({ host, dir: mkdtempSync(join(root, 'q-')), log: listeningLog() });
    const queue = await queues.of(name);
    queue?.put('returner', result());
    await queue?.settled(5000);
    assert.equal(queue?.counters.waiting, 1);
  });
}

test('results wait for a PostgreSQL that comes later', { skip: skipWithoutPostgres }, async () => {
  const port = await freePort();
  const { host, returner } = await openReturner(root, 'postgres', { 'returner.postgres': { host: '127.0.0.1', port, passwd: 'geheim-7' } });
  await using queues = new ReturnerQueues({ host, dir: mkdtempSync(join(root, 'q-')), log: listeningLog() });
  const queue = await queues.of('postgres');
  for (const id of ['web1', 'web2']) queue?.put('returner', result({ id }));
  await queue?.settled(10_000);
  assert.deepEqual([queue?.counters.given, queue?.counters.waiting], [0, 2]);
  await using server = await startPostgres(root, port);
  server.create('salt', 'postgres');
  for (let left = 600; left > 0 && (queue?.counters.waiting ?? 0) > 0; left -= 1) await pause(50);
  assert.deepEqual(await returner.call('getMinions', []), ['web1', 'web2']);
});

test('postgres_local_cache shares the tables of Salt: rows of either are read, and only what is fresh is listed', { skip: skipWithoutPostgres }, async () => {
  await using server = await startPostgres(root);
  server.create('salt', 'postgres_local_cache');
  // As Salt's own documentation makes them.
  server.ask('salt', 'ALTER TABLE jids DROP COLUMN minions');
  server.upgrade('salt', 'postgres_local_cache');
  const { returner } = await openReturner(root, 'postgres_local_cache', { 'master_job_cache.postgres': { host: '127.0.0.1', port: server.port, passwd: server.password } });
  const old = '20200102030405678901';
  server.ask('salt', `INSERT INTO jids (jid, started, tgt_type, cmd, tgt, kwargs, ret, username, arg, fun) VALUES ('${old}', '2020, Jan 02 03:04:05.678901', 'list', 'publish', '[''a'', ''b'']', '{''delimiter'': '':''}', '', 'root', '["x"]', 'test.echo')`);
  server.ask('salt', `INSERT INTO salt_returns (fun, jid, return, id, success) VALUES ('test.echo', '${old}', '{"return": "x", "retcode": 0, "success": true}', 'a', true), ('test.echo', '${old}', '"bare"', 'b', null)`);
  assert.deepEqual(await returner.call('getLoad', [old]), { jid: old, fun: 'test.echo', arg: ['x'], tgt: "['a', 'b']", tgt_type: 'list', user: 'root', ret: '', cmd: 'publish', kwargs: "{'delimiter': ':'}" });
  assert.deepEqual(await returner.call('getJid', [old]), { a: { return: 'x', retcode: 0, success: true }, b: { return: 'bare' } });
  const fresh = await returner.call('prepJid', [false, null]);
  await returner.call('saveLoad', [fresh, { jid: fresh, fun: ['test.ping', 'test.echo'], arg: [[], ['x']], tgt: ['a', 'b'], tgt_type: 'list', user: 'root', ret: '', kwargs: { delimiter: ':' } }, ['b', 'a']]);
  assert.deepEqual(Object.keys(await returner.call('getJids', [])), [fresh]);
  const load = await returner.call('getLoad', [fresh]);
  assert.deepEqual([load['tgt'], load['fun'], load['kwargs'], load['Minions']], [['a', 'b'], ['test.ping', 'test.echo'], { delimiter: ':' }, ['a', 'b']]);
  await returner.call('eventReturn', [[{ tag: 'x', data: { n: 1 } }]]);
  assert.equal(server.ask('salt', 'SELECT tag, data FROM salt_events'), 'x|{"n": 1}');
});
