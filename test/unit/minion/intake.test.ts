import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Jid, Publication } from '../../../src/kernel/contract/job.js';
import { deferred, type Deferred } from '../../../src/kernel/std/async.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { Intake, type IntakeParts } from '../../../src/minion/intake.js';
import { RunningJobs } from '../../../src/minion/job/running.js';
import { keepingLog } from '../../support/logs.js';

const job = (jid: string, more: Partial<Publication> = {}): Publication => ({
  jid: jid as Jid, fun: 'test.ping', arg: [], tgt: '*', tgt_type: 'glob', ret: '', user: 'root', delimiter: ':', more: {}, ...more,
});

function bench(more: Partial<IntakeParts> = {}) {
  const gates = new Map<string, Deferred<void>>();
  const started: string[] = [];
  const delivered: { jid: string; ret: PlainMap }[] = [];
  const running = new RunningJobs();
  const account: string[] = [];
  const log = keepingLog();
  const intake = new Intake({
    account: {
      recent: () => ['before'], took: ({ jid }) => void account.push(`took ${jid}`), started: ({ jid }) => void account.push(`started ${jid}`),
      cancelled: ({ jid }, why) => void account.push(`cancelled ${jid} ${why}`), over: ({ jid }) => void account.push(`over ${jid}`),
    },
    running, log, nodegroups: {}, jobsMax: 2, jidsMax: 100,
    facts: () => ({ id: 'web1', grains: { os: 'Debian' }, pillar: {} }),
    run: async ({ jid, fun }, signal) => {
      started.push(jid);
      const gate = deferred<void>();
      gates.set(jid, gate);
      signal.addEventListener('abort', () => gate.resolve());
      if (fun === 'test.sleep') await gate.promise;
      return { jid, aborted: signal.aborted };
    },
    deliver: (of, ret) => Promise.resolve(void delivered.push({ jid: of.jid, ret })),
    ...more,
  });
  return { intake, running, log, gates, started, delivered, account };
}
const settle = async (): Promise<void> => {
  for (let at = 0; at < 10; at += 1) await turn();
};

test('a job for this minion runs once, its return is delivered', async () => {
  const { intake, delivered, running } = bench();
  intake.take(job('1'));
  intake.take(job('1'));
  await settle();
  intake.take(job('1'));
  await settle();
  assert.deepEqual([delivered, running.size], [[{ jid: '1', ret: { jid: '1', aborted: false } }], 0]);
});

const targets = [
  [{ tgt: 'web*' }, true], [{ tgt: 'db*' }, false], [{ tgt: ['web1'], tgt_type: 'list' }, true], [{ tgt: 'os:Debian', tgt_type: 'grain' }, true],
  [{ tgt: 'os|Debian', tgt_type: 'grain', delimiter: '|' }, true], [{ tgt: 'os:Debian', tgt_type: 'unheard of' }, false],
] as const;
test('a job for others is not taken, nor one whose target cannot be read', async () => {
  for (const [target, wanted] of targets) {
    const { intake, started } = bench();
    intake.take(job('1', target));
    await settle();
    assert.equal(started.length === 1, wanted, JSON.stringify(target));
  }
});

test('only so many run at once, the others in the order in which they came', async () => {
  const { intake, started, gates, running } = bench();
  for (const jid of ['1', '2', '3', '4']) intake.take(job(jid, { fun: 'test.sleep' }));
  await settle();
  assert.deepEqual([started, running.size], [['1', '2'], 2]);
  gates.get('2')?.resolve();
  await settle();
  assert.deepEqual(started, ['1', '2', '3']);
  for (const gate of gates.values()) gate.resolve();
  await settle();
  assert.deepEqual(started, ['1', '2', '3', '4']);
  gates.get('4')?.resolve();
});

test('a question about jobs does not wait behind jobs', async () => {
  const { intake, started, gates, delivered } = bench();
  for (const jid of ['1', '2', '3']) intake.take(job(jid, { fun: 'test.sleep' }));
  intake.take(job('4', { fun: 'saltutil.find_job', arg: ['1'] }));
  await settle();
  assert.deepEqual([started, delivered.map(({ jid }) => jid)], [['1', '2', '4'], ['4']]);
  for (const gate of gates.values()) gate.resolve();
  await settle();
  gates.get('3')?.resolve();
});

test('too many that wait are refused with a return that says so', async () => {
  const { intake, delivered, log } = bench({ jidsMax: 10_000 });
  for (let at = 0; at < 1005; at += 1) {
    intake.take(job(`${at}`, { fun: 'test.sleep' }));
    // The first two get their places.
    if (at === 1) await settle();
  }
  await settle();
  const refused = delivered.filter(({ ret }) => ret['success'] === false);
  assert.deepEqual([refused.length, refused[0]?.ret['retcode'], log.lines.filter(({ level }) => level === 'error').length], [3, 1, 3]);
  await intake[Symbol.asyncDispose]();
});

test('a refusal that cannot be delivered harms nobody', async () => {
  const { intake, log } = bench({ jidsMax: 10_000, deliver: () => Promise.reject(new Error('disk is full')) });
  for (let at = 0; at < 1003; at += 1) intake.take(job(`${at}`, { fun: 'test.sleep' }));
  await settle();
  assert.ok(log.lines.some(({ text }) => text === 'refusal not delivered'));
  await intake[Symbol.asyncDispose]();
});

test('when the minion stops, jobs are ended and those that wait do not begin', async () => {
  const { intake, started, delivered } = bench();
  for (const jid of ['1', '2', '3', '4']) intake.take(job(jid, { fun: 'test.sleep' }));
  await settle();
  await intake[Symbol.asyncDispose]();
  intake.take(job('5'));
  await settle();
  assert.deepEqual([started, delivered.map(({ ret }) => ret['aborted'])], [['1', '2'], [true, true]]);
});

test('a job that crashes is logged and forgotten', async () => {
  const { intake, running, log } = bench({ run: () => Promise.reject(new Error('crash')) });
  intake.take(job('1'));
  await settle();
  assert.deepEqual([running.size, log.lines.at(-1)?.text], [0, 'job crashed']);
});

test('running jobs are shown as saltutil.running shows them', async () => {
  const { intake, running, gates } = bench();
  intake.take(job('1', { fun: 'test.sleep', arg: [5], more: { metadata: { a: 1 } } }));
  await settle();
  assert.deepEqual(running.running(), [{
    metadata: { a: 1 }, jid: '1', fun: 'test.sleep', arg: [5], tgt: '*', tgt_type: 'glob', ret: '', user: 'root', pid: process.pid,
    resource_targets: [], pure_resource_target: false, minion_is_target: true,
  }]);
  gates.get('1')?.resolve();
});

test('each job has its account, questions have none', async () => {
  const { intake, account } = bench();
  intake.take(job('1'));
  intake.take(job('2', { fun: 'saltutil.running' }));
  await settle();
  assert.deepEqual(account, ['took 1', 'started 1', 'over 1'], 'that it ended is written by who keeps the return');
});

test('a killed job has no return: it is told as cancelled', async () => {
  const { intake, account, running, delivered } = bench();
  intake.take(job('1', { fun: 'test.sleep' }));
  await settle();
  await running.signal('1', 'SIGKILL');
  await settle();
  assert.deepEqual([delivered, account.slice(2)], [[], ['cancelled 1 signal 9', 'over 1']]);
});

test('a job that an earlier life of the minion took does not start again', async () => {
  const { intake, started } = bench();
  intake.take(job('before'));
  await settle();
  assert.deepEqual(started, []);
});
