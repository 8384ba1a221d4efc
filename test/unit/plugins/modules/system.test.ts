import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import system from '../../../../src/plugins/modules/system.js';
import { checkClock, readDate, readTime } from '../../../../src/plugins/modules/system/clock.js';
import { machine, type Machine } from './machine.js';

const NOON = Date.UTC(2026, 10, 21, 12, 4, 5);
const wordsOf = (host: Machine): string[] => host.calls.map(({ args }) => [args[0] as Value].flat().join(' '));

/** Programs end as `ends` says, by the beginning of their command. */
function minion({ programs = [] as string[], ends = {} as Record<string, PlainMap>, files = {} as Record<string, string> } = {}): Machine & { files: Record<string, string> } {
  const end = ([argv]: readonly Value[]): PlainMap => {
    const words = [argv as Value].flat().join(' ');
    return { retcode: 0, stdout: '', stderr: '', ...Object.entries(ends).find(([start]) => words.startsWith(start))?.[1] };
  };
  const host = machine({
    modules: [system],
    sys: {
      now: () => NOON, which: (name) => Promise.resolve(programs.includes(name) ? `/usr/bin/${name}` : undefined),
      readText: (path) => Promise.resolve(files[path]), exists: (path) => Promise.resolve(files[path] !== undefined),
      writeFile: (path, data) => {
        files[path] = String(data);
        return Promise.resolve();
      },
    },
    answers: {
      'cmd.run': (args) => end(args)['stdout'] as string, 'cmd.run_all': end, 'cmd.retcode': (args) => end(args)['retcode'] as number,
      'network.get_hostname': 'web1', 'network.mod_hostname': true,
    },
  });
  return Object.assign(host, { files });
}

test('stopping and starting runs the programs', async () => {
  const host = minion();
  for (const [fun, args] of [['halt', []], ['poweroff', []], ['init', [3]], ['reboot', []], ['reboot', [5]], ['shutdown', [0]], ['shutdown', ['10']]] as [string, Value[]][]) {
    assert.equal(await host.call(`system.${fun}`, args), '');
  }
  assert.deepEqual(wordsOf(host), ['halt', 'poweroff', 'init 3', 'shutdown -r now', 'shutdown -r 5', 'shutdown -h now', 'shutdown -h 10']);
  await assert.rejects(host.call('system.reboot', ['-k']), InvocationError);
  await assert.rejects(host.call('system.init', ['--help']), InvocationError);
});

test('the clock is shown in the forms of Salt', async () => {
  const host = minion();
  assert.equal(await host.call('system.get_system_time', ['+0000']), '12:04:05 PM');
  assert.equal(await host.call('system.get_system_time', ['-1130']), '12:34:05 AM');
  assert.equal(await host.call('system.get_system_date_time', ['1230']), '2026-11-22 00:34:05');
  assert.equal(await host.call('system.get_system_date', ['+0000']), 'Sat 11/21/2026');
  const local = new Date(NOON);
  assert.match(await host.call('system.get_system_date_time') as string, new RegExp(`^${local.getFullYear()}-.* ${String(local.getHours()).padStart(2, '0')}:`));
  await assert.rejects(host.call('system.get_system_time', ['5']), new InvocationError('Invalid UTC offset'));
});

test('readTime() and readDate() take the forms of Salt', () => {
  assert.deepEqual(readTime('11:20'), { hour: 11, minute: 20, second: 0 });
  assert.deepEqual(readTime('12:20:30 am'), { hour: 0, minute: 20, second: 30 });
  assert.deepEqual(readTime('1:2 PM'), { hour: 13, minute: 2, second: 0 });
  for (const text of ['24:00', '13:00 PM', '0:10 AM', '11:60', '11', '680', ' 11:20']) assert.equal(readTime(text), undefined, text);
  for (const text of ['2013-03-28', '2013/3/28', '03-28-2013', '03-28-13', '3/28/13']) assert.deepEqual(readDate(text), { year: 2013, month: 3, day: 28 }, text);
  assert.deepEqual(readDate('01/02/69'), { year: 1969, month: 1, day: 2 });
  for (const text of ['2013-02-30', '28-03-2013', '2013-03/28', '13-03-28', '']) assert.equal(readDate(text), undefined, text);
});

test('checkClock() refuses in the words of Python', () => {
  const clock = { year: 2024, month: 2, day: 29, hour: 23, minute: 59, second: 59 };
  assert.equal(checkClock(clock), clock);
  const wrong = [[{ year: 2023 }, 'day is out of range for month'], [{ month: 13 }, 'month must be in 1..12'], [{ hour: 24 }, 'hour must be in 0..23'], [{ second: 60 }, 'second must be in 0..59']] as const;
  for (const [change, text] of wrong) assert.throws(() => checkClock({ ...clock, ...change }), new InvocationError(text));
});

test('set_system_* keep the parts that are not given, and set the hardware clock', async () => {
  const host = minion({ programs: ['hwclock'] });
  assert.equal(await host.call('system.set_system_time', ['11:20', '+0100']), true);
  assert.deepEqual(wordsOf(host), ['date -u 112110202026.00', 'hwclock --test --systohc', 'hwclock --systohc']);
  host.calls.length = 0;
  assert.equal(await host.call('system.set_system_date', ['03-28-13', '+0000']), true);
  assert.equal(wordsOf(host)[0], 'date -u 032812042013.05');
  assert.equal(await host.call('system.set_system_time', ['half past']), false);
  await assert.rejects(host.call('system.set_system_date', ['tomorrow']), new InvocationError('Invalid date format'));
});

test('set_system_date_time() tries without seconds, and tells the first failure', async () => {
  const posix = minion({ ends: { 'date -u 051211372015.53': { retcode: 1, stderr: 'no seconds' } } });
  assert.equal(await posix.call('system.set_system_date_time', [2015, 5, 12, 11, 37, 53, '+0000']), true);
  assert.deepEqual(wordsOf(posix), ['date -u 051211372015.53', 'date -u 051211372015']);
  const failed = minion({ ends: { date: { retcode: 1, stderr: 'date: cannot set date' } } });
  await assert.rejects(failed.call('system.set_system_date_time', [2015]), new CommandExecutionError('date failed: date: cannot set date'));
});

test('a hardware clock that is not set is logged', async () => {
  const host = minion({ programs: ['hwclock'], ends: { 'hwclock --systohc': { retcode: 1, stderr: 'no' } } });
  assert.equal(await host.call('system.set_system_time', ['11:20']), true);
  assert.equal(host.log.some(({ level }) => level === 'warn'), true);
  assert.equal(await minion().call('system.has_settable_hwclock'), false);
});

test('the description goes through hostnamectl', async () => {
  const host = minion({ programs: ['hostnamectl'], ends: { '/usr/bin/hostnamectl status': { stdout: 'a \\"b\\"\\tc' } } });
  assert.equal(await host.call('system.get_computer_desc'), 'a "b"\tc');
  assert.equal(await host.call('system.set_computer_desc', ['--x "y"\n']), true);
  assert.deepEqual(host.calls.at(-1)?.args, [['/usr/bin/hostnamectl', 'set-hostname', '--pretty', '--', '--x \\"y\\"\\n']]);
});

test('without hostnamectl the description is in a file', async () => {
  const host = minion();
  assert.equal(await host.call('system.get_computer_desc'), false);
  assert.equal(await host.call('system.set_computer_desc', ["Michael's laptop"]), true);
  assert.equal(host.files['/etc/machine-info'], 'PRETTY_HOSTNAME="Michael\'s laptop"\n');
  assert.equal(await host.call('system.get_computer_desc'), "Michael's laptop");
  const other = minion({ files: { '/etc/machine-info': "ICON=a\nPRETTY_HOSTNAME=old\n PRETTY_HOSTNAME='x'\n" } });
  assert.equal(await other.call('system.get_computer_desc'), 'x');
  assert.equal(await other.call('system.set_computer_desc', ['new']), true);
  assert.equal(other.files['/etc/machine-info'], 'ICON=a\nPRETTY_HOSTNAME="new"\n PRETTY_HOSTNAME=\'x\'\n');
});

test('the name is that of the module network', async () => {
  const host = minion();
  assert.equal(await host.call('system.get_computer_name'), 'web1');
  assert.equal(await host.call('system.set_computer_name', ['web2']), true);
  assert.deepEqual(host.calls.at(-1), { fun: 'network.mod_hostname', args: ['web2'], kwargs: {} });
});

test('a witnessed restart is a file', async () => {
  assert.equal(await minion().call('system.get_reboot_required_witnessed'), false);
  const host = minion({ files: { '/var/volatile/tmp/salt/reboot_witnessed': '', '/var/volatile/tmp/salt': '' } });
  assert.equal(await host.call('system.get_reboot_required_witnessed'), true);
  assert.equal(await host.call('system.set_reboot_required_witnessed'), false);
});
