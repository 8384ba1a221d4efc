/** The module haproxy at the socket of a real haproxy. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import haproxyconn from '../../../src/plugins/modules/haproxyconn.js';
import { skipWithoutHaproxy as skip, startHaproxy, type Haproxy } from '../../support/servers/haproxy.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const PROXIES = `frontend in
  bind 127.0.0.1:PORT
  default_backend web
backend web
  server web1 192.0.2.1:80 weight 10
  server web2 192.0.2.2:80
backend web2
  server web2 192.0.2.2:80`;

const folder = mkdtempSync(join(tmpdir(), 'tsalt-haproxy-'));
let haproxy: Haproxy | undefined;
before(async () => { if (skip === false) haproxy = await startHaproxy(folder, PROXIES); });
after(async () => {
  await haproxy?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
const { call } = machine({ modules: [haproxyconn] });
const ask = (fun: string, ...args: (string | number)[]) => call(`haproxy.${fun}`, args, { socket: haproxy?.socket ?? '' });
/** `weight` of the other server of `web` and that of `web2` stay 1. */
const line = (name: string, status: string, weight: number): string => `Name: ${name} Status: ${status} Weight: ${weight} bIn: 0 bOut: 0`;

test('front ends, backends and servers are listed', { skip }, async () => {
  assert.equal(await ask('show_frontends'), 'in');
  assert.deepEqual(await ask('list_frontends'), ['in']);
  assert.equal(await ask('show_backends'), 'web\nweb2');
  assert.equal(await ask('list_servers', 'web'), `${line('web1', 'no check', 10)}\n${line('web2', 'no check', 1)}`);
  assert.deepEqual(await call('haproxy.list_servers', ['web2'], { socket: haproxy?.socket ?? '', objectify: true }), [line('web2', 'no check', 1)]);
  const web2 = { status: 'no check', weight: 1, bin: 0, bout: 0 };
  assert.deepEqual(await ask('list_backends'), { web: { web1: { ...web2, weight: 10 }, web2 }, web2: { web2 } });
  assert.deepEqual(await call('haproxy.list_backends', [], { servers: false, socket: haproxy?.socket ?? '' }), ['web', 'web2']);
  assert.equal(await ask('get_sessions', 'web1', 'web'), '0');
  assert.equal(await ask('get_sessions', 'none', 'web'), null);
});

test('a server is disabled and enabled, in one backend and in all', { skip }, async () => {
  assert.deepEqual(await ask('disable_server', 'web1', 'web'), { web: `${line('web1', 'MAINT', 10)}\n${line('web2', 'no check', 1)}` });
  assert.equal(await call('haproxy.wait_state', ['web', 'web1', 'maint', 1], { socket: haproxy?.socket ?? '' }), true);
  assert.equal(await call('haproxy.wait_state', ['web', 'web1', 'up', 0], { socket: haproxy?.socket ?? '' }), false);
  await ask('enable_server', 'web1', 'web');
  assert.deepEqual(await ask('disable_server', 'web2', '*'), { web: `${line('web1', 'no check', 10)}\n${line('web2', 'MAINT', 1)}`, web2: line('web2', 'MAINT', 1) });
  assert.deepEqual(await ask('enable_server', 'web1', '*'), { web: `${line('web1', 'no check', 10)}\n${line('web2', 'MAINT', 1)}`, web2: line('web2', 'MAINT', 1) });
  await ask('enable_server', 'web2', '*');
  assert.equal(await ask('set_state', 'web1', 'web', 'drain'), '');
  assert.match(String(await ask('list_servers', 'web')), /web1 Status: DRAIN|web1 Status: no check Weight: 0/);
  await ask('set_state', 'web1', 'web', 'ready');
});

test('weights are read and set', { skip }, async () => {
  assert.equal(await ask('get_weight', 'web1', 'web'), '10 (initial 10)');
  assert.equal(await ask('set_weight', 'web1', 'web', 50), '50 (initial 10)');
  assert.equal(await ask('set_weight', 'web1', 'web', '100%'), '10 (initial 10)');
});

test('what haproxy refuses is an error in its words', { skip }, async () => {
  await assert.rejects(ask('disable_server', 'none', 'web'), /No such server/);
  await assert.rejects(ask('enable_server', 'none', '*'), /No such server/);
  await assert.rejects(ask('get_weight', 'web1', 'none'), /No such (?:backend|server)/);
  await assert.rejects(ask('set_weight', 'web1', 'web', 1000), /Absolute weight can only be between 0 and 256/);
  await assert.rejects(ask('wait_state', 'web', 'none', 'up', 1), /No such server/);
});

test('no name is taken for a further command', { skip }, async () => {
  for (const name of ['web1; disable server web/web2', 'web1\ndisable server web/web2', 'web1 x', '', '$(id)']) {
    await assert.rejects(ask('enable_server', name, 'web'), /is no name of a server/);
    await assert.rejects(ask('get_weight', 'web1', name), /is no name of a backend/);
  }
  await assert.rejects(ask('set_state', 'web1', 'web', 'ready; show info'), /must be one of/);
  await assert.rejects(ask('set_weight', 'web1', 'web', '1; show info'), /is no weight/);
  assert.equal(await ask('list_servers', 'web\nshow info'), '');
  assert.match(String(await ask('list_servers', 'web')), /web2 Status: no check/);
});

test('a socket that is not there is said', async () => {
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(call('haproxy.show_backends', [], { socket: '/nonexistent/sock' }), { message: '/nonexistent/sock does not exist.' });
  await assert.rejects(call('haproxy.show_backends', [], { socket: join(folder, 'file') }), { message: `${join(folder, 'file')} is not a socket.` });
});
