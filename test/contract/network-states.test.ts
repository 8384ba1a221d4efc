/** States of the network hold what every state must, on files of ifupdown below a folder; `ip`, `ifup` and `ifdown` are small scripts. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ports } from '../../src/kernel/contract/ports.js';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { belowSys } from '../support/below-sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { pictureOf } from '../support/state-host.js';
import { stateContract, type StateSystem } from './states.js';

/** An interface is up while a file of its name lies in `$UP`; `bad0` never comes up. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ip: 'n=0; cd "$UP"; for i in *; do [ -e "$i" ] || continue; n=$((n+1)); echo "$n: $i: <UP,LOWER_UP> mtu 1500 state UP"; echo "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff"; done',
  ifup: 'if [ "$1" = bad0 ]; then echo "ifup: failed to bring up bad0" >&2; exit 1; fi; : > "$UP/$1"',
  ifdown: 'rm -f "$UP/$1"',
};
const MAIN = 'auto lo\niface lo inet loopback\n';

interface Network extends StateSystem {
  write(path: string, text: string): void;
  up(name: string): void;
}

async function openNetwork(): Promise<Network> {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-network-'));
  for (const folder of ['etc/network/interfaces.d', 'etc/network/if-up.d', 'etc/network/if-down.d', 'etc/default', 'up', 'bin', 'cache']) mkdirSync(join(root, folder), { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, 'bin', name), 0o755);
  }
  const write = (path: string, text: string): void => writeFileSync(join(root, 'etc', path), text);
  write('network/interfaces', MAIN);
  write('resolv.conf', 'nameserver 192.0.2.53\n');
  write('hostname', 'web1\n');
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`, UP: join(root, 'up') };
  const refresh = { grains: () => Promise.resolve(true), pillar: () => Promise.resolve(true) } as unknown as Ports['refresh'];
  const host = await testHost({
    sys: belowSys(root, ['/etc/network', '/etc/resolv.conf', '/etc/hostname', '/etc/default'], [], createSys({ env })), ports: { refresh },
    grains: () => ({ os: 'Debian', osfullname: 'Debian', os_family: 'Debian', osrelease: '12', osrelease_info: [12], kernel: 'Linux' }), opts: { cachedir: join(root, 'cache') },
  });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  return {
    write, up: (name) => writeFileSync(join(root, 'up', name), ''),
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: async () => [await pictureOf(join(root, 'etc')), await pictureOf(join(root, 'up'))],
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const ETH: PlainMap = { name: 'eth0', type: 'eth', proto: 'static', ipaddr: '192.0.2.10', netmask: '255.255.255.0', dns: ['192.0.2.53'], up_cmds: ['echo "two words"; id'] };
const BEFORE = `${MAIN}auto eth0\niface eth0 inet dhcp\n`;
const args = (given: PlainMap) => (): PlainMap => given;
const routes = (more: PlainMap = {}): PlainMap => ({ name: 'eth0.5', routes: [{ name: 'office', ipaddr: '10.2.0.0', netmask: '255.255.0.0', gateway: '10.1.0.1' }], require_reboot: true, ...more });

stateContract({
  name: 'network', open: openNetwork,
  changing: [
    { title: 'a new interface', fun: 'network.managed', args: args(ETH) },
    { title: 'another address', fun: 'network.managed', args: args(ETH), prepare: (network) => { network.write('network/interfaces', BEFORE); network.up('eth0'); } },
    { title: 'an interface that is down', fun: 'network.managed', args: args({ name: 'eth0', proto: 'dhcp' }), prepare: (network) => network.write('network/interfaces', BEFORE) },
    { title: 'an interface that is not to be up', fun: 'network.managed', args: args({ name: 'eth0', proto: 'dhcp', enabled: false }), prepare: (network) => { network.write('network/interfaces', BEFORE); network.up('eth0'); } },
    { title: 'no ifup', fun: 'network.managed', args: args({ ...ETH, noifupdown: true, ipv6proto: 'auto', hotplug: true }) },
    { title: 'a file of its own', fun: 'network.managed', args: args({ ...ETH, filename: 'eth0' }) },
    { title: 'further files', fun: 'network.managed', args: args({ name: 'more', type: 'source', source: '/etc/network/more' }), prepare: (network) => network.write('network/interfaces', `source /etc/network/interfaces.d/*\n${MAIN}`) },
    { title: 'routes', fun: 'network.routes', args: args(routes()) },
    { title: 'settings of all', fun: 'network.system', args: args({ name: 'all', enabled: true, hostname: 'web1.example.org', search: 'example.org example.net', require_reboot: true }) },
  ],
  idle: [
    { title: 'as it is', fun: 'network.managed', args: args({ name: 'eth0', proto: 'dhcp' }), prepare: (network) => { network.write('network/interfaces', BEFORE); network.up('eth0'); } },
  ],
  failing: [
    { title: 'no such type', fun: 'network.managed', args: args({ ...ETH, type: 'tap' }), comment: /^Invalid option -- Interface: eth0, Option: tap, Expected: \[eth\|bond/ },
    { title: 'a name that leaves the folder', fun: 'network.managed', args: args({ ...ETH, name: '../../x; id' }), comment: /is no name of an interface$/ },
    { title: 'no master', fun: 'network.managed', args: args({ name: 'eth1', type: 'slave' }), comment: /^master is a required setting for slave interfaces$/ },
    { title: 'no mode', fun: 'network.managed', args: args({ name: 'bond0', type: 'bond', slaves: 'eth0' }), comment: /Option: mode, Expected: \[0\|1/ },
    { title: 'ifup fails', fun: 'network.managed', args: args({ name: 'bad0', proto: 'dhcp' }), comment: /^ifup: failed to bring up bad0$/, leaves: 'the configuration that could not be put in force, as Salt does' },
    { title: 'no routes', fun: 'network.routes', args: args({ name: 'eth0' }), comment: /^Invalid option -- Route interface: eth0, Option: routes, Expected: \[List of routes\]$/ },
    { title: 'no switch', fun: 'network.system', args: args({ name: 'all', enabled: 'maybe' }), comment: /^Invalid network setting -- Setting: networking, Expected: \[yes\|on/ },
  ],
});
