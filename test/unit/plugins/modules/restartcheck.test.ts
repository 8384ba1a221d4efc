/** restartcheck on a pretended machine; the lines of maps are those of Linux 6.1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import restartcheck from '../../../../src/plugins/modules/restartcheck.js';
import { deletedPaths } from '../../../../src/plugins/modules/restartcheck/deleted-files.js';
import { machine } from './machine.js';

const map = (path: string): string => `7f0a8c000000-7f0a8c021000 r-xp 00000000 fe:01 131099                     ${path}`;

test('deletedPaths: mapped files that are gone, without those that come and go', () => {
  const maps = [
    map('/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)'), map('/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)'), map('/opt/app/lib one.so (deleted)'), map('/usr/lib/libc.so.6'),
    map('/tmp/x (deleted)'), map('/dev/zero (deleted)'), map('/memfd:wayland (deleted)'), map('/SYSV00000000 (deleted)'), map('/[aio] (deleted)'),
    '7ffc1000-7ffc2000 rw-p 00000000 00:00 0                                  [stack]', 'no line of maps', '',
  ];
  assert.deepEqual(deletedPaths(maps.join('\n')), ['/usr/lib/x86_64-linux-gnu/libssl.so.3', '/opt/app/lib one.so']);
});

const PROCESSES: Readonly<Record<string, { comm: string; exe: string; maps: string }>> = {
  10: { comm: 'cron', exe: '/usr/sbin/cron', maps: map('/usr/lib/libssl.so.3 (deleted)') },
  11: { comm: 'app', exe: '/opt/app/bin/app (deleted)', maps: map('/opt/app/lib/a.so (deleted)') },
  12: { comm: 'screen', exe: '/usr/bin/screen', maps: map('/usr/lib/libtinfo.so.6 (deleted)') },
  13: { comm: 'bash', exe: '/usr/bin/bash', maps: map('/usr/lib/libc.so.6') },
  9: { comm: 'job', exe: '/usr/sbin/once', maps: map('/usr/lib/libssl.so.3 (deleted)') },
};
const missing = (): Error => Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
const fs = {
  readdir: () => Promise.resolve([...Object.keys(PROCESSES), '99', 'self', 'meminfo']),
  readFile(path: string) {
    const [, , pid = '', file = ''] = path.split('/');
    const found = PROCESSES[pid];
    if (found === undefined || (file !== 'comm' && file !== 'maps')) return Promise.reject(missing());
    return Promise.resolve(file === 'comm' ? `${found.comm}\n` : found.maps);
  },
  readlink: (path: string) => Promise.resolve(PROCESSES[path.split('/')[2] ?? '']?.exe ?? ''),
};
const UNITS: Readonly<Record<string, string>> = { '/lib/systemd/system/cron.service': '[Service]\nType=simple\n', '/lib/systemd/system/cron-once.service': '[Service]\nType=oneshot\n' };
const OWNERS: Readonly<Record<string, string>> = { '/usr/sbin/cron': 'cron', '/bin/screen': 'screen', '/sbin/once': 'once' };
const FILES: Readonly<Record<string, string>> = {
  cron: `/.\n/usr/sbin/cron\n${Object.keys(UNITS).join('\n')}`, once: '/etc/init.d/once\n/etc/init.d/once.sh\n/sbin/once', app: '',
};

function host(kernel = '6.1.192-2', family = 'Debian', now = 0) {
  let clock = 0;
  const run = ([words]: readonly Value[]): Value => {
    const [program, ...rest] = words as string[];
    if (program === 'uname') return 'Linux web1 6.1.0-56-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-10-01) x86_64 GNU/Linux';
    return rest.at(-1) === 'linux-image-*' ? `ii \tlinux-image-6.1.0-56-amd64\t${kernel}\nii \tlinux-image-amd64\t${kernel}\nrc \tlinux-image-7.0.0-1-amd64\t7.0.1-1\n` : FILES[rest.at(-1) ?? ''] ?? '';
  };
  return machine({
    modules: [restartcheck], grains: { os: 'Debian', os_family: family },
    sys: { fs: fs as unknown as Sys['fs'], exists: (path) => Promise.resolve(path === '/bin/systemd'), readText: (path) => Promise.resolve(UNITS[path]), now: () => (clock += now) },
    answers: {
      'cmd.run_stdout': run, 'service.get_running': ['cron', 'app-main'], 'service.show': ([name]): PlainMap => ({ ExecMainPID: name === 'cron' ? '10' : '11' }), 'service.available': false,
      'pkg.owner': ([path]) => OWNERS[String(path)] ?? '',
    },
  });
}

test('restartcheck: packages, their services, and processes without one', async () => {
  assert.equal(await host().call('restartcheck.restartcheck'), [
    'Found 3 processes using old versions of upgraded files.', 'These are the packages:',
    'Of these, 2 seem to contain systemd service definitions or init scripts which can be used to restart them:', 'once:', '\t9 /usr/sbin/once (file: /usr/lib/libssl.so.3)',
    'cron:', '\t10 /usr/sbin/cron (file: /usr/lib/libssl.so.3)', '', '', 'These are the systemd services:', 'systemctl restart cron.service', '',
    'These are the initd scripts:', 'service once restart', '', 'These processes 1 do not seem to have an associated init script to restart them:', 'app:',
    '\t11 /opt/app/bin/app (deleted) (file: /opt/app/lib/a.so)', '',
  ].join('\n'));
});

test('restartcheck: names alone, an old kernel, what is passed over', async () => {
  assert.deepEqual(await host('6.1.200-1').call('restartcheck.restartcheck', [], { verbose: false, ignorelist: 'app' }), ['once', 'cron', 'screen', 'System restart required.']);
  const nothing = { ignorelist: ['screen'], blacklist: '/usr/lib/libssl.so.3', excludepid: [11] };
  assert.equal(await host().call('restartcheck.restartcheck', [], nothing), 'No packages seem to need to be restarted.');
  assert.equal(await host('6.1.200-1').call('restartcheck.restartcheck', [], nothing), 'System restart required.\n\n');
});

test('restartcheck: other systems, and no time', async () => {
  assert.deepEqual(await host('', 'Suse').call('restartcheck.restartcheck'), { result: false, comment: 'Only available on Debian, Red Hat and NI Linux Real-Time based systems.' });
  await assert.rejects(host('6.1.192-2', 'Debian', 60_000).call('restartcheck.restartcheck', [], { timeout: 1 }), { className: 'salt.exceptions.TimeoutError', message: 'Timeout expired.' });
});
