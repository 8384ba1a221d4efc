/** minion, defaults and slsutil on prepared machines; texts and mergings are compared with real Salt in test/peer/modules. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import { Float, type Value } from '../../../../src/kernel/std/value.js';
import defaults from '../../../../src/plugins/modules/defaults.js';
import logmod from '../../../../src/plugins/modules/logmod.js';
import minion from '../../../../src/plugins/modules/minion.js';
import slsutil from '../../../../src/plugins/modules/slsutil.js';
import { benchPort } from '../../../support/render-bench.js';
import { DEBIAN_GRAINS, machine } from './machine.js';

test('log: one line at each level', async () => {
  const host = machine({ modules: [logmod] });
  for (const level of ['debug', 'info', 'warning', 'error', 'critical']) assert.equal(await host.call(`log.${level}`, [`a ${level}`]), true);
  assert.deepEqual(host.log.map(({ level, text }) => `${level}: ${text}`), ['debug: a debug', 'info: a info', 'warn: a warning', 'error: a error', 'error: a critical']);
});

test('minion.list: keys of the master on this host, sorted', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-keys-test-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'master', 'minions'), { recursive: true });
  for (const name of ['b', 'A', '.hidden']) await writeFile(join(folder, 'master', 'minions', name), '');
  const host = machine({ modules: [minion], answers: { 'config.get': join(folder, 'minion') } });
  assert.deepEqual(await host.call('minion.list'), { minions: ['A', 'b'], minions_pre: [], minions_rejected: [], minions_denied: [] });
});

test('minion.kill: until nobody takes the signal', async () => {
  const signals = [true, false];
  const host = machine({ modules: [minion], grains: { ...DEBIAN_GRAINS, pid: 4711 }, answers: { 'ps.kill_pid': () => signals.shift() ?? false } });
  assert.deepEqual(await host.call('minion.kill'), { killed: 4711, retcode: 0 });
  assert.deepEqual(await machine({ modules: [minion] }).call('minion.kill'), { killed: null, retcode: 70, comment: ['Unable to find "pid" in grains'] });
  const gone = machine({ modules: [minion], grains: { pid: 4711 }, answers: { 'ps.kill_pid': false } });
  assert.deepEqual(await gone.call('minion.kill'), { killed: null, retcode: 1, comment: ['ps.kill_pid failed'] });
});

test('minion.restart: by systemd, or by the command of the configuration', async () => {
  const systemd = machine({
    modules: [minion], sys: { exists: (path) => Promise.resolve(path === '/run/systemd/system') }, answers: { 'config.get': '', 'service.available': false, 'service.restart': true },
  });
  assert.deepEqual(await systemd.call('minion.restart'), {
    killed: null, restart: {}, service_restart: { result: true }, retcode: 0, comment: ['Using systemctl to restart salt-minion', 'Service restart successful'],
  });
  const signals = [true, false];
  const command = machine({
    modules: [minion], grains: { pid: 7 },
    answers: { 'config.get': ['tsalt-minion', '-d'], 'ps.kill_pid': () => signals.shift() ?? false, 'cmd.run_all': { pid: 8, retcode: 0, stdout: 'up', stderr: '' } },
  });
  assert.deepEqual(await command.call('minion.restart'), {
    killed: 7, restart: { stdout: 'up', stderr: '' }, service_restart: {}, retcode: 0, comment: ['Using configuration minion_restart_command:', '    tsalt-minion', '    -d'],
  });
  assert.deepEqual(command.calls.at(-1)?.args, [['tsalt-minion', '-d']]);
});

test('defaults.get: the file of a formula', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-defaults-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'core.yaml'), 'users:\n  root: 0\n');
  await writeFile(join(folder, 'web.json'), '{"port": 80}');
  const files: Record<string, string> = { 'salt://core/defaults.yaml': join(folder, 'core.yaml'), 'salt://web/defaults.json': join(folder, 'web.json') };
  const host = machine({ modules: [defaults], answers: { 'cp.cache_file': ([path]: readonly Value[]) => files[String(path)] ?? false } });
  assert.equal(await host.call('defaults.get', ['core:users:root']), 0);
  assert.deepEqual(await host.call('defaults.get', ['core']), { users: { root: 0 } });
  assert.equal(await host.call('defaults.get', ['web:port']), 80);
  assert.equal(await host.call('defaults.get', ['web:nosuch', 'other']), 'other');
});

test('slsutil: files of the state tree and those above', async () => {
  const host = machine({ modules: [slsutil], answers: { 'cp.list_master': ['map.jinja', 'a/b/init.sls'], 'cp.list_master_dirs': ['.', 'a', 'a/b'] } });
  assert.deepEqual(await Promise.all(['file_exists', 'dir_exists', 'path_exists'].map((fun) => host.call(`slsutil.${fun}`, ['a/b']))), [false, true, true]);
  assert.equal(await host.call('slsutil.findup', ['a/b/', 'map.jinja']), 'map.jinja');
  assert.equal(await host.call('slsutil.findup', ['a/b', ['nosuch', 'init.sls']]), 'a/b/init.sls');
  await assert.rejects(host.call('slsutil.findup', ['a/b', 'nosuch']), new CommandExecutionError('File pattern(s) not found in path ancestry'));
  await assert.rejects(host.call('slsutil.findup', ['x', 'nosuch']), new InvocationError('Starting path not found in the state tree: x'));
});

test('slsutil.renderer: a text or file goes through its pipe, keywords are its variables', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'slsutil-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'd.sls'), 'k: {{ 1 + 1 }}\n');
  await writeFile(join(folder, 'blank.sls'), ' \n');
  const host = machine({ modules: [slsutil], ports: { render: benchPort() }, answers: { 'cp.get_url': ([path]: readonly Value[]) => (path === 'salt://nosuch' ? false : join(folder, String(path).slice(7))) } });
  assert.deepEqual(await host.call('slsutil.renderer', [], { string: 'a: {{ x + 1 }} {{ saltenv }}\n', x: 2, saltenv: 'dev' }), { a: '3 dev' });
  assert.deepEqual(await host.call('slsutil.renderer', [], { string: '#!yaml\na: {b: "{{ c }}"}\n' }), { a: { b: '{{ c }}' } });
  assert.equal(await host.call('slsutil.renderer', [], { string: 'v={{ v }}\n', default_renderer: 'jinja', context: { v: 3 } }), 'v=3\n');
  assert.deepEqual(await host.call('slsutil.renderer', ['salt://d.sls']), { k: 2 });
  assert.deepEqual(await host.call('slsutil.renderer', ['salt://blank.sls']), {});
  assert.deepEqual(await host.call('slsutil.renderer', ['salt://nosuch']), {});
  await assert.rejects(host.call('slsutil.renderer', []), new InvocationError('Must pass path or string.'));
  await assert.rejects(host.call('slsutil.renderer', ['salt://d.sls'], { string: 'a' }), new InvocationError('Must not pass both path and string.'));
  await assert.rejects(machine({ modules: [slsutil] }).call('slsutil.renderer', [], { string: 'a' }), CommandExecutionError);
});

test('slsutil: toml there and back, integers and floats apart', async () => {
  const host = machine({ modules: [slsutil], ports: { render: benchPort() } });
  const text = await host.call('slsutil.serialize', ['toml', { title: 'x', owner: { age: 3, ratio: 1.5, whole: new Float(2), tags: ['a', 'b'] }, none: null }]);
  assert.equal(text, 'title = "x"\n\n[owner]\nage = 3\nratio = 1.5\nwhole = 2.0\ntags = [ "a", "b" ]\n');
  assert.deepEqual(await host.call('slsutil.deserialize', ['toml', text]), { title: 'x', owner: { age: 3, ratio: 1.5, whole: new Float(2), tags: ['a', 'b'] } });
  await assert.rejects(host.call('slsutil.deserialize', ['toml', 'a = ']), /DeserializationError|Invalid TOML/);
});

test('slsutil.renderer: a text that is no file has a path of its own kind', async () => {
  const host = machine({ modules: [slsutil], ports: { render: benchPort() } });
  const string = '[{{ tplpath }}] [{{ tplfile }}] [{{ tpldir }}] [{{ sls }}]';
  assert.equal(await host.call('slsutil.renderer', [], { string, default_renderer: 'jinja' }), '[:string:] [:string:] [.] []');
  assert.equal(await host.call('slsutil.renderer', [], { string, default_renderer: 'jinja', sls: 'a.b' }), '[:string:] [a.b] [.] [a.b]');
});
