import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gatewayGrains, gatewayOf } from '../../../../../src/plugins/grains/core/gateway.js';
import { gpuGrains } from '../../../../../src/plugins/grains/core/gpu.js';
import { initNameIn } from '../../../../../src/plugins/grains/core/init-system.js';
import { ask, orNone } from '../../../../../src/plugins/grains/core/look.js';
import { processList } from '../../../../../src/plugins/grains/core/operating-system.js';
import { architecturesOf, osArch } from '../../../../../src/plugins/grains/core/os-arch.js';
import { pythonGrains, pythonOf, serverId, ZMQ_VERSION } from '../../../../../src/plugins/grains/core/program.js';
import { selinuxGrains, systemdGrains, systemdOf } from '../../../../../src/plugins/grains/core/selinux-systemd.js';
import { rootedContext, type Machine } from '../../../../support/rooted-sys.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-programs-')));
after(() => rmSync(base, { recursive: true }));
let count = 0;
const machine = (parts: Machine) => rootedContext(join(base, String(count += 1)), parts);

test('gatewayOf() reads the first default route', () => {
  assert.equal(gatewayOf('default via 192.0.2.1 dev eth0 proto dhcp\ndefault via 192.0.2.9 dev eth1'), '192.0.2.1');
  assert.equal(gatewayOf('default dev tun0 scope link'), true);
  assert.equal(gatewayOf('192.0.2.0/24 dev eth0'), false);
});

test('gatewayGrains() needs the program ip', async () => {
  const programs = { 'ip -4 route show': '10.0.0.0/8 dev x', 'ip -6 route show': 'default dev tun0' };
  assert.deepEqual(await gatewayGrains(await machine({ programs })), { ip_gw: true, ip4_gw: false, ip6_gw: true });
  assert.deepEqual(await gatewayGrains(await machine({})), {});
});

test('gpuGrains() is silent without lspci or when turned off', async () => {
  const programs = { 'lspci -vmm': 'Class:\tVGA compatible controller\nVendor:\tVMware\nDevice:\tSVGA\n' };
  assert.deepEqual(await gpuGrains(await machine({ programs })), { num_gpus: 1, gpus: [{ vendor: 'vmware', model: 'SVGA' }] });
  assert.deepEqual(await gpuGrains(await machine({})), {});
  for (const option of ['enable_lspci', 'enable_gpu_grains']) assert.deepEqual(await gpuGrains(await machine({ programs, opts: { [option]: false } })), {});
});

const architectures: readonly [family: string, programs: Machine['programs'] & {}, wanted: unknown][] = [
  ['Debian', { 'dpkg --print-architecture': 'arm64\n' }, 'arm64'], ['Debian', {}, undefined],
  ['RedHat', { 'rpm --eval %{_host_cpu}': 'aarch64\n' }, 'aarch64'], ['Suse', {}, 'x86_64'],
  ['Poky', { 'opkg print-architecture': 'arch all 1\narch noarch 1\narch x64 15\n' }, ['x64', 'all', 'noarch']], ['Arch', {}, 'x86_64'],
];
for (const [family, programs, wanted] of architectures) {
  test(`osArch() of ${family} with ${Object.keys(programs).join() || 'nothing'}`, async () => {
    assert.deepEqual(await osArch(await machine({ programs }), family, 'x86_64'), wanted);
  });
}

test('architecturesOf() leaves out other lines', () => assert.deepEqual(architecturesOf('x\narch a\narch b 2'), ['b']));

test('selinuxGrains() says whether it is on and how', async () => {
  assert.deepEqual(await selinuxGrains(await machine({ programs: { selinuxenabled: '', getenforce: 'Enforcing\n' } })), { selinux: { enabled: true, enforced: 'Enforcing' } });
  assert.deepEqual(await selinuxGrains(await machine({ programs: { selinuxenabled: [1, ''] } })), { selinux: { enabled: false } });
  assert.deepEqual(await selinuxGrains(await machine({})), {});
});

test('systemdGrains() needs systemctl and localectl', async () => {
  const programs = { 'systemctl --version': 'systemd 255 (255.4-1)\n+PAM +AUDIT\n', 'localectl': '' };
  assert.deepEqual(await systemdGrains(await machine({ programs })), { systemd: { version: '255', features: '+PAM +AUDIT' } });
  assert.deepEqual(await systemdGrains(await machine({ programs: { 'systemctl --version': 'systemd 255\n+PAM' } })), {});
  assert.deepEqual(systemdOf('garbage'), { version: 'UNDEFINED', features: '' });
});

test('initNameIn() finds a name that lies over the edge of two pieces', () => {
  const program = Buffer.from(`${'.'.repeat(50)}SystemD${'.'.repeat(50)}upstart`);
  for (let size = 1; size < 120; size += 1) assert.equal(initNameIn(program, size), size < 114 ? 'systemd' : 'upstart');
  assert.equal(initNameIn(Buffer.alloc(0), 10), 'unknown');
});

test('serverId() is below 2 to the 31', () => {
  // Observed: salt-call grains.item server_id.
  assert.equal(serverId('gtest'), 1_989_315_646);
});

test('ZMQ_VERSION is that of the library', async () => {
  const { version } = await import('zeromq');
  assert.equal(ZMQ_VERSION, version);
});

test('pythonGrains() describe the python3 of the system', async () => {
  const files = { '/usr/bin/python3.12': 'x', '/usr/bin/python3': '-> python3.12' };
  assert.deepEqual(await pythonGrains(await machine({ files })), { pythonexecutable: '/usr/bin/python3', pythonpath: [], pythonversion: [3, 12, 0, 'final', 0] });
  assert.deepEqual((await pythonGrains(await machine({})))['pythonexecutable'], '');
  assert.deepEqual(pythonOf('python3'), [3, 11]);
});

test('processList() of the host of OpenVZ containers shows its own alone', () => {
  assert.equal(processList('Debian', 'openvzhn').startsWith('ps -fH -p $(grep -l "^envID:[[:space:]]*0\\$" /proc/'), true);
  assert.equal(processList('NILinuxRT', 'kvm'), 'ps -o user,pid,ppid,tty,time,comm');
  assert.equal(processList('', ''), 'ps -efHww');
});

test('ask() gives up on a program that is not there or takes too long', async () => {
  const ctx = await machine({});
  assert.equal(await ask(ctx, ['nothing']), undefined);
  const slow = { ...ctx, sys: { ...ctx.sys, run: () => new Promise<never>(() => undefined) } };
  assert.equal(await ask(slow, ['slow'], { timeoutMs: 1 }), undefined);
  assert.equal(await ask(slow, ['late'], { timeoutMs: 0 }), undefined);
  assert.deepEqual(ctx.lines.map(({ level, fields }) => [level, fields['program']]), [['debug', 'slow']]);
});

test('orNone() tells of a failure at debug', async () => {
  const ctx = await machine({});
  assert.equal(await orNone(ctx, 'x', async () => { throw new Error('no'); }), undefined);
  assert.deepEqual(ctx.lines.map(({ level, fields }) => [level, fields['source']]), [['debug', 'x']]);
});
