import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadClientConfig } from '../../../../src/kernel/config/load-client.js';
import { host, tree } from './tree.js';

const load = (files: Record<string, string>, more: Record<string, unknown> = {}) => {
  const folder = tree(files);
  return loadClientConfig({ configDir: folder, env: { HOME: join(folder, 'home') }, host: host(), ...more }).then((loaded) => ({ ...loaded, folder }));
};

test('commands reach the master on this host', async () => {
  const { opts, folder } = await load({});
  assert.deepEqual([opts['interface'], opts['master_uri'], opts['token_file'], opts['token']], ['127.0.0.1', 'tcp://127.0.0.1:4506', `${folder}/home/salt_token`, undefined]);
  assert.equal((await load({ master: "interface: '::'\nret_port: 1" })).opts['master_uri'], 'tcp://[::1]:1');
  assert.equal((await load({ master: 'interface: 192.0.2.1' })).opts['master_uri'], 'tcp://192.0.2.1:4506');
});

test('the file of the user wins over the master, the command line over both', async () => {
  const files = { master: 'timeout: 1\nstate_output: full\nshow_jid: false', 'home/.saltrc': 'timeout: 2\nstate_output: terse' };
  const { opts, files: read } = await load(files, { overrides: { timeout: 3 } });
  assert.deepEqual([opts['timeout'], opts['state_output'], opts['show_jid'], read.length], [3, 'terse', false, 2]);
  const { opts: own } = await load({ 'home/.config/salt/saltrc': 'timeout: 9', 'home/.saltrc': 'timeout: 2' });
  assert.equal(own['timeout'], 9);
});

test('a stored token is used while it can be valid', async () => {
  const fresh = await load({ 'home/salt_token': 't0k\n' });
  assert.equal(fresh.opts['token'], 't0k');
  const folder = tree({ master: 'token_expire: 60\ntoken_file: @/tok', tok: 'old' });
  utimesSync(join(folder, 'tok'), new Date(0), new Date(0));
  const { opts } = await loadClientConfig({ configDir: folder, env: { HOME: folder }, host: host() });
  assert.deepEqual([opts['token'], opts['token_file']], [undefined, join(folder, 'tok')]);
});
