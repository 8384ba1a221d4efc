import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunningJobs } from '../../../../src/minion/job/running.js';

function bench() {
  const jobs = new RunningJobs();
  const abort = new AbortController();
  jobs.add('1', { about: { jid: '1', pid: 4711 }, startedUnixMs: 0, abort });
  return { jobs, abort };
}

test('signals that end a process end the job; the sentence is Salt\'s', async () => {
  for (const [signal, number, ends] of [['SIGTERM', 15, true], ['SIGKILL', 9, true], [15, 15, true], ['SIGUSR1', 10, false], [0, 0, false]] as const) {
    const { jobs, abort } = bench();
    assert.equal(await jobs.signal('1', signal), `Signal ${number} sent to job 1 at pid 4711`);
    assert.equal(abort.signal.aborted, ends, String(signal));
  }
});

test('a job that is not there gets no signal', async () => {
  const { jobs, abort } = bench();
  assert.equal(await jobs.signal('2', 'SIGKILL'), '');
  jobs.remove('1');
  assert.deepEqual([await jobs.signal('1', 9), abort.signal.aborted, jobs.size, jobs.has('1')], ['', false, 0, false]);
});

test('all jobs are ended with a reason', () => {
  const { jobs, abort } = bench();
  jobs.abortAll('The minion stops');
  assert.match(String(abort.signal.reason), /The minion stops/);
});

test('what is shown of a job is a copy', () => {
  const { jobs } = bench();
  const [shown] = jobs.running();
  if (shown !== undefined) shown['pid'] = 1;
  assert.equal(jobs.running()[0]?.['pid'], 4711);
});
