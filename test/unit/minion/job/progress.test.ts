import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { JobProgress } from '../../../../src/bus/wire/job-progress.js';
import { Progress } from '../../../../src/minion/job/progress.js';
import { silentLog } from '../../../support/logs.js';

/** A minion under a clock of its own; `send` may fail. */
function bench(more: { canTell?: () => boolean; send?: () => Promise<void> } = {}) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  const sent: (readonly JobProgress[])[] = [];
  const long: string[] = [];
  const progress = new Progress({
    log: silentLog, canTell: more.canTell ?? (() => true), onLong: (jid) => void long.push(jid),
    send: async (jobs) => {
      sent.push(jobs);
      await more.send?.();
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      mock.timers.tick(Math.min(50, left));
      await Promise.resolve();
      await turn();
    }
  };
  const end = (): void => {
    progress[Symbol.dispose]();
    mock.timers.reset();
  };
  return { progress, sent, long, pass, end };
}
const words = (sent: readonly (readonly JobProgress[])[]): string[] => sent.map((jobs) => jobs.map(({ jid, state }) => `${jid} ${state}`).join(', '));

test('a quick job is not told; those that last are told together, each state once', async () => {
  const { progress, sent, long, pass, end } = bench();
  for (const jid of ['quick', 'a', 'b', 'queued']) progress.received(jid);
  for (const jid of ['quick', 'a', 'b']) progress.started(jid);
  await pass(500);
  progress.ended('quick');
  await pass(10_000);
  progress.started('queued');
  await pass(10_000);
  assert.deepEqual(words(sent), ['a running, b running, queued received', 'queued running']);
  assert.deepEqual(sent[0]?.map(({ forMs, pid }) => [forMs !== undefined && forMs >= 1000, pid]), [[true, process.pid], [true, process.pid], [false, undefined]]);
  assert.deepEqual(long, ['a', 'b', 'queued']);
  end();
});

test('what is not delivered is told again, less and less often; a job that ended meanwhile is not', async () => {
  let fails = 3;
  const { progress, sent, pass, end } = bench({ send: () => (fails-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve()) });
  for (const jid of ['a', 'b']) {
    progress.received(jid);
    progress.started(jid);
  }
  await pass(1500);
  progress.ended('b');
  await pass(60_000);
  assert.deepEqual(words(sent), ['a running, b running', 'a running', 'a running', 'a running']);
  end();
});

test('a real master is told nothing, and hears all when ours is back', async () => {
  let isOurs = false;
  const { progress, sent, long, pass, end } = bench({ canTell: () => isOurs });
  progress.received('a');
  progress.started('a');
  progress.cancelled('killed', 'signal 9');
  await pass(5000);
  assert.deepEqual([sent, long], [[], ['a']]);
  isOurs = true;
  progress.again();
  await pass(2000);
  assert.deepEqual(words(sent), ['a running']);
  end();
});

test('a killed job is told soon', async () => {
  const { progress, sent, pass, end } = bench();
  progress.received('a');
  progress.cancelled('a', 'signal 15');
  await pass(100);
  assert.deepEqual(sent, [[{ jid: 'a', state: 'cancelled', why: 'signal 15' }]]);
  end();
});

test('how far a run of states is: with the first message, then every two seconds when it has changed, the last one too', async () => {
  const { progress, sent, pass, end } = bench();
  const at = (number: number): void => progress.atState('a', { at: number, of: 9, failed: 0 });
  progress.received('a');
  progress.started('a');
  at(1);
  await pass(1100);
  assert.deepEqual(sent.map((jobs) => jobs.map(({ state, states }) => [state, states?.at])), [[['running', 1]]]);
  for (const number of [2, 3, 4]) at(number);
  await pass(500);
  assert.equal(sent.length, 1);
  await pass(2000);
  at(5);
  await pass(10_000);
  assert.deepEqual(sent.map((jobs) => jobs[0]?.states?.at), [1, 4, 5]);
  progress.ended('a');
  at(6);
  await pass(5000);
  assert.equal(sent.length, 3);
  end();
});
