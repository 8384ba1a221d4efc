/** Kernels on apt and yum; the dependency of Debian's package is that of linux-image-amd64 6.1.192-2. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareLoose } from '../../../../src/kernel/std/loose-version.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import apt from '../../../../src/plugins/modules/kernelpkg_linux_apt.js';
import yum from '../../../../src/plugins/modules/kernelpkg_linux_yum.js';
import { machine } from './machine.js';

/** Source: salt.utils.versions.LooseVersion of Salt 3008.3. */
test('compareLoose: parts are numbers until one of them is a word', () => {
  const sorted = ['6.1.0-9-amd64', '6.1.0-10-amd64', '6.1.0-56-amd64', '6.10.0-1-amd64'];
  assert.deepEqual(sorted.toReversed().sort(compareLoose), sorted);
  assert.equal(compareLoose('1.2.3', '1.2.3'), 0);
  assert.ok(compareLoose('1.10', '1.9') > 0 && compareLoose('1.2', '1.2.0') < 0 && compareLoose('1.a', '1.10') > 0);
});

const DEBIAN = {
  'linux-image-6.1.0-9-amd64': ['6.1.27-1'], 'linux-image-6.1.0-10-amd64': ['6.1.38-1'], 'linux-image-amd64': ['6.1.38-1'], 'linux-image-6.1.0-9-amd64-dbg': ['6.1.27-1'], 'linux-base': ['4.9'],
};

function debian(running: string, answers: Readonly<Record<string, Value>> = {}) {
  return machine({
    modules: [apt], grains: { kernelrelease: running, os_family: 'Debian' },
    answers: { 'pkg.list_pkgs': DEBIAN, 'pkg.latest_version': '', 'pkg.purge': {}, 'system.reboot': true, 'pkg.install': { 'linux-image-6.1.0-56-amd64': { old: '', new: '6.1.192-2' } }, ...answers },
  });
}

test('kernelpkg on apt', async () => {
  const { call, calls } = debian('6.1.0-9-amd64');
  assert.equal(await call('kernelpkg.active'), '6.1.0-9-amd64');
  assert.deepEqual(await call('kernelpkg.list_installed'), ['6.1.0-9-amd64', '6.1.0-10-amd64']);
  assert.equal(await call('kernelpkg.latest_installed'), '6.1.0-10-amd64');
  assert.equal(await call('kernelpkg.latest_available'), '6.1.0-10-amd64');
  assert.deepEqual([await call('kernelpkg.needs_reboot'), await call('kernelpkg.upgrade_available')], [true, false]);
  await assert.rejects(call('kernelpkg.remove', ['-o Dir=x']), { message: "Kernel release '-o Dir=x' is not installed" });
  await assert.rejects(call('kernelpkg.remove', ['6.1.0-9-amd64']), { message: 'Active kernel cannot be removed' });
  assert.ok(!calls.some(({ fun }) => fun === 'pkg.purge'));
  assert.deepEqual(await call('kernelpkg.cleanup'), { removed: [] });
  assert.deepEqual(await call('kernelpkg.cleanup', [false]), { removed: ['linux-image-6.1.0-10-amd64'] });
  assert.deepEqual(calls.filter(({ fun }) => fun === 'pkg.purge').map(({ args }) => args), [['linux-image-6.1.0-10-amd64']]);
});

test('kernelpkg.latest_available: what the package of the newest brings', async () => {
  const ubuntu = debian('5.15.0-88-generic', { 'pkg.latest_version': '5.15.0.91.88', 'pkg.list_pkgs': {} });
  assert.equal(await ubuntu.call('kernelpkg.latest_available'), '5.15.0-91-generic');
  const show = 'Package: linux-image-amd64\nVersion: 6.1.192-2\nProvides: linux-image-generic\nDepends: linux-image-6.1.0-56-amd64 (= 6.1.192-2)\n';
  const host = debian('6.1.0-10-amd64', { 'pkg.latest_version': '6.1.192-2', 'cmd.run_stdout': show });
  assert.equal(await host.call('kernelpkg.latest_available'), '6.1.0-56-amd64');
  assert.equal(await host.call('kernelpkg.upgrade_available'), true);
  assert.deepEqual(await host.call('kernelpkg.upgrade', [true, 1]), {
    upgrades: { 'linux-image-6.1.0-56-amd64': { old: '', new: '6.1.192-2' } }, active: '6.1.0-10-amd64', latest_installed: '6.1.0-10-amd64', reboot_requested: true, reboot_required: false,
  });
  assert.ok(!host.calls.some(({ fun }) => fun === 'system.reboot'), 'what was installed is not newer than what runs');
  assert.deepEqual(host.calls.find(({ fun }) => fun === 'pkg.install')?.kwargs, { name: 'linux-image-6.1.0-56-amd64' });
  await assert.rejects(debian('6.1.0-10-amd64', { 'pkg.latest_version': '6.1.192-2', 'cmd.run_stdout': '' }).call('kernelpkg.latest_available'), { message: /does not tell which kernel/ });
});

test('kernelpkg without kernels, as in a container', async () => {
  // No package of that name is known either.
  const { call } = debian('6.1.0-10-amd64', { 'pkg.list_pkgs': {}, 'pkg.latest_version': {} });
  assert.deepEqual([await call('kernelpkg.list_installed'), await call('kernelpkg.latest_installed'), await call('kernelpkg.needs_reboot'), await call('kernelpkg.upgrade_available')], [[], null, false, false]);
  await assert.rejects(debian('made').call('kernelpkg.list_installed'), { message: "The release 'made' of the kernel does not tell its type" });
});

test('kernelpkg on yum', async () => {
  const { call, calls } = machine({
    modules: [yum], grains: { kernelrelease: '5.14.0-70.el9.x86_64', os_family: 'RedHat' },
    answers: {
      'pkg.normalize_name': ([name]) => String(name).replace('.x86_64', ''), 'pkg.version': ['5.14.0-362.el9', '5.14.0-70.el9'], 'pkg.latest_version': '', 'pkg.remove': {}, 'pkg.upgrade': {},
      'system.reboot': true,
    },
  });
  assert.deepEqual(await call('kernelpkg.list_installed'), ['5.14.0-70.el9', '5.14.0-362.el9']);
  const told = await call('kernelpkg.upgrade', [], { reboot: true, at_time: 1 });
  assert.deepEqual(told, { upgrades: {}, active: '5.14.0-70.el9', latest_installed: '5.14.0-362.el9', reboot_requested: true, reboot_required: true });
  assert.deepEqual(calls.find(({ fun }) => fun === 'system.reboot')?.kwargs, { at_time: 1 });
  assert.deepEqual(await call('kernelpkg.remove', ['5.14.0-362.el9']), { removed: ['kernel-5.14.0-362.el9'] });
  assert.deepEqual(calls.find(({ fun }) => fun === 'pkg.remove')?.kwargs, { pkgs: [{ kernel: '5.14.0-362.el9' }] });
});
