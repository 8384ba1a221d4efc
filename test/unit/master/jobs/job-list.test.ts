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
});
after(() => {
  store.close();
  rmSync(root, { recursive: true });
});

const CASES: readonly (readonly [JobFilter, string])[] = [
  [{}, '54321'], [{ count: 2, offset: 1 }, '43'], [{ user: 'ann' }, '2'], [{ startUnixMs: 20, endUnixMs: 40 }, '432'],
  [{ result: 'succeeded' }, '2'], [{ result: 'failed' }, '31'], [{ result: 'missing' }, '4'], [{ result: 'unfinished' }, '5'], [{ result: 'interrupted' }, '3'],
  [{ minion: 'b' }, '12'], [{ minion: 'a', count: 2 }, '12'], [{ minion: 'a', result: 'failed' }, '13'], [{ result: 'failed', startUnixMs: 20 }, '3'],
  [{ minion: 'a', user: 'ann' }, '2'], [{ fun: 'test.ping', count: 2 }, '54'], [{ fun: 'test.p*', count: 2 }, '54'], [{ fun: 'test' }, ''], [{ tgt: '[*]', count: 1 }, '5'], [{ result: 'failed', offset: 1, count: 5 }, '1'],
];
test('each filter chooses, alone and with others; with a minion its newest answers come first', () => {
  for (const [filter, wanted] of CASES) assert.equal(store.list(filter).map(({ jid }) => jid).join(''), wanted, JSON.stringify(filter));
});

test('a page is read from an index in its order: nothing is sorted and no table is read through', () => {
  const db = openDatabase(join(root, 'jobs.db'));
  const results: readonly JobResult[] = ['succeeded', 'failed', 'missing', 'unfinished', 'interrupted'];
  for (const filter of [{}, { user: 'root' }, { fun: 'test.ping' }, { tgt: '*x' }, { tgt: 'x' }, { fun: 'test.*' }, { minion: 'a' }, { startUnixMs: 1 }, ...results.map((result) => ({ result }))] as JobFilter[]) {
    const { sql, values } = listQuery({ ...filter, count: 10 });
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values).map(({ detail }) => String(detail)).join('\n');
    // Only jobs of the same millisecond are put in order.
    assert.doesNotMatch(plan, /TEMP B-TREE FOR ORDER BY/, `${JSON.stringify(filter)}\n${plan}`);
    assert.match(plan, /USING (COVERING )?INDEX (jobs|tally|returns)_/, `${JSON.stringify(filter)}\n${plan}`);
  }
  db.close();
});
