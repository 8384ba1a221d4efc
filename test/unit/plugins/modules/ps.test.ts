/** Processes of this machine, started for the test; the tables of others are prepared. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import { Float, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import ps from '../../../../src/plugins/modules/ps.js';
import { readUsers } from '../../../../src/plugins/modules/ps/users.js';
import { machine } from './machine.js';

const MARK = `tsalt-ps-test-${process.pid}`;
const host = machine({ modules: [ps], answers: { 'cmd.run': ([argv]) => `ran ${(argv as string[]).join(' ')}\nsalt-call ps.psaux x` } });

async function sleeper(t: TestContext): Promise<{ pid: number; ended: Promise<Value[]> }> {
  const child = spawn('sleep', ['600'], { argv0: MARK });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return { pid: child.pid as number, ended: once(child, 'exit') as Promise<Value[]> };
}

test('a process is found by a text of its command line and ended', async (t) => {
  const { pid, ended } = await sleeper(t);
  assert.deepEqual(await host.call('ps.pgrep', [MARK], { full: true }), [pid]);
  assert.deepEqual(await host.call('ps.pgrep', [`^${MARK} \\d+$`], { full: true, pattern_is_regex: true }), [pid]);
  assert.equal(await host.call('ps.pgrep', [MARK]), null, 'its name is that of the program');
  assert.equal(await host.call('ps.pgrep', [MARK], { full: true, user: 'nobody' }), null);
  assert.deepEqual(await host.call('ps.pkill', [MARK], { full: true, signal: 10 }), { killed: [pid] });
  assert.deepEqual(await ended, [null, 'SIGUSR1']);
  assert.equal(await host.call('ps.pkill', [MARK], { full: true }), null);
});

test('kill_pid: one process, never a group of them or all', async (t) => {
  const { pid, ended } = await sleeper(t);
  assert.equal(await host.call('ps.kill_pid', [pid]), true);
  assert.deepEqual(await ended, [null, 'SIGTERM']);
  for (const wrong of [0, -1, -pid]) await assert.rejects(host.call('ps.kill_pid', [wrong]), PythonError);
  await assert.rejects(host.call('ps.pkill', ['']), InvocationError);
});

test('proc_info: chosen facts, and errors for what is not there', async (t) => {
  const { pid } = await sleeper(t);
  assert.deepEqual(await host.call('ps.proc_info', [pid, ['pid', 'cmdline', 'ppid', 'name', 'threads']]), {
    pid, cmdline: [MARK, '600'], ppid: process.pid, name: 'sleep', threads: [[pid, new Float(0), new Float(0)]],
  });
  await assert.rejects(host.call('ps.proc_info', [2 ** 30]), new CommandExecutionError(`process PID not found (pid=${2 ** 30})`));
  await assert.rejects(host.call('ps.proc_info', [pid, ['a', 'b']]), { message: "invalid attr names 'a', 'b'" });
});

test('top: a busy process comes first', async (t) => {
  const busy = spawn(process.execPath, ['-e', "console.log('ready'); for (;;);"], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => busy.kill('SIGKILL'));
  await once(busy.stdout, 'data');
  assert.equal((await host.call('ps.top', [3, 0.1]) as PlainMap[]).length, 3);
  // How many others are busy on this machine nobody knows; most are not.
  const rows = await host.call('ps.top', [10_000, 1]) as PlainMap[];
  const at = rows.findIndex((one) => one['pid'] === busy.pid);
  assert.ok(at < rows.length / 2, `place ${at} of ${rows.length}`);
  const row = rows[at];
  assert.deepEqual(Object.keys(row ?? {}), ['cmd', 'user', 'status', 'pid', 'create_time', 'cpu', 'mem']);
  assert.ok(Number((row?.['mem'] as PlainMap | undefined)?.['rss']) > 0);
});

test('lists of programs: lines with the text, and no option by accident', async () => {
  assert.deepEqual(await host.call('ps.psaux', ['p. aux']), ['p. aux', ['ran ps aux'], '1 occurrence(s).']);
  assert.deepEqual(await host.call('ps.psaux', ['x']), ['x', ['ran ps aux'], '1 occurrence(s).'], 'without the call itself');
  assert.deepEqual(await host.call('ps.lsof', ['$(reboot)']), ['$(reboot)', 'ran lsof -c $(reboot)\nsalt-call ps.psaux x']);
  await assert.rejects(host.call('ps.lsof', ['-i']), InvocationError);
  await assert.rejects(host.call('ps.psaux', ['(']), PythonError);
});

test('boot time in a format', async () => {
  const seconds = await host.call('ps.boot_time') as number;
  assert.equal(await host.call('ps.boot_time', ['%s']), String(seconds));
});

test('records of logins: only of users', () => {
  const record = (type: number, line: string, user: string, from: string): Buffer => {
    const bytes = Buffer.alloc(384);
    bytes.writeInt16LE(type, 0);
    bytes.writeInt32LE(4711, 4);
    bytes.write(line, 8);
    bytes.write(user, 44);
    bytes.write(from, 76);
    bytes.writeInt32LE(1_700_000_000, 340);
    return bytes;
  };
  assert.deepEqual(readUsers(Buffer.concat([record(2, '~', 'reboot', ''), record(7, 'pts/0', 'ann', '192.0.2.7'), record(8, 'pts/1', 'bob', ''), record(7, 'tty7', 'cy', ':0')])), [
    { name: 'ann', terminal: 'pts/0', host: '192.0.2.7', started: new Float(1_700_000_000), pid: 4711 },
    { name: 'cy', terminal: 'tty7', host: 'localhost', started: new Float(1_700_000_000), pid: 4711 },
  ]);
});
