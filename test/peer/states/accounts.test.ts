/** States of users and groups on this machine, beside those of real Salt. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compareText } from '../../../src/kernel/std/python-order.js';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder, type Answer } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const skip = skipWithoutSalt === false && process.getuid?.() !== 0 ? 'accounts can be made by root only' : skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-accounts-')));
const folder = saltFolder(base);
const home = join(base, 'home');

function clear(): void {
  for (const name of ['tsalt-u1', 'tsalt-u2', 'tsalt-u3']) spawnSync('userdel', ['-f', name]);
  for (const name of ['tsalt-g1', 'tsalt-g2', 'tsalt-g3', 'tsalt-u1', 'tsalt-u2']) spawnSync('groupdel', [name]);
  rmSync(home, { recursive: true, force: true });
}
before(clear);
after(() => {
  clear();
  rmSync(base, { recursive: true });
});

/** Each call as a test run, as a run, and once more. */
const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);

/** Groups of a set come in the order of a hash. */
const settled = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer)
  .replaceAll(/\{('[^}]*)\}/g, (_set, items: string) => items.split(', ').toSorted(compareText).join(', ')), (_key, value: unknown) => (Array.isArray(value) ? value.map(String).toSorted(compareText) : value));

test('group: the same results', { skip }, async () => {
  await compareStates(folder, [
    ...thrice([
      ['group.present', { name: 'tsalt-g1' }], ['group.present', { name: 'tsalt-g2', gid: 47_101, members: ['root', 'daemon'] }],
      ['group.present', { name: 'tsalt-g3', system: true, addusers: ['root', 'bin'] }], ['group.present', { name: 'tsalt-g1', gid: 47_102 }],
      ['group.present', { name: 'tsalt-g2', members: ['daemon', 'sys'] }], ['group.present', { name: 'tsalt-g2', addusers: ['bin'], delusers: ['sys'] }],
      ['group.present', { name: 'tsalt-g2', members: [] }], ['group.present', { name: 'tsalt-g2', delusers: ['nobody-here'] }],
      ['group.present', { name: 'tsalt-g4', gid: 47_101 }], ['group.present', { name: 'tsalt-g2', members: ['root'], addusers: ['bin'] }],
      ['group.present', { name: 'tsalt-g2', addusers: ['bin'], delusers: ['bin'] }], ['group.present', { name: 'tsalt-g2', gid: 'many' }],
      ['group.present', { name: 'tsalt-g2', members: ['nobody-here'] }],
      ['group.absent', { name: 'tsalt-g1' }], ['group.absent', { name: 'tsalt-g2' }], ['group.absent', { name: 'tsalt-g3' }],
    ]),
  ], { prepare: clear, comparable: settled });
});

test('user: the same results', { skip }, async () => {
  const user = { name: 'tsalt-u1', home: join(home, 'u 1'), createhome: true };
  await compareStates(folder, [
    ...thrice([
      ['group.present', { name: 'tsalt-g1', gid: 47_101 }], ['group.present', { name: 'tsalt-g2', gid: 47_102 }],
      ['user.present', { ...user, uid: 47_201, shell: '/bin/sh', groups: ['tsalt-g1'], fullname: "Ann O'Nym", roomnumber: '7', workphone: '12', homephone: '34', other: 'x y' }],
      ['user.present', { ...user, fullname: 'Ann $(id)', homephone: '' }], ['user.present', { ...user, shell: '/bin/bash' }],
      ['user.present', { ...user, groups: ['tsalt-g2'], optional_groups: ['tsalt-g1', 'tsalt-none'] }], ['user.present', { ...user, groups: ['tsalt-g1'], remove_groups: false }],
      ['user.present', { ...user, groups: [] }], ['user.present', { ...user, gid: 'tsalt-g1' }], ['user.present', { ...user, gid: 'tsalt-g1', allow_gid_change: true }],
      ['user.present', { ...user, gid: 47_102, allow_gid_change: true }], ['user.present', { ...user, uid: 47_202 }], ['user.present', { ...user, uid: 47_202, allow_uid_change: true }],
      ['user.present', { ...user, groups: ['tsalt-none'] }], ['user.present', { ...user, fullname: 'a,b' }], ['user.present', { ...user, home: join(home, 'u2') }],
      ['user.present', { name: 'tsalt-u1', home: join(home, 'u3'), persist_home: true }],
      ['user.present', { name: 'tsalt-u1', password: '$6$saltsalt$abc', enforce_password: false }], ['user.present', { name: 'tsalt-u1', password: '$6$saltsalt$abc' }],
      ['user.present', { name: 'tsalt-u1', password_lock: true }], ['user.present', { name: 'tsalt-u1', password_lock: false }],
      ['user.present', { name: 'tsalt-u1', mindays: 3, maxdays: 90, warndays: 5, inactdays: 4, expire: 20_000, date: 19_000 }], ['user.present', { name: 'tsalt-u1', empty_password: true }],
      ['user.present', { name: 'tsalt-u2', createhome: false, system: true, usergroup: true, mindays: 1, maxdays: 50, warndays: 2, inactdays: 6, expire: 21_000, date: 18_000 }],
      ['user.present', { name: 'tsalt-u2', createhome: false, usergroup: true }], ['user.present', { name: 'tsalt u3', createhome: false }], ['user.present', { name: '-r', createhome: false }],
      ['user.present', { name: 'tsalt-u3', createhome: false, uid: 47_202 }], ['user.present', { name: 'tsalt-u3', createhome: false, password: '$6$other$abc', uid: 47_205 }],
      ['user.absent', { name: 'tsalt-u1', purge: true }], ['user.absent', { name: 'tsalt-u2' }], ['user.absent', { name: 'tsalt-u3', force: true }], ['user.absent', { name: 'tsalt-none' }],
    ]),
  ], { prepare: clear, comparable: settled });
});
