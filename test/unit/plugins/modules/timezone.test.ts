/** Texts of timedatectl 252; without a running systemd observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import timezone from '../../../../src/plugins/modules/timezone.js';
import { machine, type Machine } from './machine.js';

const RUNNING = [
  '               Local time: Sat 2026-11-21 12:00:00 CET', '           Universal time: Sat 2026-11-21 11:00:00 UTC',
  '                 RTC time: Sat 2026-11-21 11:00:00', '                Time zone: Europe/Berlin (CET, +0100)',
  'System clock synchronized: yes', '              NTP service: active', '          RTC in local TZ: no',
].join('\n');
const answer = (stdout: string): PlainMap => ({ pid: 1, retcode: 0, stdout, stderr: '' });

/** A machine whose absolute paths lie below a folder. */
async function minion(t: TestContext, { files = {}, timedatectl }: { files?: Record<string, string>; timedatectl?: PlainMap }): Promise<Machine & { root: string }> {
  const root = await fs.mkdtemp(join(tmpdir(), 'tsalt-zone-'));
  t.after(() => fs.rm(root, { recursive: true }));
  const below = (path: string): string => join(root, path);
  for (const [path, text] of Object.entries(files)) {
    await fs.mkdir(join(below(path), '..'), { recursive: true });
    await fs.writeFile(below(path), text);
  }
  await fs.mkdir(below('/etc'), { recursive: true });
  const sys: Partial<Sys> = {
    which: (program) => Promise.resolve(program === 'timedatectl' && timedatectl !== undefined ? '/usr/bin/timedatectl' : undefined),
    exists: (path) => fs.stat(below(path)).then(() => true, () => false),
    readText: (path) => fs.readFile(below(path), 'utf8').catch(() => undefined),
    writeFile: (path, data) => fs.writeFile(below(path), data),
    fs: {
      ...fs,
      readFile: ((path: string, options?: BufferEncoding) => fs.readFile(below(path), options)) as typeof fs.readFile,
      stat: ((path: string) => fs.stat(below(path))) as typeof fs.stat,
      rm: (path, options) => fs.rm(below(String(path)), options),
      symlink: (target, path) => fs.symlink(target, below(String(path))),
      rename: (from, to) => fs.rename(below(String(from)), below(String(to))),
    },
  };
  const made = machine({ modules: [timezone], sys, answers: {
    'cmd.run_all': timedatectl ?? null, 'cmd.run': ([argv]) => ((argv as string[]).join(' ') === 'date +%Z' ? 'CET' : '+0100'), 'cmd.retcode': 0, 'file.sed': null,
  } });
  return Object.assign(made, { root });
}

test('timedatectl tells zone and clock', async (t) => {
  const host = await minion(t, { timedatectl: answer(RUNNING) });
  assert.equal(await host.call('timezone.get_zone'), 'Europe/Berlin');
  assert.equal(await host.call('timezone.get_hwclock'), 'UTC');
  assert.equal(await host.call('timezone.zone_compare', ['Europe/Berlin']), true);
  assert.equal(await host.call('timezone.zone_compare', ['UTC']), false);
  assert.equal(await host.call('timezone.get_zonecode'), 'CET');
  assert.equal(await host.call('timezone.get_offset'), '+0100');
  assert.equal(await host.call('timezone.set_hwclock', ['localtime']), true);
  assert.deepEqual(host.calls.at(-1)?.args, [['timedatectl', 'set-local-rtc', 'true']]);
});

test('what timedatectl cannot tell is an error with its words', async (t) => {
  const failed = await minion(t, { timedatectl: { retcode: 1, stdout: '', stderr: 'Failed to connect to bus: Host is down' } });
  await assert.rejects(failed.call('timezone.get_zone'), new CommandExecutionError('timedatectl failed: Failed to connect to bus: Host is down'));
  const other = await minion(t, { timedatectl: answer('nothing') });
  const message = 'Failed to parse timedatectl output: nothing\nPlease file an issue with SaltStack';
  await assert.rejects(other.call('timezone.get_zone'), new CommandExecutionError(message));
  await assert.rejects(other.call('timezone.get_hwclock'), new CommandExecutionError(message));
});

test('without timedatectl the files of Debian tell', async (t) => {
  const host = await minion(t, { files: { '/etc/timezone': 'Etc/UTC\n', '/etc/default/rcS': '# UTC=no\nUTC=yes\n' } });
  assert.equal(await host.call('timezone.get_zone'), 'Etc/UTC');
  assert.equal(await host.call('timezone.get_hwclock'), 'UTC');
  const bare = await minion(t, {});
  await assert.rejects(bare.call('timezone.get_zone'), new CommandExecutionError('Problem reading timezone file /etc/timezone: No such file or directory'));
  assert.equal(await bare.call('timezone.get_hwclock'), null);
});

test('set_zone() links the zone and names it in a file', async (t) => {
  const host = await minion(t, { files: { '/usr/share/zoneinfo/Europe/Berlin': 'TZif', '/etc/localtime': 'old' } });
  assert.equal(await host.call('timezone.set_zone', ['Europe/Berlin']), true);
  assert.equal(await fs.readlink(join(host.root, 'etc/localtime')), '/usr/share/zoneinfo/Europe/Berlin');
  assert.equal(await fs.readFile(join(host.root, 'etc/timezone'), 'utf8'), 'Europe/Berlin\n');
  assert.equal(await host.call('timezone.set_hwclock', ['localtime']), true);
  assert.deepEqual(host.calls.at(-1), { fun: 'file.sed', args: ['/etc/default/rcS', '^UTC=.*', 'UTC=no'], kwargs: {} });
});

test('set_zone() sets no zone that is not there or lies elsewhere', async (t) => {
  const host = await minion(t, { timedatectl: answer(RUNNING), files: { '/etc/shadow': 'secret', '/usr/share/zoneinfo/UTC': 'TZif' } });
  for (const zone of ['No/Where', '../../../etc/shadow', '--help']) {
    assert.equal(await host.call('timezone.set_zone', [zone]), `Zone does not exist: /usr/share/zoneinfo/${zone}`);
  }
  assert.equal(host.calls.length, 0);
  assert.equal(await host.call('timezone.set_zone', ['UTC']), true);
  assert.deepEqual(host.calls[0]?.args, [['timedatectl', 'set-timezone', 'UTC']]);
});

test('zone_compare() compares the files where nothing tells the zone', async (t) => {
  const files = { '/etc/localtime': 'TZif1', '/usr/share/zoneinfo/A': 'TZif1', '/usr/share/zoneinfo/B': 'TZif2' };
  const host = await minion(t, { files });
  assert.equal(await host.call('timezone.zone_compare', ['A']), true);
  assert.equal(await host.call('timezone.zone_compare', ['B']), false);
  await assert.rejects(host.call('timezone.zone_compare', ['C']), new InvocationError('Can\'t find a local timezone "C"'));
  const bare = await minion(t, { files: { '/usr/share/zoneinfo/A': 'TZif1' } });
  await assert.rejects(bare.call('timezone.zone_compare', ['A']),
    new CommandExecutionError('Failed to read /etc/localtime to determine current timezone: No such file or directory'));
});
