/** A pretended pyenv: what it is asked, as lists of words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import pyenv from '../../../../src/plugins/modules/pyenv.js';
import { machine } from './machine.js';

function host({ isThere = true, fails = '' } = {}) {
  const ran: Value[] = [];
  const made = machine({
    modules: [pyenv],
    sys: { userByName: (name) => Promise.resolve(name === 'deploy' ? { name, uid: 1000, gid: 1000, gecos: '', home: '/home/deploy', shell: '/bin/sh' } : undefined), exists: () => Promise.resolve(false), env: { PATH: '/usr/bin' } },
    answers: {
      'config.option': ([name]) => (name === 'pyenv.build_env' ? 'CONFIGURE_OPTS=--enable-shared no;word MAKE_OPTS=-j2' : ''), 'cmd.has_exec': isThere,
      'cmd.retcode': ([words]) => { ran.push(words ?? null); return 0; },
      'cmd.run_all': ([words], { env = {}, runas = null, python_shell: shell }) => {
        assert.equal(shell, false);
        ran.push([words ?? null, env, runas]);
        const line = (words as string[]).slice(1).join(' ');
        const stdout = line.startsWith('versions') ? '3.10.1\n3.11.2' : line === 'global' ? '3.11.2\n' : line.endsWith('--list') ? 'Available versions:\n  3.10.1\n  3.11.2' : 'out';
        return { retcode: line.startsWith(fails) && fails !== '' ? 1 : 0, stdout, stderr: 'built' };
      },
    },
  });
  return { call: made.call, ran };
}

const BIN = '/usr/local/pyenv/bin/pyenv';
const ROOT = { PYENV_ROOT: '/usr/local/pyenv' };

test('pyenv: lists, versions, and whose they are', async () => {
  const { call, ran } = host();
  assert.deepEqual([await call('pyenv.versions'), await call('pyenv.default'), await call('pyenv.list', ['deploy'])], [['3.10.1', '3.11.2'], '3.11.2', ['3.10.1', '3.11.2']]);
  assert.deepEqual(ran, [
    [[BIN, 'versions', '--bare'], ROOT, null], [[BIN, 'global'], ROOT, null], [['/home/deploy/.pyenv/bin/pyenv', 'install', '--list'], { PYENV_ROOT: '/home/deploy/.pyenv' }, 'deploy'],
  ]);
  await assert.rejects(call('pyenv.versions', ['nobody-here']), { message: "There is no user 'nobody-here'" });
});

test('pyenv: versions are built and removed', async () => {
  const { call, ran } = host();
  assert.equal(await call('pyenv.install_python', ['python-3.11.2']), 'built');
  assert.deepEqual(ran.splice(0), [[[BIN, 'install', '3.11.2'], { ...ROOT, CONFIGURE_OPTS: '--enable-shared', MAKE_OPTS: '-j2' }, null], [[BIN, 'rehash'], ROOT, null]]);
  assert.deepEqual([await call('pyenv.uninstall_python', ['3.11.2']), await call('pyenv.default', ['3.10.1'])], [true, true]);
  assert.deepEqual(ran.splice(0), [[[BIN, 'uninstall', '--force', '3.11.2'], ROOT, null], [[BIN, 'global', '3.10.1'], ROOT, null]]);
  const broken = host({ fails: 'install' });
  assert.equal(await broken.call('pyenv.install_python', ['3.11.2']), false);
  assert.deepEqual((broken.ran.at(-1) as Value[])[0], [BIN, 'uninstall', '--force', '3.11.2']);
  for (const version of ['--help', '', 'a b']) await assert.rejects(call('pyenv.install_python', [version]), { code: 'job.invocation' });
});

test('pyenv: commands are words, not lines of a shell', async () => {
  const { call, ran } = host();
  assert.equal(await call('pyenv.do_with_python', ['3.10.1', 'python -c $(id);x']), 'out');
  assert.deepEqual((ran[0] as Value[])[0], ['env', 'PATH=/usr/local/pyenv/shims:/usr/bin', 'PYENV_VERSION=3.10.1', 'python', '-c', '$(id);x']);
  assert.equal(await host({ fails: 'PATH' }).call('pyenv.do', ['python']), false);
  await assert.rejects(call('pyenv.do'), { code: 'job.invocation' });
});

test('pyenv: not there', async () => {
  const { call, ran } = host({ isThere: false });
  assert.deepEqual([await call('pyenv.is_installed'), await call('pyenv.versions'), await call('pyenv.default'), await call('pyenv.update'), await call('pyenv.install_python', ['3.11.2'])], [false, [], '', false, false]);
  assert.deepEqual(ran, []);
  assert.equal(await call('pyenv.install', [null, '/srv/py env']), true);
  assert.deepEqual(ran, [['git', 'clone', '--', 'https://github.com/pyenv/pyenv.git', '/srv/py env']]);
});
