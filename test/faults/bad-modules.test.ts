/** Functions of users that loop, exit, print, leak, block or throw: the minion stays on the bus, and its other jobs go on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newJid } from '../../src/kernel/std/time.js';
import type { Value } from '../../src/kernel/std/value.js';
import type { JobAnswers, MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from '../system/kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;
/** Most that the minion's process may grow to, whatever a function does. */
const MINION_MB_MAX = 2500;
const PING_MS_MAX = 5000;

const BAD = `
import { spawn } from 'node:child_process';
export const loops = () => { while (true); };
export const blocks = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
export const never = () => new Promise(() => {});
export const exits = () => process.exit(5);
export const exits_later = () => new Promise(() => setTimeout(() => process.exit(0), 50));
export const aborts_later = () => new Promise(() => setImmediate(() => { throw new TypeError('thrown where nobody catches'); }));
export const rejects_later = () => new Promise(() => { void Promise.reject(new RangeError('rejected where nobody waits')); });
export const prints = (megabytes) => { const line = 'x'.repeat(1023) + '\\n'; for (let at = 0; at < megabytes * 1024; at += 1) process.stdout.write(line); return 'printed'; };
export const prints_errors = (megabytes) => { const line = 'e'.repeat(1023); for (let at = 0; at < megabytes * 1024; at += 1) console.error(line); return 'printed'; };
export const leaks = () => { const kept = []; for (;;) kept.push(Array.from({ length: 1000 }, (_, at) => ({ at }))); };
// At most four gigabytes: the machine of the test must live.
export const leaks_buffers = () => { const kept = []; const wait = new Int32Array(new SharedArrayBuffer(4)); for (let at = 0; at < 250; at += 1) { kept.push(Buffer.alloc(16 * 1024 * 1024, 1)); Atomics.wait(wait, 0, 0, 10); } return kept.length; };
export const recurses = () => { const down = () => down() + 1; return down(); };
export const gives_gigabyte = () => 'x'.repeat(300 * 1024 * 1024);
export const logs_for_ever = () => { for (;;) console.log('again'); };
export const chdirs = () => process.chdir('/');
export const kills_itself = () => process.kill(process.pid, 'SIGTERM');
export const leaves_a_program = () => { spawn('sleep', ['300'], { stdio: 'ignore' }); for (;;); };
export const fine = () => 'fine';
`;

site.setUp('a minion with bad functions', async () => {
  site.write('modules/modules/bad.mjs', BAD);
  const fleet = await startFleet(site, ['one'], { minion: { module_dirs: [join(site.dir, 'modules')] } });
  ({ master } = fleet);
  [minion] = fleet.minions as [MinionHost];
});

const residentMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${minion.process.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

async function assertWell(): Promise<void> {
  assert.equal(minion.exitCode, undefined, 'the minion ended');
  const before = performance.now();
  assert.equal(await master.call('one', 'test.ping'), true);
  assert.ok(performance.now() - before < PING_MS_MAX, `a ping took ${performance.now() - before} ms`);
  assert.equal(await master.call('one', 'bad.fine'), 'fine');
  assert.ok(residentMb() < MINION_MB_MAX, `the minion has ${residentMb()} MB`);
}

async function begin(fun: string, arg: readonly Value[] = [], kwarg = {}): Promise<{ jid: string; answers: Promise<JobAnswers> }> {
  const jid = newJid();
  const answers = master.job({ tgt: 'one', fun, arg, jid, kwarg, timeoutMs: 4000 });
  await until(`${fun} runs`, async () => ((await master.call('one', 'saltutil.running')) as { jid: string }[]).some((job) => job.jid === jid));
  return { jid, answers };
}

const atRest = (): Promise<unknown> => until('nothing runs', async () => (await master.call('one', 'saltutil.running') as Value[]).length === 0, 15_000);

for (const fun of ['loops', 'blocks', 'never', 'logs_for_ever']) {
  site.test(`bad.${fun}: others go on meanwhile, and it can be killed`, async () => {
    const { jid, answers } = await begin(`bad.${fun}`);
    await assertWell();
    await master.call('one', 'saltutil.kill_job', [jid]);
    await atRest();
    await answers;
    await assertWell();
  });
}

/** Function, its arguments, what its failed return says. */
const FAILS: readonly (readonly [string, readonly Value[], RegExp])[] = [
  ['exits', [], /ended/], ['exits_later', [], /ended/], ['aborts_later', [], /thrown where nobody catches/],
  ['rejects_later', [], /rejected where nobody waits/], ['leaks', [], /memory/i], ['leaks_buffers', [], /memory|allocation/i],
  ['recurses', [], /call stack/i], ['gives_gigabyte', [], /cannot be sent|too large|more than/], ['chdirs', [], /chdir/], ['kills_itself', [], /ended/],
];
for (const [fun, arg, says] of FAILS) {
  site.test(`bad.${fun} fails with words, and harms nobody`, async () => {
    const { loads } = await master.job({ tgt: 'one', fun: `bad.${fun}`, arg, timeoutMs: 60_000 });
    const load = loads['one'];
    assert.ok(load !== undefined, 'no return');
    assert.deepEqual([load['success'], load['retcode']], [false, 1], JSON.stringify(load).slice(0, 500));
    assert.match(String(load['return']), says);
    await atRest();
    await assertWell();
  });
}

for (const fun of ['prints', 'prints_errors']) {
  site.test(`bad.${fun}: a hundred megabytes neither block the minion nor fill its log`, async () => {
    const logBefore = minion.log().length;
    const { loads } = await master.job({ tgt: 'one', fun: `bad.${fun}`, arg: [100], timeoutMs: 60_000 });
    assert.equal(loads['one']?.['return'], 'printed');
    await assertWell();
    assert.ok(minion.log().length - logBefore < 2_000_000, `the log grew by ${minion.log().length - logBefore} bytes`);
  });
}

site.test('a program that prints for ever is held to a bound, and killed with its job', async () => {
  const { jid, answers } = await begin('cmd.run', ['yes'], { python_shell: true });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await assertWell();
  await master.call('one', 'saltutil.kill_job', [jid]);
  await atRest();
  await answers;
  const { pid } = minion.process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  assert.equal(children, '', `programs of the job live: ${children}`);
  await assertWell();
});

site.test('half a gigabyte of output of a program is cut off, with a word', async () => {
  const { loads } = await master.job({ tgt: 'one', fun: 'cmd.run', arg: ['yes | head -c 500000000'], kwarg: { python_shell: true }, timeoutMs: 60_000 });
  assert.ok(String(loads['one']?.['return']).length < 130_000_000);
  await assertWell();
});
