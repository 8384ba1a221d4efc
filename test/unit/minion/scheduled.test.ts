import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { EventBus } from '../../../src/bus/event/bus.js';
import type { ReturnerQueues } from '../../../src/bus/returners/returner-queue.js';
import { deferred } from '../../../src/kernel/std/async.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { RunningJobs } from '../../../src/minion/job/running.js';
import type { MinionState } from '../../../src/minion/minion-state.js';
import { openScheduler, withTimes, type ScheduledParts } from '../../../src/minion/scheduled.js';
import { keepingLog } from '../../support/logs.js';

/** What the master gets of the first run of a job. */
async function delivered(t: TestContext, job: PlainMap, run: ScheduledParts['run']): Promise<PlainMap> {
  const dir = mkdtempSync(join(tmpdir(), 'ts-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const { promise, resolve } = deferred<PlainMap>();
  await using scheduler = openScheduler({
    opts: { conf_file: join(dir, 'minion'), schedule: { it: { seconds: 3600, run_on_start: true, ...job } } }, id: 'web1', state: { pillar: {}, grains: {} } as MinionState,
    bus: new EventBus((error) => assert.fail(error as Error)), running: new RunningJobs(), returners: {} as ReturnerQueues,
    run, deliver: resolve, log: keepingLog(),
  });
  scheduler.refresh();
  return await promise;
}

test('a job that is told and not kept has Salt\'s word in place of an id; what a function gives counts as success', async (t) => {
  const ret = await delivered(t, { function: 'cmd.run', args: ['exit 3'], return_job: 'nocache' }, () => Promise.resolve({ return: '', retcode: 3, success: false }));
  const { pid, ...rest } = ret;
  assert.equal(pid, process.pid);
  // Observed, Salt 3008.3.
  assert.deepEqual(rest, { cmd: '_return', id: 'web1', fun: 'cmd.run', fun_args: ['exit 3'], schedule: 'it', jid: 'nocache', return: '', retcode: 3, success: true });
});

test('a function that broke or is missing has the code of Salt, and its reason', async (t) => {
  const ret = await delivered(t, { function: 'no.such' }, (_job, _signal, onRaised) => {
    onRaised();
    return Promise.resolve({ return: "'no.such' is not available.", retcode: 1, success: false });
  });
  assert.deepEqual([ret['jid'], ret['return'], ret['success'], ret['retcode']], ['req', "'no.such' is not available.", false, 254]);
});

test('metadata get the times that Salt adds', async (t) => {
  const { metadata } = await delivered(t, { function: 'test.ping', metadata: { m: 1 } }, () => Promise.resolve({ return: true, retcode: 0, success: true }));
  assert.deepEqual(Object.keys(metadata as PlainMap), ['m', '_TOS', '_TS', '_TT']);
  const { _TT, _TOS } = withTimes({}, new Date(Date.UTC(2026, 10, 21, 23, 47, 39)));
  assert.equal(_TT, '2026 November 21 Sat 23 11');
  assert.match(String(_TOS), /^[+-]\d{4}$/);
});
