import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CommandExecutionError, CommandNotFoundError } from '../../../../src/kernel/contract/errors.js';
import type { RunResult } from '../../../../src/kernel/contract/sys.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';

const sys = createSys();
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const sh = (script: string, options = {}): Promise<RunResult> => sys.run(['/bin/sh', '-c', script], options);
const isRoot = process.getuid?.() === 0;
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsalt-run-'));
});
after(() => rm(folder, { recursive: true }));

async function isGone(pid: number): Promise<boolean> {
  for (let look = 0; look < 100; look += 1) {
    const state = (await sys.readText(`/proc/${pid}/stat`))?.split(') ')[1]?.[0];
    if (state === undefined || state === 'Z') return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

test('run() gives outputs and exit code', async () => {
  const { code, stdout, stderr, timedOut, truncated } = await sh('echo out; echo err >&2; exit 3');
  assert.deepEqual([code, text(stdout), text(stderr), timedOut, truncated], [3, 'out\n', 'err\n', false, false]);
});

test('run() passes words on untouched, without a shell', async () => {
  const { stdout } = await sys.run(['printf', '%s|', '$HOME; rm', '*', "it's"]);
  assert.equal(text(stdout), "$HOME; rm|*|it's|");
});

test('run() gives minus the signal number of a killed program', async () => {
  assert.equal((await sh('kill -9 $$')).code, -9);
});

test('run() lets programs open /dev/stderr and /dev/stdout', async () => {
  const { stdout, stderr } = await sh('echo a > /dev/stderr; echo b > /dev/stdout');
  assert.deepEqual([text(stdout), text(stderr)], ['b\n', 'a\n']);
});

test('run() joins both outputs in order', async () => {
  const { stdout, stderr } = await sh('echo 1; echo 2 >&2; echo 3; echo 4 >&2', { mergeStderr: true });
  assert.deepEqual([text(stdout), stderr.length], ['1\n2\n3\n4\n', 0]);
});

test('run() feeds stdin, also to a program that does not read it', async () => {
  assert.equal(text((await sys.run(['cat'], { stdin: 'hello' })).stdout), 'hello');
  assert.equal((await sys.run(['true'], { stdin: 'x'.repeat(1_000_000) })).code, 0);
});

test('run() has no stdin unless given', async () => {
  assert.equal((await sys.run(['cat'])).stdout.length, 0);
});

test('run() adds to, removes from and replaces the environment', async () => {
  const own = createSys({ env: { PATH: process.env['PATH'], A: '1', B: '2' } });
  const script = 'echo "$A,$B,$C"';
  assert.equal(text((await own.run(['sh', '-c', script], { env: { B: null, C: '3' } })).stdout), '1,,3\n');
  assert.equal(text((await own.run(['sh', '-c', script], { env: { C: '3' }, cleanEnv: true })).stdout), ',,3\n');
});

test('run() works in the folder asked for and says when there is none', async () => {
  assert.equal(text((await sys.run(['pwd'], { cwd: folder })).stdout), `${folder}\n`);
  await assert.rejects(sys.run(['pwd'], { cwd: join(folder, 'no') }), {
    name: 'CommandExecutionError', message: `Specified cwd '${folder}/no' either not absolute or does not exist`,
  });
});

test('run() sets the umask', async () => {
  assert.match(text((await sh('umask', { umask: 0o027 })).stdout), /^0?027\n$/);
});

test('run() refuses a program that is not there, and words with NUL', async () => {
  await assert.rejects(sys.run(['tsalt-no-such-program']), CommandNotFoundError);
  await assert.rejects(sys.run(['echo', 'a\0b']), CommandExecutionError);
});

test('run() cuts output off at the limit and lets the program end', async () => {
  const { code, stdout, truncated } = await sh('head -c 300000 /dev/zero; exit 4', { outputBytesMax: 1000 });
  assert.deepEqual([code, stdout.length, truncated], [4, 1000, true]);
});

test('run() ends the whole group after the timeout', async () => {
  const result = await sh('sleep 300 & echo $!; wait', { timeoutMs: 100 });
  assert.deepEqual([result.timedOut, result.code], [true, -15]);
  assert.ok(await isGone(Number(text(result.stdout))));
});

test('run() kills what ignores SIGTERM', async () => {
  const result = await sh('trap "" TERM; (trap "" TERM; exec sleep 300 >/dev/null 2>&1) & echo $!; exit 0', { timeoutMs: 50 });
  assert.equal(result.timedOut, false, 'the program itself ended in time');
  process.kill(Number(text(result.stdout)), 'SIGKILL');
  const stubborn = await sh('trap "" TERM; while :; do sleep 1; done', { timeoutMs: 50 });
  assert.deepEqual([stubborn.timedOut, stubborn.code], [true, -9]);
});

test('run() rejects with the reason after an abort, when the group is gone', async () => {
  const controller = new AbortController();
  const path = join(folder, 'pid');
  const running = sh(`sleep 300 & echo $! > ${path}; wait`, { signal: controller.signal });
  while (((await sys.readText(path)) ?? '') === '') await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort(new Error('job killed'));
  await assert.rejects(running, /job killed/);
  assert.ok(await isGone(Number(await readFile(path, 'utf8'))));
  await assert.rejects(sh('true', { signal: controller.signal }), /job killed/);
});

test('run() does not wait for a detached program', async () => {
  const path = join(folder, 'detached');
  const { pid, code } = await sh(`echo $$ > ${path}; exec sleep 300`, { detached: true });
  assert.equal(code, 0);
  while (((await sys.readText(path)) ?? '') === '') await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(Number(await readFile(path, 'utf8')), pid);
  process.kill(-pid, 'SIGKILL');
});

test('run() starts many programs at once', async () => {
  const results = await Promise.all(Array.from({ length: 40 }, (_, at) => sys.run(['echo', String(at)])));
  assert.deepEqual(results.map(({ stdout }) => text(stdout)), results.map((_, at) => `${at}\n`));
});

test('run() as another user has its ids, its groups and its home', { skip: isRoot ? false : 'needs root' }, async () => {
  const user = await sys.userByName('nobody');
  const { stdout } = await sh('id -u; id -g; id -G; echo $HOME $USER', { runas: 'nobody', cwd: '/' });
  const [uid, gid, groups, names] = text(stdout).split('\n');
  assert.deepEqual([uid, gid, names], [String(user?.uid), String(user?.gid), `${user?.home} nobody`]);
  assert.deepEqual(groups?.split(' '), [String(user?.gid)], 'no group of root stays');
});

test('run() as another user with a group, umask and joined outputs', { skip: isRoot ? false : 'needs root' }, async () => {
  const group = await sys.groupByName('daemon');
  const { stdout } = await sh('id -u; id -g; umask; echo e >&2', { runas: 'nobody', group: 'daemon', umask: 0o077, mergeStderr: true, cwd: '/' });
  const user = await sys.userByName('nobody');
  assert.equal(text(stdout).replace('0077', '077'), `${user?.uid}\n${group?.gid}\n077\ne\n`);
});

test('run() refuses unknown users and groups', async () => {
  await assert.rejects(sh('true', { runas: 'tsalt-nobody' }), { message: "User 'tsalt-nobody' is not available" });
  await assert.rejects(sh('true', { group: 'tsalt-nobody' }), { message: "Group 'tsalt-nobody' is not available" });
});
