/** States of firewalld hold what every state must. The program is `servers/firewall-cmd.mjs`. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Ports } from '../../src/kernel/contract/ports.js';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'test', 'support', 'servers', 'firewall-cmd.mjs');

interface Firewall extends StateSystem {
  call(fun: string, ...args: Value[]): Promise<Value>;
  words(): string;
}

async function openFirewall(): Promise<Firewall> {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-firewalld-'));
  const [bin, store] = [join(root, 'bin'), join(root, 'store')];
  mkdirSync(bin);
  writeFileSync(join(bin, 'firewall-cmd'), `#!/bin/sh\nexec "${process.execPath}" "${SCRIPT}" "$@"\n`);
  chmodSync(join(bin, 'firewall-cmd'), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, FIREWALL_STORE: store };
  const output = { format: (value: Value) => Promise.resolve(JSON.stringify(value)) } as unknown as Ports['output'];
  const host = await testHost({ sys: createSys({ env }), grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root }, ports: { output } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  return {
    call: (fun, ...args) => session().call(`firewalld.${fun}`, args),
    words: () => readFileSync(`${store}.words`, 'utf8'),
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) as unknown : 'new'),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const args = (given: PlainMap) => (): PlainMap => given;
const ready = async (firewall: Firewall): Promise<void> => void await firewall.call('version');
const filled = async (firewall: Firewall): Promise<void> => {
  await firewall.call('add_port', 'dmz', '25/tcp');
  await firewall.call('add_masquerade', 'dmz');
  await firewall.call('add_rich_rule', 'dmz', 'rule service name="ssh" accept');
};

stateContract({
  name: 'firewalld', open: openFirewall,
  changing: [
    { title: 'a new zone with all', fun: 'firewalld.present', prepare: ready, args: args({
      name: 'web', block_icmp: ['echo-reply'], default: true, masquerade: true, ports: ['80/tcp', '443/tcp'], port_fwd: ['22:2222:tcp:192.0.2.1', '23:2323:udp'], services: ['ssh'],
      interfaces: ['eth0'], sources: ['192.0.2.0/24'], rich_rules: ["rule family='ipv4' port port=22 protocol=tcp accept"],
    }) },
    { title: 'others go', fun: 'firewalld.present', prepare: filled, args: args({ name: 'dmz', masquerade: false, ports: ['80/tcp'], prune_ports: true, prune_rich_rules: true }) },
    { title: 'others stay', fun: 'firewalld.present', prepare: filled, args: args({ name: 'dmz', ports: ['80/tcp'] }) },
    { title: 'a service', fun: 'firewalld.service', prepare: ready, args: args({ name: 'mine', ports: ['8000/tcp', '8001/udp'], protocols: ['gre'] }) },
    { title: 'a service without ports', fun: 'firewalld.service', prepare: ready, args: args({ name: 'mine' }) },
    { title: 'other ports', fun: 'firewalld.service', prepare: ready, args: args({ name: 'http', ports: ['8080/tcp'] }) },
  ],
  idle: [{ title: 'as it is', fun: 'firewalld.present', prepare: filled, args: args({ name: 'dmz', masquerade: true, ports: ['25/tcp'], prune_ports: true, rich_rules: ['rule service name=ssh accept'] }) }],
  failing: [
    { title: 'no such type of ICMP', fun: 'firewalld.present', prepare: ready, args: args({ name: 'dmz', block_icmp: ['ping'] }), comment: /^Error: Invalid ICMP type: ping$/ },
    { title: 'no port', fun: 'firewalld.present', prepare: ready, args: args({ name: 'dmz', ports: ['http'] }), comment: /^Error: firewall-cmd failed: Error: INVALID_PORT: http$/ },
    { title: 'no name of a zone', fun: 'firewalld.present', prepare: ready, args: args({ name: '$(id) x' }), comment: /INVALID_NAME: '\$\(id\) x' is not allowed$/ },
    { title: 'no forward', fun: 'firewalld.present', prepare: ready, args: args({ name: 'dmz', port_fwd: ['22'] }), comment: /^Error: '22' is not from_port:to_port:protocol\[:destination\]$/ },
  ],
});

test('firewalld: zones are read, and words come through as they are', async () => {
  await using firewall = await openFirewall();
  await filled(firewall);
  await firewall.call('add_port_fwd', 'dmz', 80, 8080, 'tcp', '2001:db8::1');
  await firewall.call('add_source', 'dmz', "a b; $(id) 'x");
  const all = await firewall.call('list_all', 'dmz') as PlainMap;
  assert.deepEqual((all['dmz'] as PlainMap)['rich rules'], ['', 'rule service name="ssh" accept']);
  assert.deepEqual((all['dmz'] as PlainMap)['masquerade'], ['yes']);
  assert.equal(await firewall.call('get_masquerade', 'public'), false);
  assert.deepEqual(await firewall.call('list_port_fwd', 'dmz'), [{ 'Source port': '80', Protocol: 'tcp', 'Destination port': '8080', 'Destination address': '2001:db8::1' }]);
  assert.ok(firewall.words().includes(JSON.stringify(['--zone=dmz', "--add-source=a b; $(id) 'x", '--permanent'])));
  assert.equal(await firewall.call('block_icmp', 'dmz', 'none'), false);
  await assert.rejects(firewall.call('add_service_port', 'none', '1/tcp'), /^CommandExecutionError: The service does not exist\.$/);
});

test('firewall.check connects, and a test run does not', async () => {
  await using firewall = await openFirewall();
  const server = createServer((socket) => socket.end());
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const open = await firewall.run('firewall.check', { name: '127.0.0.1', port, timeout: 20 });
  assert.deepEqual([open['result'], open['changes']], [true, {}]);
  await new Promise<void>((done) => void server.close(() => done()));
  assert.equal((await firewall.run('firewall.check', { name: '127.0.0.1', port, timeout: 20 }))['result'], false);
  assert.deepEqual(await firewall.run('firewall.check', { name: '127.0.0.1', port }, { test: true }), { name: '127.0.0.1', changes: {}, result: true, comment: 'The connection will be tested' });
});
