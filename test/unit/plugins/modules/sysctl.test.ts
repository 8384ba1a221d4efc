/** What needs a kernel that takes values; files and errors are in `recorded/sysctl`. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import sysctl from '../../../../src/plugins/modules/linux_sysctl.js';
import { DEBIAN_GRAINS, machine, type Machine } from './machine.js';

/** A kernel whose parameters are in `values`. */
function minion(values: Record<string, string>, end: PlainMap = {}): Machine {
  return machine({
    modules: [sysctl],
    grains: { ...DEBIAN_GRAINS, systemd: { version: '252', features: '' } },
    answers: {
      'cmd.run': ([argv]) => values[(argv as string[])[2] ?? ''] ?? '',
      'cmd.run_stdout': () => `${Object.entries(values).map(([name, value]) => `${name} = ${value}`).join('\n')}\n\nno pair\n`,
      'cmd.run_all': ([argv]: readonly Value[]) => {
        const [name = '', value = ''] = ((argv as string[])[2] ?? '').split('=');
        values[name] = value;
        return { retcode: 0, stdout: `${name} = ${value}`, stderr: '', ...end };
      },
    },
    sys: {
      which: (name) => Promise.resolve(`/sbin/${name}`),
      exists: (path) => Promise.resolve(path === '/run/systemd/system' || Object.keys(values).some((name) => path === `/proc/sys/${name.replaceAll('.', '/')}`)),
    },
  });
}

test('assign() sets a value and gives it', async () => {
  const values = { 'kernel.a': '1' };
  assert.deepEqual(await minion(values).call('sysctl.assign', ['kernel.a', 2]), { 'kernel.a': '2' });
  assert.deepEqual(values, { 'kernel.a': '2' });
});

test('assign() refuses what is no parameter', async () => {
  const host = minion({ 'kernel.a': '1' });
  for (const name of ['--system', '', 'kernel.a\n']) await assert.rejects(host.call('sysctl.assign', [name, 1]), InvocationError);
  await assert.rejects(host.call('sysctl.assign', ['kernel.b', 1]), new CommandExecutionError('sysctl kernel.b does not exist'));
});

test('assign() tells why the kernel did not take the value', async () => {
  const cases = [
    { end: { retcode: 255, stdout: '', stderr: 'permission denied' }, text: 'permission denied' },
    { end: { stdout: 'kernel.a = 2', stderr: 'Invalid argument' }, text: 'kernel.a = 2' },
    { end: { stdout: 'kernel.a = 3', stderr: '' }, text: 'kernel.a = 3' },
  ];
  for (const { end, text } of cases) {
    await assert.rejects(minion({ 'kernel.a': '1' }, end).call('sysctl.assign', ['kernel.a', '2']), new CommandExecutionError(`sysctl -w failed: ${text}`));
  }
});

test('show() lists what runs, default_config() follows systemd', async () => {
  const host = minion({ 'kernel.a': '1', 'net.b': '1 = 2' });
  assert.deepEqual(await host.call('sysctl.show'), { 'kernel.a': '1', 'net.b': '1 = 2' });
  assert.equal(await host.call('sysctl.default_config'), '/etc/sysctl.d/99-salt.conf');
  const bare = machine({ modules: [sysctl], sys: { exists: () => Promise.resolve(false), which: () => Promise.resolve(undefined) } });
  assert.equal(await bare.call('sysctl.default_config'), '/etc/sysctl.conf');
  await assert.rejects(bare.call('sysctl.get', ['kernel.a']), new CommandExecutionError("Command 'sysctl' cannot be found"));
});

test('persist() keeps the value in a file and sets it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-sysctl-'));
  t.after(() => rm(folder, { recursive: true }));
  const config = join(folder, 'sub/99.conf');
  const values = { 'kernel.a': '1' };
  const host = minion(values);
  assert.equal(await host.call('sysctl.persist', ['kernel.a', 7], { config }), 'Updated');
  assert.equal(await readFile(config, 'utf8'), '#\n# Kernel sysctl configuration\n#\nkernel.a = 7\n');
  assert.deepEqual(values, { 'kernel.a': '7' });
  await assert.rejects(host.call('sysctl.persist', ['kernel.a', '1\nkernel.b = 2'], { config }), InvocationError);
});
