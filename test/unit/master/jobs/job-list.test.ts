import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { JobFilter, JobResult } from '../../../../src/kernel/contract/ports.js';
import { listQuery } from '../../../../src/master/jobs/job-list.js';
import { JobStore } from '../../../../src/master/jobs/job-store.js';
import { openDatabase } from '../../../../src/kernel/sys/sqlite.js';

let root = '';
let store: JobStore;
before(async () => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-list-'));
  store = new JobStore(join(root, 'jobs.db'));
  const job = (jid: string, minions: string[], user = 'root') =>
    store.saveJob({ jid, minions, startedUnixMs: Number(jid) * 10, load: { fun: 'test.ping', tgt: '*', tgt_type: 'glob', user } });
  const ret = (jid: string, id: string, tally: object, retcode = 0) =>
    store.saveReturn({ jid, id, fun: 'test.ping', retcode, success: retcode === 0, load: {}, tally }, 1000 - Number(jid));
  await job('1', ['a', 'b']);
  await job('2', ['a', 'b'], 'ann');
  await job('3', ['a']);
  await job('4', ['a', 'b']);
  await ret('1', 'a', { returned: 1 });
  await ret('1', 'b', { returned: 1, failed: 1 }, 2);
  await ret('2', 'a', { returned: 1 });
  await ret('2', 'b', { returned: 1 });
  await ret('4', 'a', { returned: 1 });
  await store.saveNotes('4', [], { givenUp: 1 });
  await ret('3', 'a', { returned: 1, failed: 1, interrupted: 1 }, 1);
  await ret('3', 'a', { returned: 1, failed: 1, interrupted: 1 }, 1);
  await job('5', ['a', 'b']);
  await store.saveJob({ jid: '6', minions: ['a'], startedUnixMs: 60, load: { fun: ['test.echo', 'cmd.run'], tgt: ['a', 'db1'], tgt_type: 'list', user: 'kim' } });
  await store.saveJob({ jid: '7', minions: [], startedUnixMs: 70, load: { fun: 'cmd.run', tgt: 'db1', tgt_type: 'glob', user: 'kim' } });
  await store.saveNotes('6', [], { givenUp: 1 });
  await store.saveNotes('7', [], { failed: 1 });
});
after(() => {
  store.close();
  rmSync(root, { recursive: true });
});

const CASES: readonly (readonly [JobFilter, string])[] = [
  [{}, '7654321'], [{ count: 2, offset: 1 }, '65'], [{ user: 'ann' }, '2'], [{ startUnixMs: 20, endUnixMs: 40 }, '432'],
  [{ result: 'succeeded' }, '2'], [{ result: 'failed' }, '731'], [{ result: 'missing' }, '64'], [{ result: 'unfinished' }, '5'], [{ result: 'interrupted' }, '3'],
  [{ minion: 'b' }, '12'], [{ minion: 'a', count: 2 }, '12'], [{ minion: 'a', result: 'failed' }, '13'], [{ result: 'failed', startUnixMs: 20, endUnixMs: 69 }, '3'],
  [{ minion: 'a', user: 'ann' }, '2'], [{ result: 'failed', offset: 2, count: 5 }, '1'],
  [{ functions: ['test.ping'], count: 2 }, '54'], [{ functions: ['test.p*'], count: 2 }, '54'], [{ functions: ['test'] }, ''], [{ functions: ['tes?'] }, ''],
  [{ functions: ['test.echo'] }, '6'], [{ functions: ['cmd.run'] }, '76'], [{ functions: ['cmd.*', 'test.[!p]*'] }, '76'], [{ functions: ['*'], count: 1 }, '7'],
  [{ functions: ['test.*'], count: 3 }, '654'], [{ functions: ['test.*', 'cmd.run'], count: 2, offset: 5 }, '21'], [{ functions: ['test.*'], user: 'ann' }, '2'],
  [{ functions: ['test.*'], startUnixMs: 20, endUnixMs: 60 }, '65432'], [{ functions: ['cmd.run'], targets: ['a'] }, '6'], [{ functions: ['test.ping'], targets: ['a'] }, ''],
  [{ targets: ['[*]'], count: 1 }, '5'], [{ targets: ['db1'] }, '76'], [{ targets: ['db?', '[*]'], count: 3 }, '765'],
  [{ targets: ['db?'], result: 'missing' }, '6'], [{ functions: ['cmd.*'], result: 'failed' }, '7'], [{ functions: ['test.*'], minion: 'b' }, '12'], [{ functions: ['cmd.*'], minion: 'a' }, ''],
];
test('each filter chooses, alone and with others; with a minion its newest answers come first', () => {
  for (const [filter, wanted] of CASES) assert.equal(store.list(filter).map(({ jid }) => jid).join(''), wanted, JSON.stringify(filter));
});

test('a page is read from indexes in their order: nothing is sorted but a page, and no table is read through', () => {
  const db = openDatabase(join(root, 'jobs.db'));
  const plan = (filter: JobFilter, wanted: Parameters<typeof listQuery>[1] = []): string => {
    const { sql, values } = listQuery({ ...filter, count: 10 }, wanted);
    return db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values).map(({ detail }) => String(detail)).join('\n');
  };
  const results: readonly JobResult[] = ['succeeded', 'failed', 'missing', 'unfinished', 'interrupted'];
  for (const filter of [{}, { user: 'root' }, { minion: 'a' }, { startUnixMs: 1 }, ...results.map((result) => ({ result }))] as JobFilter[]) {
    const shown = plan(filter);
    // Only jobs of the same millisecond are put in order.
    assert.doesNotMatch(shown, /TEMP B-TREE FOR ORDER BY/, `${JSON.stringify(filter)}\n${shown}`);
    assert.match(shown, /USING (COVERING )?INDEX (jobs|tally|returns)_/, `${JSON.stringify(filter)}\n${shown}`);
  }
  const some = { kind: 'fun', names: ['test.ping', 'cmd.run'], patterns: [] } as const;
  for (const [filter, wanted] of [[{}, [some]], [{ user: 'root' }, [some]], [{ startUnixMs: 1 }, [{ ...some, kind: 'tgt' }]], [{}, [some, { ...some, kind: 'tgt' }]]] as const) {
    const shown = plan(filter, wanted);
    assert.match(shown, /MERGE \(UNION\)/, shown);
    assert.match(shown, /SEARCH jobs USING (COVERING )?INDEX jobs_(fun|tgt)/, shown);
    // The last step puts the rows of the page in order; their parts come so from their indexes.
    assert.ok(shown.split('TEMP B-TREE').length <= 2, shown);
    assert.doesNotMatch(shown, /SCAN jobs/, shown);
  }
  const many = { kind: 'fun', names: undefined, patterns: ['test.*'] } as const;
  assert.doesNotMatch(plan({}, [many]), /TEMP B-TREE FOR ORDER BY/);
  db.close();
});

test('jobs with more functions than are asked for one by one are found by patterns in order', async () => {
  const path = join(root, 'many.db');
  const many = new JobStore(path);
  await Promise.all(Array.from({ length: 150 }, (_none, at) => many.saveJob({
    jid: String(at).padStart(3, '0'), minions: [], startedUnixMs: at, load: { fun: at === 7 ? ['x.a', 'm9.x'] : `m${at}.run`, tgt: '*', tgt_type: 'glob', user: 'root' },
  })));
  assert.equal(many.list({ functions: ['m*'] }).length, 150);
  assert.deepEqual(many.list({ functions: ['m*'], offset: 140, count: 4 }).map(({ jid }) => jid), ['009', '008', '007', '006']);
  assert.deepEqual(many.list({ functions: ['m[!1]*'], count: 2 }).map(({ jid }) => jid), ['099', '098']);
  await many.removeOlder(1000);
  const rows = openDatabase(path);
  assert.equal(rows.prepare('SELECT COUNT(*) AS n FROM job_parts').all()[0]?.['n'], 0);
  rows.close();
  many.close();
});
