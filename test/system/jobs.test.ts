/** Jobs as users meet them: many at once, long ones, those that must be ended, and functions that misbehave. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newJid } from '../../src/kernel/std/time.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import type { JobAnswers, MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let bus: Hearing;
let minion: MinionHost;

const MISBEHAVING = `
export const forever = () => { for (;;); };
export const fails = () => { throw new Error('no luck today'); };
export const fails_with_text = () => { throw 'only text'; };
export const fails_with_nothing = () => Promise.reject();
export const exits = () => process.exit(3);
export const fails_later = () => new Promise(() => setTimeout(() => { throw new Error('nobody waits for me'); }, 20));
export const gives_function = () => ({ deep: [() => 1] });
export const gives_symbol = () => Symbol('s');
export const gives_huge = () => 2n ** 80n;
export const gives_cycle = () => { const map = { list: [] }; map.list.push(map); return map; };
export const gives_nothing = () => undefined;
export const gives_much = () => 'x'.repeat(20 * 1024 * 1024);
export const gives_map = () => new Map([[1, 'one'], ['two', new Set([2])]]);
export const gives_bytes = () => new Uint8Array([0, 255, 10]);
export const fine = () => 'fine';
`;

site.setUp('a master and a minion with misbehaving functions start', async () => {
  site.write('modules/modules/odd.mjs', MISBEHAVING);
  const fleet = await startFleet(site, ['one'], { minion: { module_dirs: [join(site.dir, 'modules')] } });
  ({ master, bus } = fleet);
  [minion] = fleet.minions as [MinionHost];
});

/** Publishes a job and gives its id as soon as the minion runs it. */
async function begin(fun: string, arg: readonly Value[] = [], kwarg?: PlainMap): Promise<{ jid: string; answers: Promise<JobAnswers> }> {
  const jid = newJid();
  const answers = master.job({ tgt: 'one', fun, arg, jid, timeoutMs: 5000, ...(kwarg === undefined ? {} : { kwarg }) });
  await until(`job ${jid} runs`, async () => {
    const found = await master.call('one', 'saltutil.find_job', [jid]);
    return (found as PlainMap)['jid'] === jid;
  });
  return { jid, answers };
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

site.test('fifty sleeping jobs run at once', async () => {
  const before = Date.now();
  const answers = await Promise.all(Array.from({ length: 50 }, () => master.call('one', 'test.sleep', [1])));
  assert.deepEqual(answers, Array.from({ length: 50 }, () => true));
  assert.ok(Date.now() - before < 10_000, `took ${Date.now() - before} ms`);
});

site.test('a long job keeps nobody waiting, and is seen with its facts', async () => {
  const { jid, answers } = await begin('test.sleep', [4]);
  const before = Date.now();
  assert.equal(await master.call('one', 'test.ping'), true);
  assert.ok(Date.now() - before < 2000);
  const running = await master.call('one', 'saltutil.running') as PlainMap[];
  assert.deepEqual(running.map((job) => [job['jid'], job['fun'], job['arg'], job['tgt'], job['tgt_type']]), [[jid, 'test.sleep', [4], 'one', 'glob']]);
  assert.equal((await answers).returns['one'], true);
  assert.deepEqual(await master.call('one', 'saltutil.running'), []);
  assert.deepEqual(await master.call('one', 'saltutil.find_job', [jid]), {});
});

for (const [how, number] of [['term_job', 15], ['kill_job', 9]] as const) {
  site.test(`saltutil.${how} ends a job with the programs that it started`, async () => {
    const pidFile = join(site.dir, `${how}.pids`);
    const { jid, answers } = await begin('cmd.run', [`sleep 300 & echo $$ $! > ${pidFile}; wait`], { python_shell: true });
    const pids = await until('the ids of the programs', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim() !== '' && readFileSync(pidFile, 'utf8').trim().split(' ').map(Number));
    assert.equal(pids.length, 2);
    assert.match(String(await master.call('one', `saltutil.${how}`, [jid])), new RegExp(`^Signal ${number} sent to job ${jid} at pid \\d+$`));
    await until('the end of the programs', () => !pids.some(isAlive), 10_000);
    await until('the end of the job', async () => (await master.call('one', 'saltutil.running') as Value[]).length === 0, 10_000);
    // As with real Salt, nothing is returned: whoever waits is told so.
    const { loads, missing } = await answers;
    assert.deepEqual([loads, missing], [{}, ['one']]);
  });
}

site.test('saltutil.signal_job reaches the programs of a job', async () => {
  const file = join(site.dir, 'signalled');
  const { jid, answers } = await begin('cmd.run', [`trap 'echo heard > ${file}; exit 0' USR1; echo ready > ${file}; while :; do sleep 0.1; done`], { python_shell: true });
  await until('the trap', () => existsSync(file));
  await master.call('one', 'saltutil.signal_job', [jid, 10]);
  await until('the signal', () => readFileSync(file, 'utf8') === 'heard\n', 10_000);
  assert.equal((await answers).loads['one']?.['success'], true);
});

site.test('an unknown job is not signalled', async () => {
  assert.equal(await master.call('one', 'saltutil.kill_job', ['20200101000000000000']), '');
});

site.test('an endless loop stops nobody else and is killed', async () => {
  const { jid, answers } = await begin('odd.forever');
  assert.equal(await master.call('one', 'test.ping'), true);
  await master.call('one', 'saltutil.kill_job', [jid]);
  await until('the end of the job', async () => (await master.call('one', 'saltutil.running') as Value[]).length === 0, 10_000);
  await answers;
  assert.equal(await master.call('one', 'odd.fine'), 'fine');
});

/** Function, what its return says. */
const FAILURES: readonly (readonly [string, RegExp])[] = [
  ['fails', /no luck today/], ['fails_with_text', /only text/], ['fails_with_nothing', /undefined/], ['exits', /ended/],
  ['fails_later', /nobody waits for me/], ['gives_function', /function/i], ['gives_symbol', /symbol/i], ['gives_cycle', /nested too deeply/],
];
for (const [fun, says] of FAILURES) {
  site.test(`odd.${fun} is a failed return that says why`, async () => {
    const { loads } = await master.job({ tgt: 'one', fun: `odd.${fun}` });
    const load = loads['one'];
    assert.equal(load?.['success'], false, JSON.stringify(load));
    assert.equal(load['retcode'], 1);
    assert.match(String(load['return']), says);
    assert.equal(await master.call('one', 'odd.fine'), 'fine');
  });
}

site.test('values that have no form of their own become their nearest', async () => {
  assert.equal(await master.call('one', 'odd.gives_nothing'), null);
  const map = await master.call('one', 'odd.gives_map');
  assert.ok(map instanceof Map, JSON.stringify(map));
  assert.deepEqual([...map], [[1, 'one'], ['two', [2]]]);
  assert.deepEqual(Buffer.from(await master.call('one', 'odd.gives_bytes') as Uint8Array), Buffer.from([0, 255, 10]));
  assert.equal(String(await master.call('one', 'odd.gives_huge')), String(2n ** 80n));
});

site.test('twenty megabytes come through', async () => {
  const text = await master.call('one', 'odd.gives_much');
  assert.equal(String(text).length, 20 * 1024 * 1024);
});

site.test('a publication that comes twice starts once', async () => {
  const jid = newJid();
  const file = join(site.dir, 'twice');
  const job = { tgt: 'one', fun: 'cmd.run', arg: [`echo ran >> ${file}; sleep 0.5`], kwarg: { python_shell: true }, jid, timeoutMs: 3000 };
  await Promise.all([master.job(job), master.job(job)]);
  await master.job(job);
  assert.equal(readFileSync(file, 'utf8'), 'ran\n');
  assert.equal(bus.events.filter(({ tag }) => tag === `salt/job/${jid}/ret/one`).length, 1);
});

site.test('a minion that stops ends its jobs and their programs, and tells the master', async () => {
  const pidFile = join(site.dir, 'stopped.pids');
  const { answers } = await begin('cmd.run', [`sleep 300 & echo $$ $! > ${pidFile}; wait`], { python_shell: true });
  const loop = await begin('odd.forever');
  const pids = await until('the ids of the programs', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim() !== '' && readFileSync(pidFile, 'utf8').trim().split(' ').map(Number));
  const before = Date.now();
  assert.equal(await minion.stop(), 0);
  assert.ok(Date.now() - before < 7000, `stopping took ${Date.now() - before} ms`);
  await until('the end of the programs', () => !pids.some(isAlive), 5000);
  for (const done of [await answers, await loop.answers]) assert.equal(done.loads['one']?.['success'] ?? false, false);
  minion.start();
  await master.allAnswer('one');
  const { loads } = await answers;
  if (loads['one'] === undefined) await bus.heard('salt/job/*/ret/one', ({ data }) => data['fun'] === 'cmd.run' && data['success'] === false);
});
