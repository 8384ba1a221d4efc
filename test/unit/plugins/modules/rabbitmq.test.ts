/** The real RabbitMQ: a node of its own, with its own name, ports and folders, answers what our words ask. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';

const PROGRAMS = '/usr/lib/rabbitmq/bin';
const skip = existsSync(`${PROGRAMS}/rabbitmq-server`) ? false : 'rabbitmq-server is not installed';
const START_MS = 120_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise<void>((done) => void server.close(() => done()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('users, passwords, virtual hosts and policies of a real server', { skip, timeout: 3 * START_MS }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-rabbitmq-'));
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()];
  // Debian's script in front of the program would start it as another user, in the folders of the system.
  const own = ['rabbitmqctl', 'rabbitmq-plugins'].map((name) => join(root, name));
  for (const path of own) writeFileSync(path, `#!/bin/sh\nexec ${PROGRAMS}/${path.slice(root.length + 1)} "$@"\n`);
  for (const path of own) chmodSync(path, 0o755);
  const env = {
    PATH: `${root}:${process.env['PATH'] ?? ''}`, HOME: root, LANG: 'C.UTF-8', RABBITMQ_NODENAME: `t${process.pid}@localhost`, RABBITMQ_NODE_PORT: String(port), RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(mapper), RABBITMQ_MNESIA_BASE: join(root, 'mnesia'), RABBITMQ_LOG_BASE: join(root, 'log'), RABBITMQ_ENABLED_PLUGINS_FILE: join(root, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(root, 'none'), RABBITMQ_CONF_ENV_FILE: '/dev/null', RABBITMQ_PID_FILE: join(root, 'pid'), RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
  };
  const server = spawn(`${PROGRAMS}/rabbitmq-server`, [], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const started = new Promise<void>((done, fail) => {
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); if (said.includes('completed with')) done(); });
    server.once('exit', () => fail(new Error(`rabbitmq-server ended:\n${said}`)));
  });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  t.after(async () => {
    if (server.exitCode === null && server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
    await ended;
    spawnSync('epmd', ['-port', String(mapper), '-kill'], { env });
    rmSync(root, { recursive: true, force: true });
  });
  await started;

  await using host = await testHost({ sys: createSys({ env }), grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = host.session({ signal: neverAborted() });
  const call = (fun: string, ...args: (string | null)[]): Promise<unknown> => session.call(`rabbitmq.${fun}`, args);
  const odd = "-o d'd; $(id)";
  assert.match(JSON.stringify(await call('add_user', odd, "-pa ss'$(id)")), /^\{"Added":"Adding user/);
  assert.deepEqual(await call('list_users'), { guest: ['administrator'], [odd]: [] });
  assert.equal(await call('check_password', odd, "-pa ss'$(id)"), true);
  assert.equal(await call('check_password', odd, 'wrong'), false);
  await call('set_permissions', '/', odd, '.*', '', '^x$');
  assert.deepEqual(await call('list_user_permissions', odd), { '/': { configure: '.*', write: '', read: '^x$' } });
  await call('set_policy', '/', odd, '^x', '{"max-length": 5}');
  assert.deepEqual(await call('list_policies'), { '/': { [odd]: { pattern: '^x', apply_to: 'all', definition: '{"max-length":5}', priority: '0' } } });
  await assert.rejects(call('delete_user', 'nobody'), /RabbitMQ command failed: [^]*Error:\nUser "nobody" does not exist/);
});
