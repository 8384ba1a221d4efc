/** Values of execution modules of this machine beside those of real Salt. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { compareCalls, saltFolder, type Call } from '../support/salt-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-modules-peer-')));
after(() => rmSync(base, { recursive: true }));
const folder = saltFolder(base);

const ADDRESSES = ['10.0.0.3', '8.8.8.8', '127.0.0.1', '::1', 'fe80::1', '2001:db8::5', '2a00::1', '::ffff:10.0.0.1', '192.0.0.170', '100.64.0.1', 'junk'];

test('network: the same interfaces, addresses, routes and arithmetic', { skip: skipWithoutSalt }, async () => {
  const machine: Call[] = [
    'interfaces', 'subnets', 'subnets6', 'ip_addrs', 'ip_addrs6', 'ipaddrs', 'ipaddrs6', 'ip_networks', 'ip_networks6', 'routes', 'default_route',
    'arp', 'ip_neighs', 'ip_neighs6', 'ipneighs', 'ipneighs6', 'get_hostname', 'get_fqdn', 'fqdns',
  ].map((name) => [`network.${name}`]);
  await compareCalls(folder, [
    ...machine,
    ['network.ip_addrs', [], { include_loopback: true }], ['network.ip_addrs', ['lo', true]], ['network.ip_addrs', [], { cidr: '127.0.0.0/8', include_loopback: true }],
    ['network.ip_addrs', [], { type: 'public' }], ['network.ip_addrs', [], { type: 'private' }], ['network.ip_addrs6', ['l*,eth*', true]],
    ['network.ip_networks', [], { verbose: true, include_loopback: true }], ['network.ip_networks6', [], { include_loopback: true }],
    ['network.subnets', ['lo']], ['network.subnets', [['lo', 'eth0']]], ['network.routes', ['inet']], ['network.routes', ['inet6']], ['network.routes', ['ipx']],
    ['network.default_route', ['inet']], ['network.get_route', ['127.0.0.1']], ['network.get_route', ['::1']],
    ['network.interface', ['lo']], ['network.interface_ip', ['lo']], ['network.hw_addr', ['lo']], ['network.hwaddr', ['nic0']], ['network.interface', ['nic0']],
    ['network.ifacestartswith', ['127']], ['network.in_subnet', ['127.0.0.0/8']], ['network.in_subnet', ['no network']], ['network.in_subnet', ['127.0.0.1/8']],
    ['network.ip_in_subnet', ['172.17.0.4', '172.16.0.0/12']], ['network.ip_in_subnet', ['nobody', '172.16.0.0/12']], ['network.ip_in_subnet', ['fe80::1', '172.16.0.0/12']],
    ['network.convert_cidr', ['172.31.0.9/16']], ['network.convert_cidr', ['fe80::9/10']], ['network.convert_cidr', ['300.1.1.1/8']],
    ['network.calc_net', ['172.17.0.5', '255.255.255.240']], ['network.calc_net', ['172.17.0.5', '0.0.0.255']], ['network.calc_net', ['2a00:f000::1', '64']], ['network.calc_net', ['10.0.0.1']],
    ['network.iphexval', ['10.0.0.255']], ['network.iphexval', ['10.x']], ['network.get_bufsize', ['lo']], ['network.mod_bufsize', ['lo'], { tx: 5 }],
    ...ADDRESSES.flatMap((address): Call[] => ['is_private', 'is_loopback', 'reverse_ip'].map((name) => [`network.${name}`, [address]])),
    ['network.connect', ['']], ['network.connect', ['localhost']], ['network.connect', ['127.0.0.1', 1]], ['network.connect', ['no.such.host.invalid', 80]],
    ['network.wol', ['junk']], ['network.wol', ['08-00-27-13-69-zz']], ['network.dig', ['localhost']], ['network.traceroute', ['localhost']],
  ]);
});
