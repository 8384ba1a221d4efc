/** Users and groups: the commands that are started, files below another root; the real programs are in `test/system`. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import groupadd from '../../../../src/plugins/modules/groupadd.js';
import useradd from '../../../../src/plugins/modules/useradd.js';
import { readGecos, writeGecos } from '../../../../src/plugins/modules/useradd/facts.js';
import { machine, type Machine } from './machine.js';

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nbob:x:1000:100:Bob B,12,,555,x,y:/home/bob:/bin/sh\n\nbad line\n';
const GROUP = 'root:x:0:\nusers:x:100:\nwheel:x:7:bob,amy\nbad\n';

function minion(ends: Record<string, PlainMap> = {}): Machine & { words: () => string[] } {
  const end = ([argv]: readonly Value[]): PlainMap => {
    const words = (argv as string[]).join(' ');
    return { retcode: 0, stdout: '', stderr: '', ...Object.entries(ends).find(([start]) => words.startsWith(start))?.[1] };
  };
  const host = machine({
    modules: [useradd, groupadd],
    answers: { 'cmd.run_all': end, 'cmd.run': (args) => end(args)['stdout'] as string, 'cmd.retcode': (args) => end(args)['retcode'] as number, 'file.group_to_gid': 77 },
    sys: {
      which: (name) => Promise.resolve(name.startsWith('l') ? undefined : name),
      readText: (path) => Promise.resolve(path === '/etc/login.defs' ? '#USERGROUPS_ENAB no\nUSERGROUPS_ENAB yes\n' : undefined),
    },
  });
  return Object.assign(host, { words: () => host.calls.filter(({ fun }) => fun.startsWith('cmd.')).map(({ args }) => (args[0] as string[]).join(' ')) });
}

async function chroot(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-accounts-'));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'etc'));
  await writeFile(join(root, 'etc/passwd'), PASSWD);
  await writeFile(join(root, 'etc/group'), GROUP);
  return root;
}

test('readGecos() and writeGecos() keep further commas in the last part', () => {
  const gecos = { fullname: 'Bob B', roomnumber: '12', workphone: '', homephone: '555', other: 'x,y' };
  assert.deepEqual(readGecos('Bob B,12,,555,x,y'), gecos);
  assert.equal(writeGecos(gecos), 'Bob B,12,,555,x,y');
  assert.equal(writeGecos(readGecos('Bob')), 'Bob');
});

test('useradd gets what was asked for', async () => {
  const host = minion();
  const full = { uid: 5, gid: 6, home: '/h', shell: '/s', unique: false, system: true, createhome: false, nologinit: true, root: '/r', usergroup: false };
  assert.equal(await host.call('user.add', ['tsalt-a'], full), true);
  assert.equal(await host.call('user.add', ['tsalt-a'], { usergroup: true, uid: '' }), true);
  assert.deepEqual(host.words(), ['useradd -s /s -u 5 -g 6 -N -M -l -d /h -o -r tsalt-a -R /r', 'useradd -U -m tsalt-a']);
});

test('a user in a group of its own name has it as primary group', async () => {
  const host = minion();
  await host.call('user.add', ['tsalt-a'], { groups: ['tsalt-a'] });
  assert.equal(host.words()[0], 'useradd -g 77 -m tsalt-a');
  const without = machine({
    modules: [useradd], answers: { 'cmd.run_all': { retcode: 0, stderr: '' } },
    sys: { which: (name) => Promise.resolve(name), readText: () => Promise.resolve('USERGROUPS_ENAB no\n') },
  });
  await without.call('user.add', ['tsalt-a'], { groups: ['tsalt-a'] });
  assert.deepEqual(without.calls[0]?.args, [['useradd', '-m', 'tsalt-a']]);
});

test('failures of programs are told', async () => {
  const host = minion({ useradd: { retcode: 9 }, 'userdel one': { retcode: 12, stderr: '/var/mail/one not found' }, 'userdel two': { retcode: 12, stderr: 'home' } });
  assert.equal(await host.call('user.add', ['tsalt-a']), false);
  assert.equal(await host.call('user.delete', ['one']), true);
  assert.equal(await host.call('user.delete', ['two']), false);
  assert.equal(await host.call('user.delete', ['x'], { remove: true, force: true, root: '/r' }), true);
  assert.equal(host.words().at(-1), 'userdel -r -f x -R /r');
  await assert.rejects(host.call('user.add', ['x'], { local: true }), new CommandExecutionError("Command 'luseradd' cannot be found"));
});

test('groups that usermod does not know are added one by one', async () => {
  const host = minion({ usermod: { retcode: 6, stderr: "group 'g' not found in /etc/group" }, 'gpasswd -a x b': { retcode: 1 } });
  assert.equal(await host.call('user.chgroups', ['x', 'a'], { append: true }), true);
  assert.equal(await host.call('user.chgroups', ['x', 'a,b']), false);
  assert.deepEqual(host.words(), ['usermod -a -G a x', 'gpasswd -a x a', 'usermod -G a,b x', 'gpasswd -a x a', 'gpasswd -a x b']);
});

test('names that would be options are refused before a program starts', async () => {
  const host = minion();
  for (const [fun, args] of [
    ['user.add', ['-D']], ['user.delete', ['--help']], ['user.primary_group', ['-x']], ['user.rename', ['root', '-x']], ['group.add', ['-f']],
    ['group.delete', ['-f']], ['group.adduser', ['root', '-r']], ['group.members', ['root', '-r']], ['user.add', ['a:b']],
  ] as const) await assert.rejects(host.call(fun, args), InvocationError, fun);
  assert.deepEqual(host.words(), []);
});

test('files below another root are read', async (t) => {
  const root = await chroot(t);
  const host = minion();
  const info = await host.call('user.info', ['bob'], { root }) as PlainMap;
  assert.deepEqual([info['uid'], info['gid'], info['home'], info['homephone'], info['other']], [1000, 100, '/home/bob', '555', 'x,y']);
  assert.deepEqual(await host.call('user.list_users', [], { root }), ['bob', 'root']);
  assert.deepEqual(await host.call('group.info', ['wheel'], { root }), { name: 'wheel', passwd: 'x', gid: 7, members: ['bob', 'amy'] });
  assert.equal((await host.call('group.getent', [], { root }) as Value[]).length, 3);
  assert.equal((await host.call('user.getent', [], { root }) as Value[]).length, 2);
  assert.deepEqual(await host.call('user.info', ['amy'], { root }), {});
  await assert.rejects(host.call('user.info', ['bob'], { root: '/nonexistent' }),
    new PythonError('FileNotFoundError', "[Errno 2] No such file or directory: '/nonexistent/etc/passwd'"));
});

test('what is so already starts no program; what does not change is told', async (t) => {
  const root = await chroot(t);
  const host = minion();
  assert.equal(await host.call('user.chuid', ['bob', 1000], { root }), true);
  assert.equal(await host.call('user.chroomnumber', ['bob', 12], { root }), true);
  assert.equal(await host.call('group.chgid', ['wheel', 7], { root }), true);
  assert.deepEqual(host.words(), []);
  assert.equal(await host.call('user.chhome', ['bob', '/new', true], { root }), false);
  assert.equal(await host.call('user.chother', ['bob', null], { root }), false);
  assert.equal(await host.call('group.chgid', ['wheel', 8], { root, non_unique: true }), false);
  assert.deepEqual(host.words(), [`usermod -R ${root} -m -d /new bob`, `usermod -R ${root} -c Bob B,12,,555 bob`, `groupmod -R ${root} -og 8 wheel`]);
});

test('groupadd gets what was asked for', async () => {
  const host = minion();
  assert.equal(await host.call('group.add', ['g', 5, true, '/r', true]), true);
  assert.equal(await host.call('group.delete', ['g', '/r']), true);
  assert.equal(await host.call('group.adduser', ['g', 'u', '/r']), true);
  assert.deepEqual(host.words(), ['groupadd -g 5 -o -r -R /r g', 'groupdel -R /r g', 'gpasswd --add u g --root /r']);
});

test('login classes are of OpenBSD', async () => {
  assert.equal(await minion().call('user.chloginclass', ['bob', 'staff']), false);
  assert.equal(await minion().call('user.get_loginclass', ['bob']), false);
});
