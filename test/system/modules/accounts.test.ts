/** Users, groups and passwords with the real programs; names are made for the test. Answers observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { CommandExecutionError, PythonError } from '../../../src/kernel/contract/errors.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import cmd from '../../../src/plugins/modules/cmd.js';
import groupadd from '../../../src/plugins/modules/groupadd.js';
import shadow from '../../../src/plugins/modules/linux_shadow.js';
import useradd from '../../../src/plugins/modules/useradd.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const skip = process.getuid?.() === 0 ? false : 'needs root to make users';
const user = `tsu${randomBytes(4).toString('hex')}`;
const group = `${user}g`;
const [uid, gid] = [700_000 + randomBytes(2).readUInt16BE(), 800_000 + randomBytes(2).readUInt16BE()];
const { call, log } = machine({ modules: [useradd, groupadd, shadow, cmd] });

after(() => {
  if (skip !== false) return;
  for (const name of [user, `${user}n`]) spawnSync('userdel', [name]);
  for (const name of [group, `${group}2`]) spawnSync('groupdel', [name]);
});

test('groups and users come, change and go', { skip }, async (t) => {
  await t.test('a group is made', async () => {
    assert.equal(await call('group.add', [group, gid]), true);
    assert.deepEqual(await call('group.info', [group]), { name: group, passwd: 'x', gid, members: [] });
    assert.equal(await call('group.add', [group]), false);
    assert.equal(await call('group.add', [`${group}2`]), true);
  });

  await t.test('a user is made', async () => {
    const wish = { uid, gid, groups: [`${group}2`], fullname: 'A B', other: 'x,y', createhome: false, shell: '/bin/false' };
    assert.equal(await call('user.add', [user], wish), true);
    assert.deepEqual(await call('user.info', [user]), {
      gid, groups: [group, `${group}2`], home: `/home/${user}`, name: user, passwd: 'x', shell: '/bin/false', uid,
      fullname: 'A B', roomnumber: '', workphone: '', homephone: '', other: 'x,y',
    });
    assert.ok((await call('user.list_users') as string[]).includes(user));
    assert.equal(await call('user.primary_group', [user]), group);
  });

  await t.test('a user is changed', async () => {
    assert.equal(await call('user.chfullname', [user, 'C']), true);
    assert.equal(await call('user.chuid', [user, uid + 1]), true);
    assert.equal(await call('user.chshell', [user, '/bin/sh']), true);
    assert.equal(await call('user.chhome', [user, '/nonexistent']), true);
    assert.equal(await call('user.chgroups', [user, [group]]), true);
    assert.deepEqual(await call('user.list_groups', [user]), [group]);
    const info = await call('user.info', [user]) as PlainMap;
    assert.deepEqual([info['fullname'], info['uid'], info['shell'], info['home']], ['C', uid + 1, '/bin/sh', '/nonexistent']);
  });

  await t.test('members of a group', async () => {
    assert.equal(await call('group.adduser', [`${group}2`, user]), true);
    assert.equal(await call('group.adduser', [`${group}2`, 'no-such-user']), false);
    assert.deepEqual((await call('group.info', [`${group}2`]) as PlainMap)['members'], [user]);
    assert.equal(await call('group.deluser', [`${group}2`, user]), true);
    assert.equal(await call('group.deluser', ['no-such-group', user]), true);
    assert.equal(await call('group.members', [`${group}2`, user]), true);
    assert.equal(await call('group.members', [`${group}2`, '']), true);
    assert.deepEqual((await call('group.info', [`${group}2`]) as PlainMap)['members'], []);
    assert.equal(await call('group.chgid', [`${group}2`, gid + 100_000]), true);
    assert.equal(await call('group.chgid', ['no-such-group', 1]), false);
  });

  await t.test('a password is set, locked and removed', async () => {
    assert.equal((await call('shadow.info', [user]) as PlainMap)['passwd'], '!');
    assert.equal(await call('shadow.set_password', [user, '$6$abc$def']), true);
    assert.equal(await call('shadow.set_password', [user, '$6$abc$xyz', true]), true);
    for (const [fun, value] of [['maxdays', 90], ['mindays', 1], ['warndays', 9], ['inactdays', 5], ['date', 0], ['expire', 30_000]] as const) {
      assert.equal(await call(`shadow.set_${fun}`, [user, value]), true, fun);
    }
    assert.deepEqual(await call('shadow.info', [user]), { name: user, passwd: '$6$abc$xyz', lstchg: 0, min: 1, max: 90, warn: 9, inact: 5, expire: 30_000 });
    assert.equal(await call('shadow.lock_password', [user]), true);
    assert.equal(await call('shadow.unlock_password', [user]), true);
    assert.equal(await call('shadow.del_password', [user]), true);
    assert.equal(await call('shadow.lock_password', [user]), true);
    assert.equal(await call('shadow.unlock_password', [user]), false);
    assert.equal(log.some(({ text }) => text.includes('$6$')), false);
  });

  await t.test('all goes away', async () => {
    assert.equal(await call('user.rename', [user, `${user}n`]), false);
    await assert.rejects(call('user.rename', ['no-such-user', `${user}n`]), new CommandExecutionError(`User '${user}n' already exists`));
    assert.equal(await call('user.delete', [`${user}n`]), true);
    assert.equal(await call('user.delete', [user]), false);
    assert.equal(await call('group.delete', [group]), true);
    assert.equal(await call('group.delete', [group]), false);
  });
});

test('who is not there', { skip }, async () => {
  assert.deepEqual(await call('user.info', ['no-such-user']), {});
  assert.deepEqual(await call('user.list_groups', ['no-such-user']), []);
  assert.equal(await call('shadow.set_password', ['no-such-user', 'x']), false);
  assert.equal(await call('shadow.set_maxdays', ['no-such-user', 3]), false);
  await assert.rejects(call('user.chuid', ['no-such-user', 5]), new CommandExecutionError("User 'no-such-user' does not exist"));
  await assert.rejects(call('user.chfullname', ['no-such-user', 'C']), new PythonError('KeyError', "\"getpwnam(): name not found: 'no-such-user'\""));
});
