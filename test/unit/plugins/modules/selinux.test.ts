/** SELinux behind texts in the forms of policycoreutils 3.4, written down: a kernel with SELinux was not at hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import selinux from '../../../../src/plugins/modules/selinux.js';
import { contextOf, findFilePolicy, findPortPolicy, parseBooleans, parseModules, parseRelabeled, portOf } from '../../../../src/plugins/modules/selinux/listed.js';
import { joinedBooleans } from '../../../../src/plugins/states/selinux/booleans.js';
import { machine, type Machine } from './machine.js';

const FILES = `SELinux fcontext                                   type               Context

/                                                  directory          system_u:object_r:root_t:s0 
/.*                                                all files          system_u:object_r:default_t:s0 
/srv/a b(/.*)?                                     all files          system_u:object_r:own_t:s0:c0.c1023 
/srv/a b(/.*)?                                     regular file       staff_u:object_r:other_t:s0 
/tmp/<<none>>                                      all files          <<None>>
`;
const any = { filetype: null, sel_type: null, sel_user: null, sel_level: null };

test('policies of paths', () => {
  const own = { filespec: '/srv/a b(/.*)?', filetype: 'all files', sel_user: 'system_u', sel_role: 'object_r', sel_type: 'own_t', sel_level: 's0:c0.c1023' };
  assert.deepEqual(findFilePolicy(FILES, { ...any, name: '/srv/a b(/.*)?' }), own);
  assert.equal(findFilePolicy(FILES, { ...any, name: '/srv/a b(/.*)?', filetype: 'f' })?.['sel_type'], 'other_t');
  assert.equal(findFilePolicy(FILES, { ...any, name: '/srv/a b(/.*)?', sel_user: 'staff_u' })?.['filetype'], 'regular file');
  for (const name of ['/srv', '/srv/a b', '/x', '.*', '/tmp/<<none>>']) assert.equal(findFilePolicy(FILES, { ...any, name }), null, name);
  assert.equal(findFilePolicy(FILES, { ...any, name: '/', sel_type: 'own_t' }), null);
});

test('policies of ports', () => {
  const text = 'SELinux Port Type              Proto    Port Number\n\nhttp_port_t                    tcp      80, 81, 443, 8000-8010\nown_port_t                     udp      80\n';
  assert.deepEqual(findPortPolicy(text, { protocol: 'tcp', port: '81' }, null), { sel_type: 'http_port_t', protocol: 'tcp', port: '80, 81, 443, 8000-8010' });
  assert.equal(findPortPolicy(text, { protocol: 'udp', port: '80' }, null)?.['sel_type'], 'own_port_t');
  assert.equal(findPortPolicy(text, { protocol: 'tcp', port: '8000-8010' }, 'http_port_t')?.['protocol'], 'tcp');
  for (const [protocol, port, type] of [['tcp', '8', null], ['tcp', '8000', null], ['tcp', '80', 'own_port_t']] as const) assert.equal(findPortPolicy(text, { protocol, port }, type), null);
  assert.deepEqual([portOf('tcp/7', null, null), portOf('any', 'udp', '5-6'), portOf('any', 'tcp', 80)], [{ protocol: 'tcp', port: '7' }, { protocol: 'udp', port: '5-6' }, { protocol: 'tcp', port: '80' }]);
});

test('booleans, modules and contexts', () => {
  assert.deepEqual(parseBooleans('SELinux boolean                State  Default Description\n\nvirt_use_usb                   (on   ,  off)  Allow virt to use   usb\n'), { virt_use_usb: { State: 'on', Default: 'off', Description: 'Allow virt to use usb' } });
  assert.deepEqual(parseModules('100 mysql             pp\n400 own               pp disabled\n'), { mysql: { Enabled: true, Version: null }, own: { Enabled: false, Version: null } });
  assert.throws(() => contextOf('a:b:c'), { message: 'Invalid SELinux context string: a:b:c. Expected "sel_user:sel_role:sel_type:sel_level"' });
});

test('what restorecon tells', () => {
  const changes = { '/srv/a b': { old: { sel_type: 'default_t' }, new: { sel_type: 'own_t' } } };
  assert.deepEqual(parseRelabeled('Would relabel /srv/a b from u:r:default_t:s0 to u:r:own_t:s0'), changes);
  assert.deepEqual(parseRelabeled('restorecon reset /srv/a b context u:r:default_t:s0->u:r:own_t:s0'), changes);
  assert.deepEqual([parseRelabeled(''), parseRelabeled('nonsense')], [{}, undefined]);
});

const asked = (files: string): Machine => machine({
  modules: [selinux], answers: { 'cmd.run_all': (args) => ({ retcode: 0, stdout: (args[0] as string[]).join(' ') === 'semanage fcontext --list' ? files : '', stderr: '', pid: 7 }) },
});
const last = ({ calls }: Machine): Value => calls.at(-1)?.args[0] ?? null;

test('programs get names as words', async () => {
  const host = asked(FILES);
  const said: [string, Value[], PlainMap, string[]][] = [
    ['fcontext_add_policy', ['/srv/a b(/.*)?'], { sel_type: 'x_t', filetype: 'f' }, ['semanage', 'fcontext', '--modify', '--ftype', 'f', '--type', 'x_t', '/srv/a b(/.*)?']],
    // There is one for all files only: Salt modifies what is not there.
    ['fcontext_add_policy', ['/.*'], { sel_type: 'x_t', filetype: 'd' }, ['semanage', 'fcontext', '--add', '--ftype', 'd', '--type', 'x_t', '/.*']],
    ['fcontext_delete_policy', ["/srv/it's;$(id)"], { filetype: 'a', sel_user: 'u', sel_level: 's0' }, ['semanage', 'fcontext', '--delete', '--seuser', 'u', '--range', 's0', "/srv/it's;$(id)"]],
    ['port_modify_policy', ['tcp/80', 'x_t'], { sel_range: 's0' }, ['semanage', 'port', '--modify', '--proto', 'tcp', '--type', 'x_t', '--range', 's0', '80']],
    ['setsebools', [{ a: true, b: 'off' }, true], {}, ['setsebool', '-P', 'a=on', 'b=off']], ['setsebool', ['a', 0], {}, ['setsebool', 'a=0']], ['setsemod', ['own', 'Disabled'], {}, ['semodule', '--disable', 'own']],
    ['remove_semod', ["o'wn"], {}, ['semodule', '--remove', "o'wn"]], ['fcontext_policy_is_applied', ['/srv/a b', true], {}, ['restorecon', '-n', '-v', '-R', '/srv/a b']],
  ];
  for (const [fun, args, kwargs, argv] of said) {
    await host.call(`selinux.${fun}`, args, kwargs);
    assert.deepEqual(last(host), argv, fun);
  }
});

test('words with a leading dash are no options', async () => {
  const host = asked('');
  const wrong: [string, Value[], PlainMap?][] = [
    ['fcontext_add_policy', ['-D'], { sel_type: 'x_t' }], ['fcontext_add_policy', ['/x'], { sel_type: '-D' }], ['fcontext_policy_is_applied', ['-R']], ['port_add_policy', ['tcp/80', '-D']], ['setsebool', ['-P', 'on']],
    ['setsebools', [{ a: '-x' }]], ['setsemod', ['-B', 'enabled']], ['install_semod', ['-B']], ['remove_semod', ['-B']],
  ];
  for (const [fun, args, kwargs] of wrong) await assert.rejects(async () => host.call(`selinux.${fun}`, args, kwargs), /'-.*' is not valid/, fun);
  await assert.rejects(async () => host.call('selinux.setsemod', ['x', 'maybe']), { message: 'Invalid state maybe' });
  await assert.rejects(async () => host.call('selinux.port_add_policy', ['tcp/80']), { message: 'SELinux Type is required to add a policy' });
});

test('booleans of several states are set at once', () => {
  const chunk = (name: string, more: PlainMap = {}): PlainMap => ({ state: 'selinux', fun: 'boolean', __id__: name, name, value: true, ...more });
  const chunks = [chunk('one'), chunk('two', { booleans: ['x', { y: false }] }), chunk('three', { persist: true }), chunk('four'), { ...chunk('five'), fun: 'mode' }];
  const joined = joinedBooleans(chunk('one'), chunks, { 'selinux_|-four_|-four_|-boolean': {} });
  assert.deepEqual(joined['booleans'], { one: true, x: true, y: false });
  assert.deepEqual(chunks.map((one) => '__agg__' in one), [true, true, false, false, false]);
});
