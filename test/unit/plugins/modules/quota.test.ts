/** Quotas behind recorded output of quota 4.06 (Debian 12), on a file system with files of quotas. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import quota from '../../../../src/plugins/modules/quota.js';
import { parseModes } from '../../../../src/plugins/modules/quota/report.js';
import { machine, type Machine } from './machine.js';

const USERS = `*** Report for user quotas on device /dev/loop0
Block grace time: 7days; Inode grace time: 7days
                        Block limits                File limits
User            used    soft    hard  grace    used  soft  hard  grace
----------------------------------------------------------------------
root      --      13       0       0      0       2     0     0      0
games     +-      54      50      60 1795909331       1     0     0      0
domain users --       0     100     200      0       0    10    20      0

Statistics:
Total blocks: 7
Data blocks: 1
Entries: 3
Used average: 3.000000
`;
const STATS = 'Kernel quota version: 6.5.1\nNumber of dquot lookups: 0\nNumber of in use dquot entries (user/group): 0\n';

interface Said { readonly retcode?: number; readonly stdout?: string; readonly stderr?: string }
function host(programs: Readonly<Record<string, Said>>): Machine {
  return machine({
    modules: [quota], sys: { userById: (uid) => Promise.resolve(uid === 5 ? { name: 'games', uid, gid: 60, gecos: '', home: '/', shell: '' } : undefined) },
    answers: { 'cmd.run_all': (args) => ({ retcode: 0, stdout: '', stderr: '', ...programs[(args[0] as string[])[0] ?? ''] }) },
  });
}
const started = ({ calls }: Machine): Value[] => calls.map(({ args }) => args[0] ?? null);

test('a report', async () => {
  const all = await host({ repquota: { stdout: USERS } }).call('quota.report', ['/srv/a b']) as Record<string, Record<string, PlainMap>>;
  const users = all['/srv/a b']?.['User Quotas'] as PlainMap;
  assert.deepEqual(Object.keys(users['Users'] as PlainMap), ['root', 'games', 'domain users']);
  assert.deepEqual((users['Users'] as PlainMap)['games'], {
    'block-used': '54', 'block-soft-limit': '50', 'block-hard-limit': '60', 'block-grace': '1795909331', 'file-used': '1', 'file-soft-limit': '0', 'file-hard-limit': '0', 'file-grace': '0',
  });
  assert.deepEqual([users['Block Grace Time'], users['Inode Grace Time']], [['7days'], ['7days']]);
});

test('limits that are not given stay', async () => {
  const made = host({ repquota: { stdout: USERS } });
  assert.deepEqual(await made.call('quota.set', ['/srv'], { user: 'games', 'block-hard-limit': '70M' }), { 'User: games': { 'block-soft-limit': 50, 'block-hard-limit': '70M', 'file-soft-limit': 0, 'file-hard-limit': 0 } });
  assert.deepEqual(await made.call('quota.set', ['/srv'], { user: 5, 'file-soft-limit': 7 }), { 'User: 5': { 'block-soft-limit': 50, 'block-hard-limit': 60, 'file-soft-limit': 7, 'file-hard-limit': 0 } });
  await made.call('quota.set', ['/srv/$(id)'], { group: 'other; x', 'block-soft-limit': 1 });
  assert.deepEqual(started(made).filter((argv) => (argv as string[])[0] === 'setquota'), [
    ['setquota', '-u', 'games', '50', '70M', '0', '0', '/srv'], ['setquota', '-u', '5', '50', '60', '7', '0', '/srv'], ['setquota', '-g', 'other; x', '1', '0', '0', '0', '/srv/$(id)'],
  ]);
});

test('what cannot be done is told in the words of the program', async () => {
  const made = host({ repquota: { stdout: USERS }, setquota: { retcode: 1, stderr: 'setquota: user nosuchuser does not exist.' }, quotaon: { retcode: 2, stderr: 'quotaon: Quota format not supported in kernel.' }, warnquota: { retcode: 1, stderr: 'warnquota: none' } });
  await assert.rejects(made.call('quota.set', ['/srv'], { user: 'nosuchuser' }), { message: 'Unable to set desired quota. Error follows: \nsetquota: user nosuchuser does not exist.' });
  await assert.rejects(made.call('quota.set', ['/srv'], { user: 'a', group: 'b' }), { message: 'Please specify a user or group, not both.' });
  await assert.rejects(made.call('quota.set', ['/srv']), { message: 'A valid user or group was not found' });
  await assert.rejects(made.call('quota.on', ['/srv']), { message: 'quotaon: Quota format not supported in kernel.' });
  await assert.rejects(made.call('quota.warn'), { message: 'warnquota: none' });
  for (const [fun, args, kwargs] of [['on', ['-a']], ['off', ['-a']], ['get_mode', ['-a']], ['report', ['-a']], ['set', ['-a'], { user: 'x' }], ['set', ['/'], { user: '-x' }], ['set', ['/'], { user: 'x', 'file-soft-limit': '-1' }]] as [string, Value[], PlainMap?][]) {
    await assert.rejects(made.call(`quota.${fun}`, args, kwargs), /'-.*' is not valid/, fun);
  }
});

test('modes', () => {
  const both = 'group quota on /srv/a b (/dev/loop0) is off\nuser quota on /srv/a b (/dev/loop0) is on\nproject quota on /srv/a b (/dev/loop0) is off';
  assert.deepEqual(parseModes(both, '/dev/loop0'), { '/srv/a b': { device: '/dev/loop0', group: 'off', user: 'on', project: 'off' } });
  assert.deepEqual(parseModes('quotaon: Mountpoint (or device) / not found or has no quota enabled.', '/'), { '/': 'disabled' });
  assert.deepEqual(parseModes('quotaon: Cannot stat() given mountpoint /no: No such file or directory\nSkipping...\nquotaon: No correct mountpoint specified.', '/no'), { '/no': 'Not found' });
});

test('counts of the kernel', async () => {
  assert.deepEqual(await host({ quotastats: { stdout: STATS } }).call('quota.stats'), { 'Kernel quota version': '6.5.1', 'Number of dquot lookups': '0', 'Number of in use dquot entries (user/group)': '0' });
});
