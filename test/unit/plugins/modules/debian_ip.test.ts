/** Where ours does better than Salt's on the files of ifupdown. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import debianIp from '../../../../src/plugins/modules/debian_ip.js';
import { belowSys } from '../../../support/below-sys.js';
import { DEBIAN_GRAINS, machine } from './machine.js';

const MAIN = '/etc/network/interfaces';

async function host(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-debian-ip-'));
  t.after(() => rm(root, { recursive: true }));
  for (const folder of ['network/interfaces.d', 'network/if-up.d', 'network/if-down.d', 'modprobe.d', 'default']) await mkdir(join(root, 'etc', folder), { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  const answers = { 'cmd.run_all': ([words]: readonly unknown[]) => ({ retcode: (words as string[])[1] === 'eth9' ? 1 : 0, stdout: '', stderr: (words as string[])[1] === 'eth9' ? 'ifup: unknown interface eth9' : '' }), 'pkg.install': true, 'kmod.load': true };
  const { call, calls } = machine({ modules: [debianIp], answers, sys: belowSys(root, ['/etc']), grains: { ...DEBIAN_GRAINS, osfullname: 'Debian' } });
  const build = (name: string, type: string, settings: PlainMap): Promise<unknown> => call('ip.build_interface', [name, type, true], settings);
  return { call, calls, build, read: (path: string) => readFile(join(root, path), 'utf8') };
}

test('lines that Salt drops stay: sources, mappings, other families, unknown options', async (t) => {
  const kept = ['source /etc/network/interfaces.d/*', 'mapping eth1\n    script /bin/pick\n    map home', 'iface can0 can static\n    bitrate 125000'];
  const { build, read } = await host(t, { [MAIN]: `${kept.join('\n\n')}\n\nauto eth0\niface eth0 inet manual\n    ethtool-extra 1\n    noarp\n    broadcast 192.0.2.255\n` });
  await build('eth2', 'eth', { proto: 'dhcp' });
  const text = await read(MAIN);
  for (const lines of [...kept, '    ethtool-extra 1', '    noarp', '    broadcast 192.0.2.255', 'iface eth2 inet dhcp']) assert.ok(text.includes(lines), lines);
  await build('eth2', 'eth', { proto: 'dhcp' });
  assert.equal(await read(MAIN), text);
});

test('an interface stays in its file', async (t) => {
  const { build, read } = await host(t, { [MAIN]: 'source /etc/network/interfaces.d/*\nauto lo\niface lo inet loopback\n', '/etc/network/interfaces.d/eth0': 'iface eth0 inet dhcp\n', '/etc/network/interfaces.d/.old': 'iface' });
  await build('eth0', 'eth', { proto: 'manual' });
  assert.equal(await read('/etc/network/interfaces.d/eth0'), 'auto eth0\niface eth0 inet manual\n');
  assert.ok(!(await read(MAIN)).includes('eth0'));
});

test('numbers, zeros and options that Salt takes and does not write', async (t) => {
  const { build, read, call } = await host(t);
  await build('br0', 'bridge', { proto: 'static', ipaddr: '192.0.2.1', ipaddrs: ['192.0.2.2'], ports: 'eth0', bridgeprio: 100, fd: 0, search: 'example.org example.net', broadcast: '192.0.2.255', ipv6proto: 'auto', ipv6accept_ra: 0, 'vlan-raw-device': 'eth7' });
  const text = await read(MAIN);
  for (const line of ['    bridge_bridgeprio 100', '    bridge_fd 0', '    dns-search example.org example.net', '    broadcast 192.0.2.255', '    accept_ra 0']) assert.ok(text.includes(`${line}\n`), line);
  assert.equal(text.split('192.0.2.2\n').length, 2);
  const again = await call('ip.get_interface', ['br0']);
  assert.deepEqual(again, await build('br0', 'bridge', { proto: 'static', ipaddr: '192.0.2.1', ipaddrs: ['192.0.2.2'], ports: 'eth0', bridgeprio: 100, fd: 0, search: 'example.org example.net', broadcast: '192.0.2.255', ipv6proto: 'auto', ipv6accept_ra: 0, 'vlan-raw-device': 'eth7' }));
});

test('a vlan takes the device that is named', async (t) => {
  const { build, read } = await host(t);
  await build('vlan5', 'vlan', { proto: 'dhcp', 'vlan-raw-device': 'eth7' });
  assert.match(await read(MAIN), /vlan-raw-device eth7\n/);
});

test('a test run installs and writes nothing', async (t) => {
  const { build, calls, read } = await host(t);
  await build('br0', 'bridge', { proto: 'dhcp', ports: 'eth0', test: true });
  await assert.rejects(read(MAIN));
  assert.deepEqual(calls, []);
});

test('names and values cannot begin lines, leave folders or become commands', async (t) => {
  const { build, call, read } = await host(t);
  for (const name of ['../x', 'a b', '-a', '', 'a\nb']) {
    await assert.rejects(build(name, 'eth', { proto: 'dhcp' }), /is no name of an interface/);
    for (const fun of ['ip.build_bond', 'ip.build_routes']) await assert.rejects(call(fun, [name], { mode: '1', routes: [] }), /is no name of an interface/);
    await assert.rejects(call('ip.up', [name, 'eth']), /is no name of an interface/);
  }
  await assert.rejects(build('eth0', 'eth', { proto: 'dhcp', hostname: 'x\n    up id' }), /^AttributeError|Option: hostname, Expected: \[text of one line\]/);
  await assert.rejects(build('eth0', 'eth', { proto: 'dhcp', up_cmds: ['true\n    up id'] }), /Expected: \[text of one line\]/);
  await assert.rejects(build('dsl', 'pppoe', { proto: 'ppp', provider: '../../passwd' }), /Option: provider/);
  await call('ip.build_routes', ['eth0'], { routes: [{ name: 'x\nid', ipaddr: '10.0.0.0; id', netmask: 8, gateway: "$(id)'" }] });
  assert.match(await read('/etc/network/if-up.d/route-eth0'), /# x id\nip route add '10\.0\.0\.0; id\/8' via '\$\(id\)'\\''' dev eth0\n/);
});

test('an interface that does not come up is an error in the words of ifup', async (t) => {
  const { call } = await host(t);
  await assert.rejects(call('ip.up', ['eth9', 'eth']), /^CommandExecutionError: ifup: unknown interface eth9$/);
});

test('the resolver keeps its lines, and a test run of the settings shows what the real one does', async (t) => {
  const { call, read } = await host(t, { '/etc/resolv.conf': 'nameserver 192.0.2.53\nsearch old.example.org\n', '/etc/hostname': 'web1\n' });
  const wish = { enabled: true, hostname: 'web1.example.org', search: 'a.example b.example' };
  const foretold = await call('ip.build_network_settings', [], { ...wish, test: true });
  assert.deepEqual(foretold, ['NETWORKING=yes\n', 'HOSTNAME=web1\n', 'DOMAIN=example.org\n', 'SEARCH=a.example b.example\n']);
  assert.deepEqual(await call('ip.build_network_settings', [], wish), foretold);
  assert.equal(await read('/etc/resolv.conf'), 'domain example.org\nnameserver 192.0.2.53\nsearch a.example b.example\n');
  assert.deepEqual(await call('ip.get_network_settings'), foretold);
});
