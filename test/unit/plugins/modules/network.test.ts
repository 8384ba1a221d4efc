/** Output of iproute2 6.1, net-tools 2.10, traceroute 2.1 and ethtool; hosts are asked on this machine only. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { CommandNotFoundError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import network from '../../../../src/plugins/modules/network.js';
import { machine, type Machine } from './machine.js';

/** A machine on which these command lines give these texts, and nothing else is installed. */
function withPrograms(outputs: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}): Machine {
  const programs = new Set(Object.keys(outputs).map((line) => line.split(' ')[0]));
  const run = (argv: Value): string => outputs[(argv as string[]).join(' ')] ?? assert.fail(`not prepared: ${String(argv)}`);
  return machine({
    modules: [network],
    sys: {
      which: (program) => Promise.resolve(programs.has(program) ? program : undefined),
      exists: (path) => Promise.resolve(programs.has(path)),
      readText: (path) => Promise.resolve(files[path]),
      run: (argv) => Promise.resolve({ pid: 1, code: 0, stdout: Buffer.from(run(argv as unknown as Value)), stderr: Buffer.alloc(0), timedOut: false, truncated: false }),
    },
    answers: { 'cmd.run': ([argv = null]) => run(argv), 'cmd.run_all': ([argv = null]) => ({ pid: 1, retcode: 0, stdout: run(argv), stderr: '' }) },
  });
}

const LINKS = [
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536', '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
  '2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500', '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff',
  '12: eth0.7@eth0: <BROADCAST> mtu 1500', '    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff',
].join('\n');
const ADDRESSES = [
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536', '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00', '    inet 127.0.0.1/8 scope host lo', '       valid_lft forever preferred_lft forever',
  '2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500', '    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff',
  '    inet 198.18.0.5/24 brd 198.18.0.255 scope global eth0', '    inet 198.18.0.6/24 scope global secondary eth0', '    inet6 fe80::1/64 scope link',
].join('\n');

test('interfaces: further addresses and parents have their place', async () => {
  const host = withPrograms({ 'ip link show': LINKS, 'ip addr show': ADDRESSES });
  assert.deepEqual(await host.call('network.interfaces'), {
    lo: { up: true, hwaddr: '00:00:00:00:00:00', inet: [{ address: '127.0.0.1', netmask: '255.0.0.0', broadcast: null, label: 'lo' }] },
    eth0: {
      up: true, hwaddr: '02:00:00:00:00:01', inet: [{ address: '198.18.0.5', netmask: '255.255.255.0', broadcast: '198.18.0.255', label: 'eth0' }],
      secondary: [{ type: 'inet', address: '198.18.0.6', netmask: '255.255.255.0', broadcast: null, label: 'eth0' }],
      inet6: [{ address: 'fe80::1', prefixlen: '64', scope: 'link' }],
    },
    'eth0.7': { up: false, parent: 'eth0', hwaddr: '02:00:00:00:00:02' },
  });
  assert.deepEqual(await host.call('network.ip_addrs'), ['198.18.0.5', '198.18.0.6']);
  assert.deepEqual(await host.call('network.subnets'), ['198.18.0.0/24']);
  assert.equal(await host.call('network.interface', ['eth9']), 'Interface "eth9" not in available interfaces: "lo", "eth0", "eth0.7"');
});

test('without netstat the connections come from ss and the routes from ip', async () => {
  const host = withPrograms({
    'ss -tulpnea': [
      'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
      'udp   UNCONN 0      0            127.0.0.1:323       0.0.0.0:*    users:(("chronyd",pid=9,fd=5)) uid:107 ino:17 sk:1 <->',
      'tcp   ESTAB  0      5            10.0.0.5:22         10.0.0.9:4711 users:(("sshd",pid=7,fd=4),("sshd",pid=6,fd=4)) ino:18 sk:2 <->',
    ].join('\n'),
    'ip -4 route show table main': 'default via 198.18.0.1 dev eth0 \nunreachable 10.9.0.0/16 \n198.18.0.0/24 dev eth0 proto kernel scope link src 198.18.0.5',
    'ip -6 route show table all': 'fd00::/64 dev eth0 proto kernel metric 256\ndefault via fd00::1 dev eth0 metric 1024\nlocal ::1 dev lo table local\nmulticast ff00::/8 dev eth0',
  });
  const common = { 'recv-q': '0', 'remote-address': '0.0.0.0:*' };
  assert.deepEqual(await host.call('network.netstat'), [
    { ...common, proto: 'udp', 'send-q': '0', 'local-address': '127.0.0.1:323', user: '107', inode: '17', program: 'chronyd' },
    { ...common, proto: 'tcp', 'send-q': '5', 'local-address': '10.0.0.5:22', 'remote-address': '10.0.0.9:4711', state: 'ESTABLISHED', user: 0, inode: '18', program: 'sshd' },
  ]);
  const routes = await host.call('network.routes') as PlainMap[];
  assert.deepEqual(routes.map((one) => [one['addr_family'], one['destination'], one['gateway'], one['netmask'], one['flags'], one['interface']]), [
    ['inet', '0.0.0.0', '198.18.0.1', '0.0.0.0', 'UG', 'eth0'], ['inet', '198.18.0.0', '0.0.0.0', '255.255.255.0', 'U', 'eth0'],
    ['inet6', 'fd00::/64', '::', '', 'U', 'eth0'], ['inet6', '::/0', 'fd00::1', '', 'UG', 'eth0'], ['inet6', '::1/128', '::', '', 'U', 'lo'],
  ]);
});

test("the kernel's table of connections is read backwards", async () => {
  const row = (slot: number, local: string, remote: string, state: string): string => `   ${slot}: ${local} ${remote} ${state} 00000000:00000000`;
  const host = withPrograms({}, {
    '/proc/net/tcp': ['  sl  local_address rem_address   st', row(0, '0100007F:1194', '00000000:0000', '0A'), row(1, '0500000A:0016', '0900000A:1267', '01')].join('\n'),
    '/proc/net/tcp6': ['  sl  local_address', row(0, '0000000000000000FFFF00000500000A:0050', '000080FE000000000000000001000000:0051', '01')].join('\n'),
  });
  assert.deepEqual(await host.call('network.active_tcp'), new Map([
    [0, { local_addr: '10.0.0.5', local_port: 22, remote_addr: '10.0.0.9', remote_port: 4711 }],
    [1, { local_addr: '10.0.0.5', local_port: 80, remote_addr: 'fe80::1', remote_port: 81 }],
  ]));
});

test('traceroute: hops of new and old programs', async () => {
  const trace = (output: string, version: string): Machine => withPrograms({ 'traceroute example.org': output, 'traceroute --version': version });
  const modern = trace('traceroute to example.org (192.0.2.9), 30 hops max\n 1  gw (10.0.0.1)  0.5 ms  1.0 ms  0.25 ms\n 2  * * *\n 3  odd line', 'Modern traceroute for Linux, version 2.1.2, Jan 10 2023');
  assert.deepEqual(JSON.parse(JSON.stringify(await modern.call('network.traceroute', ['example.org']))), [
    { count: 1, hostname: 'gw', ip: '10.0.0.1', ms1: 0.5, ms2: 1, ms3: 0.25 }, { count: 2, hostname: '*' }, {},
  ]);
  const old = trace(' 1 gw (10.0.0.1) 0.5 ms 1.0 ms 0.25 ms', 'Usage: traceroute');
  assert.deepEqual(await old.call('network.traceroute', ['example.org']), [
    { count: '1', hostname: 'gw', ip: '(10.0.0.1)', ms1: 'ms', ms2: 'ms', ms3: 'ms', ping1: '0.5', ping2: '1.0', ping3: '0.25' },
  ]);
});

test('ring buffers', async () => {
  const host = withPrograms({
    '/sbin/ethtool -g eth0': 'Ring parameters for eth0:\nPre-set maximums:\nRX:\t\t4096\nRX Mini:\t0\nCurrent hardware settings:\nRX:\t\t256',
    '/sbin/ethtool -g lo': 'netlink error: Operation not supported', '/sbin/ethtool -G eth0 rx 512 tx 64': '',
  });
  assert.deepEqual(await host.call('network.get_bufsize', ['eth0']), { result: true, 'rx-max': 4096, 'rx-mini-max': 0, rx: 256 });
  assert.deepEqual(await host.call('network.get_bufsize', ['lo']), { result: false, comment: 'netlink error: Operation not supported' });
  assert.deepEqual(await host.call('network.mod_bufsize', ['eth0'], { tx: 64, rx: 512 }), { result: true, comment: 'rx 512 tx 64' });
  assert.deepEqual(await host.call('network.mod_bufsize', ['eth0', 'x'], { rx: 5 }), { result: false, comment: 'Unknown arguments: x' });
});

test('what would be an option of a program is refused', async () => {
  const host = withPrograms({ ping: '', dig: '', '/sbin/ethtool': '', ip: '' });
  for (const [fun, arg] of [['ping', '-f'], ['ping', '$ -h'], ['dig', '-f/etc/passwd'], ['get_bufsize', '-h'], ['get_route', '-s'], ['mod_hostname', '--help']] as const) {
    await assert.rejects(host.call(`network.${fun}`, [arg]), InvocationError, `${fun} ${arg}`);
  }
  await assert.rejects(host.call('network.ping', ['localhost', '1 -f']), InvocationError);
  await assert.rejects(withPrograms({}).call('network.dig', ['localhost']), CommandNotFoundError);
  await assert.rejects(host.call('network.wol', ['01-02']), PythonError);
});

test('connections to ports of this machine', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const echo = createSocket('udp4', (message, from) => { echo.send(message, from.port, from.address); });
  echo.bind(0, '127.0.0.1');
  await once(echo, 'listening');
  t.after(() => echo.close());
  const host = machine({ modules: [network] });
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await host.call('network.connect', ['localhost', port], { family: 'ipv4' }), { result: true, comment: `Successfully connected to localhost (127.0.0.1) on tcp port ${port}` });
  assert.deepEqual(await host.call('network.connect', ['127.0.0.1', echo.address().port], { proto: 'udp', timeout: 5 }), { result: true, comment: `Successfully connected to 127.0.0.1 (127.0.0.1) on udp port ${echo.address().port}` });
  assert.deepEqual(await host.call('network.connect', ['127.0.0.1', 'no-such-service']), { result: false, comment: 'Unable to resolve host 127.0.0.1 on tcp port no-such-service' });
});

test('wake on LAN: six bytes of ones and the address sixteen times', async (t) => {
  const listener = createSocket('udp4');
  listener.bind(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => listener.close());
  const received = once(listener, 'message');
  assert.equal(await machine({ modules: [network] }).call('network.wol', ['08-00-27-13-69-77', '127.0.0.1', listener.address().port]), true);
  const [packet] = await received as [Buffer];
  assert.equal(packet.toString('hex'), 'f'.repeat(12) + '080027136977'.repeat(16));
});

test('mod_hostname: the name changes in the files, too', async () => {
  const written: Record<string, string> = {};
  const made = machine({
    modules: [network], answers: { 'cmd.run_all': { pid: 1, retcode: 0, stdout: '', stderr: '' } },
    sys: {
      hostname: () => 'web1', readText: () => Promise.resolve('127.0.0.1 localhost\n127.0.1.1   web1.example.org web1\n'),
      which: (program) => Promise.resolve(program === 'hostname' ? '/bin/hostname' : undefined),
      writeFile: (path, text) => { written[path] = String(text); return Promise.resolve(); },
    },
  });
  assert.equal(await made.call('network.mod_hostname', ['web9']), true);
  assert.deepEqual(made.calls.map(({ args }) => args[0]), [['/bin/hostname', 'web9']]);
  assert.deepEqual(written, { '/etc/hosts': '127.0.0.1\tlocalhost\n127.0.1.1\tweb1.example.org\tweb9\n', '/etc/hostname': 'web9\n' });
  assert.equal(await made.call('network.mod_hostname', [null]), false);
});
