import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalReturn } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import jobs from '../../../../src/plugins/runners/jobs.js';
import { jidToUnixMs } from '../../../../src/kernel/std/time.js';
import { parseMoment } from '../../../../src/plugins/runners/jobs/moment.js';
import { benchOf } from '../bench.js';

const FIRST = '20260101000000000001';
const SECOND = '20260102030405678901';
const THIRD = '20260103000000000001';

/** Publications as the store gives them, newest first. */
const LOADS: PlainMap[] = [
  { jid: THIRD, fun: 'saltutil.find_job', arg: [SECOND], tgt: ['web1'], tgt_type: 'list', user: 'root', ret: '', minions: ['web1'] },
  { jid: SECOND, fun: 'state.apply', arg: ['web'], tgt: 'db1', tgt_type: 'glob', user: 'kim', ret: '', minions: ['db1'] },
  { jid: FIRST, fun: 'test.echo', arg: ['hello'], tgt: 'web*', tgt_type: 'glob', user: 'root', ret: '', metadata: { ticket: 'T-7' }, minions: ['web2', 'web1', 'ghost'] },
];
const RETURNS: Readonly<Record<string, PlainMap>> = {
  [FIRST]: {
    web1: { id: 'web1', jid: FIRST, return: 'hello', retcode: 0, success: true, fun: 'test.echo', fun_args: ['hello'] },
    web2: { id: 'web2', jid: FIRST, return: '', retcode: 0, success: true, fun: 'test.echo' },
  },
  [SECOND]: { db1: { return: { a: 1 }, retcode: 2, success: false, out: 'highstate' } },
};

function bench(answers: readonly LocalReturn[] = [], opts: PlainMap = {}) {
  const events: [string, unknown][] = [];
  return {
    events,
    ...benchOf(jobs, {
      opts: { master_job_cache: 'local_cache', timeout: 5, ...opts },
      job: { jid: '20260104000000000001' },
      ports: {
        jobStore: {
          list: async ({ count = LOADS.length, offset = 0 }) => LOADS.slice(offset, offset + count),
          load: async (jid) => LOADS.find((load) => load['jid'] === jid),
          returns: async (jid) => RETURNS[jid] ?? {},
          endTime: async () => '2026, Jan 01 00:00:05.000000',
        },
        local: { async *returns() { yield* answers; } },
        events: { fireMaster: async (tag, data) => { events.push([tag, data]); return true; } },
        jobs: { running: () => [{ jid: '1', fun: 'runner.test.sleep' }] },
      },
    }),
  };
}

const ECHO = {
  Function: 'test.echo', Arguments: ['hello'], Target: 'web*', 'Target-type': 'glob', User: 'root', Metadata: { ticket: 'T-7' },
};
const STARTED = { StartTime: '2026, Jan 01 00:00:00.000001' };
const RESULT = { web1: { return: 'hello', retcode: 0, success: true }, web2: { return: '', retcode: 0, success: true } };

test('jobs.lookup_jid gives answers, and names who did not answer', async () => {
  const { call } = bench();
  assert.deepEqual(await call('lookup_jid', [FIRST]), { web1: 'hello', web2: '' });
  assert.deepEqual(await call('lookup_jid', [FIRST], { missing: true }), { web1: 'hello', web2: '', ghost: 'Minion did not return' });
  assert.deepEqual(await call('lookup_jid', [FIRST], { missing: true, returned: false }), { ghost: 'Minion did not return' });
  assert.deepEqual(await call('lookup_jid', [SECOND]), { outputter: 'highstate', data: { db1: { a: 1 } } });
  assert.deepEqual(await call('lookup_jid', ['notajid']), {});
});

test('jobs.print_job and list_job give everything in the order of Salt', async () => {
  const { call } = bench();
  const whole = { ...ECHO, Minions: ['ghost', 'web1', 'web2'], ...STARTED, Result: RESULT };
  assert.deepEqual(await call('print_job', [FIRST]), { [FIRST]: whole });
  assert.deepEqual(await call('list_job', [FIRST]), { jid: FIRST, ...whole });
  assert.deepEqual(Object.keys(await call('list_job', [FIRST]) as PlainMap), [
    'jid', 'Function', 'Arguments', 'Target', 'Target-type', 'User', 'Metadata', 'Minions', 'StartTime', 'Result',
  ]);
  assert.deepEqual(await call('print_job', ['notajid']), {
    notajid: { Error: 'Cannot contact returner or no job with this jid', StartTime: '', Result: {} },
  });
  const timed = bench([], { job_cache_store_endtime: true });
  assert.equal((await timed.call('list_job', [FIRST]) as PlainMap)['EndTime'], '2026, Jan 01 00:00:05.000000');
});

test('jobs.get_jid gives returns as they are stored, by pages of minions', async () => {
  const { call } = bench();
  assert.deepEqual(await call('get_jid', [FIRST]), RESULT);
  assert.deepEqual(await call('get_jid', [FIRST], { count: 1, offset: 1 }), { web2: RESULT.web2 });
  assert.deepEqual(await call('get_jid', ['notajid']), {});
});

test('jobs.list_jobs lists all, oldest first', async () => {
  const listed = await bench().call('list_jobs') as PlainMap;
  assert.deepEqual(Object.keys(listed), [FIRST, SECOND, THIRD]);
  assert.deepEqual(listed[FIRST], { ...ECHO, ...STARTED });
});

const searches: readonly (readonly [PlainMap, readonly string[]])[] = [
  [{ search_metadata: { ticket: 'T-7', other: 1 } }, [FIRST]],
  [{ search_metadata: { ticket: 'T-8' } }, []],
  [{ search_metadata: 'T-7' }, []],
  [{ search_function: 'test.*,pkg.*' }, [FIRST]],
  [{ search_function: ['state.*', 'test.*'] }, [FIRST, SECOND]],
  [{ search_target: 'web1' }, [THIRD]],
  [{ search_target: 'web?' }, [FIRST, THIRD]],
  [{ start_time: '2026, Jan 02' }, [SECOND, THIRD]],
  [{ end_time: '2026-01-02 03:05' }, [FIRST, SECOND]],
  [{ start_time: '2026-01-02', end_time: '2026-01-02T23:59:59', search_function: 'state.*' }, [SECOND]],
];
for (const [wanted, jids] of searches) {
  test(`jobs.list_jobs searches ${JSON.stringify(wanted)}`, async () => {
    assert.deepEqual(Object.keys(await bench().call('list_jobs', [], wanted) as PlainMap), jids);
  });
}

test('jobs.list_jobs takes an outputter and refuses foreign caches', async () => {
  const { call } = bench();
  assert.equal((await call('list_jobs', [], { outputter: 'json' }) as PlainMap)['outputter'], 'json');
  await assert.rejects(call('list_jobs', ['redis']), { className: 'KeyError', message: "'redis.get_jids'" });
  assert.equal(Object.keys(await call('list_jobs', ['local_cache']) as PlainMap).length, 3);
  await assert.rejects(call('list_jobs', [], { start_time: 'yesterday' }), { message: 'Unknown string format: yesterday' });
});

test('jobs.list_jobs_filter gives the newest, with ids', async () => {
  const { call } = bench();
  const two = await call('list_jobs_filter', [2]) as PlainMap[];
  assert.deepEqual(two.map(({ JID }) => JID), [FIRST, SECOND]);
  assert.deepEqual(two[0], { ...ECHO, JID: FIRST, ...STARTED });
  assert.deepEqual((await call('list_jobs_filter', [1], { filter_find_job: false }) as PlainMap[]).map(({ JID }) => JID), [THIRD]);
});

test('jobs.exit_success asks for true answers', async () => {
  const { call } = bench();
  assert.deepEqual(await call('exit_success', [FIRST]), { web2: false, web1: true, ghost: false });
  assert.deepEqual(await call('exit_success', ['20269999000000000000']), {});
});

test('jobs.last_run gives the newest that fits, or False', async () => {
  const { call } = bench();
  assert.deepEqual(Object.keys(await call('last_run') as PlainMap), [THIRD]);
  assert.deepEqual(Object.keys(await call('last_run', [], { function: 'test.*' }) as PlainMap), [FIRST]);
  assert.equal(await call('last_run', [], { target: 'nobody' }), false);
  assert.equal(await call('last_run', [], { metadata: 'text' }), false);
});

test('jobs.active joins what minions run with what has come back', async () => {
  const running = (jid: string, pid: number): PlainMap => ({ jid, pid, fun: 'test.echo', arg: ['hello'], tgt: 'web*', tgt_type: 'glob', user: 'root', ret: '' });
  const answer = (id: string, ret: LocalReturn['ret']): LocalReturn => ({ id, answered: true, ret, retcode: 0, out: undefined });
  const { call, events } = bench([
    answer('web1', [running(FIRST, 11)]), answer('web2', [running(FIRST, 12)]), answer('db1', 'no such function'),
    { id: 'ghost', answered: false, ret: '', retcode: 1, out: undefined },
  ]);
  const { Metadata: _metadata, ...echo } = ECHO;
  assert.deepEqual(await call('active', [], { display_progress: true }), {
    [FIRST]: { ...echo, ...STARTED, Running: [{ web1: 11 }, { web2: 12 }], Returned: ['web1', 'web2'] },
  });
  assert.deepEqual(events[0], ['salt/run/20260104000000000001/progress', { message: 'Received reply from minion web1' }]);
  assert.deepEqual(await call('master'), [{ jid: '1', fun: 'runner.test.sleep' }]);
});

/** Answers of dateutil 2.9 on 2026-01-10. */
const moments: readonly (readonly [string, string])[] = [
  ['2026-01-02', '2026-01-02T00:00:00.000Z'], ['2026/1/2 3:04', '2026-01-02T03:04:00.000Z'], ['20260102', '2026-01-02T00:00:00.000Z'],
  ['2026, Jan 02 03:04:05.678901', '2026-01-02T03:04:05.678Z'], ['Jan 2 2026 3:04 PM', '2026-01-02T15:04:00.000Z'],
  ['2 January 2026', '2026-01-02T00:00:00.000Z'], ['1/2/2026', '2026-01-02T00:00:00.000Z'], ['03:04', '2026-01-10T03:04:00.000Z'],
  ['Fri, 02 Jan 2026 03:04:05', '2026-01-02T03:04:05.000Z'], ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'], ['12:30 am', '2026-01-10T00:30:00.000Z'],
];
for (const [text, wanted] of moments) {
  test(`parseMoment() reads ${text}`, () => assert.equal(new Date(parseMoment(text, Date.UTC(2026, 0, 10, 12))).toISOString(), wanted));
}

test('parseMoment() refuses what is no time; jidToUnixMs() reads ids', () => {
  for (const text of ['', 'soon', '2026-02-31', '2026-13-01']) assert.throws(() => parseMoment(text, 0), /Unknown string format/);
  assert.equal(jidToUnixMs(SECOND), Date.UTC(2026, 0, 2, 3, 4, 5) + 678.901);
  assert.equal(jidToUnixMs('notajid'), undefined);
});
