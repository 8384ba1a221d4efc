/** Real processes: users, time limits, scripts. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import cmd from '../../../src/plugins/modules/cmd.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root to change the user' };
let folder = '';
before(async () => { folder = await mkdtemp(join(tmpdir(), 'cmd-test-')); });
after(async () => { await rm(folder, { recursive: true, force: true }); });

const minion = () => machine({ modules: [cmd], answers: { 'config.get': null, 'cp.cache_file': ([source]) => String(source).replace('salt://', `${folder}/`) } });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isGone(pid: number): Promise<boolean> {
  for (let left = 100; left > 0 && isAlive(pid); left--) await sleep(50);
  return !isAlive(pid);
}

test('a timeout ends the command and what it started, with the text of Salt', async () => {
  const file = join(folder, 'child.pid');
  const started = minion();
  const done = await started.call('cmd.run_all', [`sleep 300 & echo $! > ${file}; wait`], { timeout: 1, python_shell: true }) as PlainMap;
  assert.equal(done['stdout'], `sleep 300 & echo $! > ${file}; wait : Timed out after 1 seconds`);
  assert.deepEqual([done['stderr'], done['retcode']], ['', 1]);
  assert.equal(started.retcode, undefined);
  assert.ok(await isGone(Number(await readFile(file, 'utf8'))));
});

test('a timeout shows split words as a list', async () => {
  assert.equal(await minion().call('cmd.run', ['sleep 300'], { timeout: 0.3 }), "['sleep', '300'] : Timed out after 0.3 seconds");
});

test('a timeout with use_vt keeps the output', async () => {
  const done = await minion().call('cmd.run_all', ['echo a; sleep 300'], { timeout: 0.5, use_vt: true, python_shell: true }) as PlainMap;
  assert.deepEqual({ ...done, pid: 0 }, { pid: 0, stdout: 'a\n', stderr: 'SALT: Timeout after 0.5s\n', retcode: null });
});

test('cmd.run_bg gives the id of a process that goes on', async () => {
  const { pid } = await minion().call('cmd.run_bg', ['sleep 300']) as PlainMap;
  assert.ok(isAlive(Number(pid)));
  process.kill(Number(pid), 'SIGKILL');
  assert.ok(await isGone(Number(pid)));
});

test('runas changes user, groups, HOME and USER', asRoot, async () => {
  const text = await minion().call('cmd.run', ['id -un; id -Gn; echo $HOME $USER; pwd'], { runas: 'nobody', python_shell: true });
  assert.equal(text, 'nobody\nnogroup\n/nonexistent nobody\n/');
});

test('runas has the variables of a login', asRoot, async () => {
  const text = String(await minion().call('cmd.run', ['echo $LOGNAME:$PATH'], { runas: 'nobody', python_shell: true, clean_env: true }));
  assert.match(text, /^nobody:\/usr\/local\/bin:\/usr\/bin:\/bin/);
});

test('runas with a umask makes files of the user', asRoot, async () => {
  await chmod(folder, 0o777);
  const text = await minion().call('cmd.run', ['touch new && stat -c "%U %a" new'], { runas: 'nobody', umask: '027', cwd: folder, python_shell: true });
  assert.equal(text, 'nobody 640');
});

test('cmd.script runs a copy that is removed', async () => {
  await writeFile(join(folder, 's.sh'), '#!/bin/sh\necho "$1|$2"; echo "$0" >&2; exit 7\n');
  const caller = minion();
  const done = await caller.call('cmd.script', ['salt://s.sh'], { args: 'a "b c"', cwd: folder }) as PlainMap;
  assert.deepEqual([done['stdout'], done['retcode'], caller.retcode], ['a|b c', 7, 7]);
  assert.match(String(done['stderr']), new RegExp(`^${folder}/__salt\\.tmp\\.\\w{8}\\.sh$`));
  await assert.rejects(readFile(String(done['stderr'])), { code: 'ENOENT' });
  assert.equal(await caller.call('cmd.script_retcode', ['salt://s.sh'], { template: '' }), 7);
});

test('cmd.script runs as another user', asRoot, async () => {
  await writeFile(join(folder, 'who.sh'), '#!/bin/sh\nid -un\n');
  const done = await minion().call('cmd.script', ['salt://who.sh'], { runas: 'nobody' }) as PlainMap;
  assert.equal(done['stdout'], 'nobody');
});

test('cmd.script gives an empty result when it cannot run, cmd.script_retcode a KeyError', async () => {
  await writeFile(join(folder, 't.sh'), '#!/bin/sh\n');
  assert.deepEqual(await minion().call('cmd.script', ['salt://t.sh'], { shell: '/nosuch' }), {});
  await assert.rejects(minion().call('cmd.script_retcode', ['salt://t.sh'], { shell: '/nosuch', template: '' }), { className: 'KeyError', message: "'retcode'" });
  await assert.rejects(minion().call('cmd.script', ['salt://t.sh'], { cwd: '/nonexist' }),
    /\[Errno 2\] No such file or directory: '\/nonexist\/__salt\.tmp\./);
});
