/** States of single settings of this machine, beside those of real Salt. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compareText } from '../../../src/kernel/std/python-order.js';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder, type Answer } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const skip = skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-small-')));
const hosts = join(base, 'hosts file');
const folder = saltFolder(base, { 'hosts.file': hosts });
after(() => rmSync(base, { recursive: true }));

/** Each call as a test run, as a run, and once more. */
const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);

test('environ: the same results', { skip }, async () => {
  await compareStates(folder, thrice([
    ['environ.setenv', { name: 'TSALT_A', value: '1' }], ['environ.setenv', { name: 'TSALT_A', value: false }],
    ['environ.setenv', { name: 'TSALT_A', value: false, false_unsets: true }], ['environ.setenv', { name: 'several', value: { TSALT_A: 'a b', TSALT_B: "it's $x" } }],
    ['environ.setenv', { name: 'several', value: { TSALT_B: false, TSALT_C: '3' }, false_unsets: true }], ['environ.setenv', { name: 'TSALT_A', value: 5 }],
    ['environ.setenv', { name: 'TSALT_A', value: ['x'] }], ['environ.setenv', { name: 'bad', value: { TSALT_A: 5 } }],
    ['environ.setenv', { name: 'TSALT_D', value: '' }],
  ]));
});

/** Addresses of a set come in the order of a hash. */
const settled = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === 'comment' ? String(value).split('\n').toSorted(compareText) : value));

test('host: the same results', { skip }, async () => {
  await compareStates(folder, thrice([
    ['host.present', { name: 'web', ip: '192.0.2.1' }], ['host.present', { name: 'web', ip: ['192.0.2.1', '192.0.2.2'], comment: 'two of them' }],
    ['host.present', { name: 'web', ip: '192.0.2.3' }], ['host.present', { name: 'web', ip: '192.0.2.3', clean: true }],
    ['host.present', { name: 'second', ip: '192.0.2.3' }], ['host.present', { name: 'bad', ip: 'nonsense' }], ['host.present', { name: 'v6', ip: ['2001:db8::1'] }],
    ['host.only', { name: '192.0.2.3', hostnames: ['a', 'b'] }], ['host.only', { name: '192.0.2.9', hostnames: 'new' }], ['host.only', { name: '192.0.2.9', hostnames: [] }],
    ['host.absent', { name: 'a', ip: '192.0.2.3' }], ['host.absent', { name: 'b', ip: ['192.0.2.3', '192.0.2.77'] }], ['host.absent', { name: 'none', ip: '192.0.2.3' }],
    ['host.present', { name: 'other', ip: '192.0.2.30', comment: 'x' }], ['host.present', { name: 'other', ip: '192.0.2.30', comment: 'y # z' }],
  ]), { comparable: settled, prepare: () => writeFileSync(hosts, '# table\n127.0.0.1 localhost\n192.0.2.5\tfive web # old\n') });
});

test('sysctl: the same results', { skip: skip === false && process.getuid?.() !== 0 ? 'values of the kernel are set by root' : skip }, async () => {
  const name = 'net.ipv4.ip_local_port_range';
  const value = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim();
  const config = join(base, 'etc sysctl', 'made.conf');
  await compareStates(folder, thrice([
    ['sysctl.present', { name, value, config }], ['sysctl.present', { name: 'kernel.tsalt_none', value: 1, config }],
    ['sysctl.present', { name: 'net.ipv4.ip_forward', value: Number(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')), config }],
    ['sysctl.present', { name: 'net.ipv4.ip_forward', value: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim(), config: join(base, 'one.conf') }],
    ['sysctl.present', { name, value: value.replace(/\s+/, '   '), config }],
  ]), { prepare: () => { rmSync(join(base, 'etc sysctl'), { recursive: true, force: true }); rmSync(join(base, 'one.conf'), { force: true }); } });
});

test('event: the same results', { skip }, async () => {
  const events = { fireLocal: () => Promise.resolve(true), fireMaster: () => Promise.resolve(true) };
  await compareStates(folder, [
    ['event.send', { name: 'tsalt/made', data: { a: [1] } }, 'test'], ['event.send', { name: 'tsalt/made', show_changed: false }, 'test'],
    ['event.fire_master', { name: 'tsalt/made' }, 'test'], ['event.wait', { name: 'tsalt/made', data: 1 }],
  ], { ports: { events } });
});

test('timezone: the same results of test runs', { skip }, async () => {
  await compareStates(folder, (['UTC', 'Etc/UTC', 'Europe/Berlin', 'No/Where', '../../etc/passwd'] as const).flatMap((name): StateCall[] =>
    [true, false].map((utc) => ['timezone.system', { name, utc }, 'test'])));
});
