import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ActiveJobs } from '../../../../src/master/jobs/active-jobs.js';
import { Deliveries } from '../../../../src/master/jobs/deliveries.js';
import { JobStore } from '../../../../src/master/jobs/job-store.js';
import { silentLog } from '../../../support/logs.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-deliveries-'));
});
after(() => rmSync(root, { recursive: true }));

const JID = '20260102030405000006';
const load = { fun: 'test.sleep', arg: [9], tgt: '*', tgt_type: 'glob', user: 'root' };
let number = 0;

/** A master that published one job; `again` is the same after a restart. */
async function bench(minions: readonly string[], startedUnixMs = Date.now()) {
  const path = join(root, `${(number += 1)}.db`);
  const gone = new Map<string, number>();
  const life = () => {
    const jobs = new JobStore(path);
    const active = new ActiveJobs();
    const deliveries = new Deliveries({ active, jobs, storeJobs: true, isConnected: () => undefined, gone, log: silentLog });
    return { jobs, active, deliveries };
  };
  const first = life();
  await first.jobs.saveJob({ jid: JID, load, minions, startedUnixMs });
  first.active.start(JID, minions, load, startedUnixMs);
  const states = ({ deliveries }: { deliveries: Deliveries }): Record<string, string> =>
    Object.fromEntries([...(deliveries.record(JID) ?? [])].map(([id, { state }]) => [id, state]));
  const returned = async (of: typeof first, id: string, isFailed = false, special?: { state: 'refused' | 'failed'; atMs: number; why: string; isInterrupted?: boolean }) => {
    const job = of.deliveries.job(JID);
    assert.ok(job !== undefined);
    const meaning = { isFailed, ...(special === undefined ? {} : { special }) };
    const tally = of.deliveries.tallyOf(job, id, meaning);
    await of.jobs.saveReturn({ jid: JID, id, fun: 'test.sleep', retcode: isFailed ? 1 : 0, success: !isFailed, load: { return: 1 }, tally }, 5000);
    of.deliveries.returned(job, id, meaning, 5000);
  };
  return { ...first, gone, life, states, returned, first };
}

test('the record is the same after a restart, return by return and step by step', async () => {
  const { first, life, states, returned } = await bench(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  const { deliveries } = first;
  assert.ok(deliveries.note(JID, 'b', { state: 'received', atMs: 10 }));
  assert.ok(deliveries.note(JID, 'b', { state: 'running', atMs: 20, sinceMs: 15, pid: 7 }));
  assert.ok(deliveries.note(JID, 'c', { state: 'cancelled', atMs: 30, why: 'signal 9' }));
  await returned(first, 'd');
  await returned(first, 'e', true);
  await returned(first, 'f', true, { state: 'refused', atMs: 40, why: 'full' });
  await returned(first, 'g', true, { state: 'failed', atMs: 50, why: 'interrupted', isInterrupted: true });
  const wanted = { a: 'published', b: 'running', c: 'cancelled', d: 'returned', e: 'failed', f: 'refused', g: 'failed' };
  assert.deepEqual(states(first), wanted);
  const facts = deliveries.facts(JID);
  await deliveries.flush();
  first.jobs.close();

  const second = life();
  assert.deepEqual(states(second), wanted);
  assert.deepEqual(second.deliveries.facts(JID), facts);
  assert.equal(second.deliveries.of(JID, 'b')?.pid, 7);
  assert.deepEqual(['unfinished', 'failed', 'missing', 'interrupted', 'succeeded'].filter((result) => second.jobs.list({ result: result as 'failed' }).length === 1),
    ['unfinished', 'failed', 'missing', 'interrupted']);
  await returned(second, 'c');
  await returned(second, 'b');
  await returned(second, 'a');
  assert.deepEqual(states(second), { ...wanted, a: 'returned', b: 'returned', c: 'returned' }, 'a return that comes late is a return');
  assert.deepEqual(['unfinished', 'missing'].map((result) => second.jobs.list({ result: result as 'missing' }).length), [0, 0]);
  await second.deliveries.flush();
  second.jobs.close();
});

test('steps of others than the targeted, of unknown jobs, and backwards are refused or change nothing', async () => {
  const { deliveries, states, first, jobs } = await bench(['a']);
  assert.equal(deliveries.note(JID, 'stranger', { state: 'running', atMs: 1 }), false);
  assert.equal(deliveries.note('20990102030405000006', 'a', { state: 'running', atMs: 1 }), false);
  assert.ok(deliveries.note(JID, 'a', { state: 'running', atMs: 2 }));
  assert.ok(deliveries.note(JID, 'a', { state: 'received', atMs: 3 }));
  assert.deepEqual(states(first), { a: 'running' });
  await deliveries.flush();
  assert.equal(jobs.notes(JID).length, 1);
  jobs.close();
});

test('thousands that are noted in one moment are one row', async () => {
  const ids = Array.from({ length: 3000 }, (_none, at) => `web${at}`);
  const { deliveries, jobs } = await bench(ids);
  for (const id of ids) deliveries.note(JID, id, { state: 'not_connected', atMs: 9 });
  await deliveries.flush();
  assert.deepEqual(jobs.notes(JID).map(({ ids: noted }) => noted.length), [3000]);
  jobs.close();
});

test('a quick job writes nothing besides its returns', async () => {
  const { jobs, returned, first } = await bench(['a', 'b']);
  await Promise.all([returned(first, 'a'), returned(first, 'b')]);
  await first.deliveries.flush();
  assert.deepEqual([jobs.notes(JID), jobs.list({ result: 'succeeded' }).length], [[], 1]);
  jobs.close();
});

test('who is gone for long is lost when it may have had the job, and not connected when it cannot', async () => {
  const now = 1_000_000;
  const { deliveries, gone, states, first, jobs } = await bench(['before', 'during', 'blink', 'here', 'back'], now);
  gone.set('before', now - 5).set('during', now + 1000).set('blink', now + 89_000);
  deliveries.sweep(now + 10_000);
  assert.deepEqual(new Set(Object.values(states(first))), new Set(['published']), 'a young job is left alone');
  deliveries.sweep(now + 90_000);
  assert.deepEqual(states(first), { before: 'not_connected', during: 'lost', blink: 'published', here: 'published', back: 'published' });
  await deliveries.flush();
  jobs.close();
});

test('listeners hear each step once', async () => {
  const { deliveries, jobs } = await bench(['a']);
  const heard: string[] = [];
  using watching = deliveries.watch(JID, (id, { state }) => void heard.push(`${id} ${state}`));
  for (const state of ['running', 'running', 'received', 'cancelled'] as const) deliveries.note(JID, 'a', { state, atMs: 1 });
  assert.deepEqual(heard, ['a running', 'a cancelled']);
  void watching;
  await deliveries.flush();
  jobs.close();
});

test('how far a run of states is is told to who watches, and kept nowhere', async () => {
  const { first: { deliveries }, life } = await bench(['a']);
  const heard: unknown[] = [];
  using _watch = deliveries.watch(JID, (_id, { state, states: at }) => heard.push([state, at]));
  const note = (at: number): boolean => deliveries.note(JID, 'a', { state: 'running', atMs: 10 + at, states: { at, of: 3, failed: 0 } });
  assert.ok(note(1) && note(2));
  assert.ok(deliveries.note(JID, 'a', { state: 'running', atMs: 20 }));
  assert.deepEqual(heard, [['running', { at: 1, of: 3, failed: 0 }], ['running', { at: 2, of: 3, failed: 0 }]]);
  await deliveries.flush();
  assert.equal(life().deliveries.of(JID, 'a')?.states, undefined);
});
