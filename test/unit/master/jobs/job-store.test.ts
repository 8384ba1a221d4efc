import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Float, type PlainMap } from '../../../../src/kernel/std/value.js';
import { JobStore, JobStoreError, type StoredJob, type StoredReturn } from '../../../../src/master/jobs/job-store.js';
import { SCHEMA_VERSION } from '../../../../src/master/jobs/job-schema.js';
import { openDatabase } from '../../../../src/kernel/sys/sqlite.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-jobs-'));
});
after(() => rmSync(root, { recursive: true }));

let number = 0;
const newPath = (): string => join(root, `store${(number += 1)}`, 'jobs.db');
const jobOf = (jid: string, more: Partial<StoredJob> & { load?: PlainMap } = {}): StoredJob => ({
  jid, minions: ['web1', 'web2'], startedUnixMs: 1000, load: { fun: 'test.ping', arg: [], tgt: '*', tgt_type: 'glob', user: 'root', jid }, ...more,
});
const returnOf = (jid: string, id: string, value: PlainMap = {}): StoredReturn => ({
  jid, id, fun: 'test.ping', retcode: 0, success: true, load: { jid, id, return: true, ...value },
});

test('a job and its returns come back as they were', async () => {
  using store = disposable(new JobStore(newPath()));
  const load = { fun: ['test.ping', 'test.echo'], arg: [[], ['é', new Float(1), null]], tgt: ['web1'], tgt_type: 'list', user: 'root' };
  await store.saveJob(jobOf('1', { load }));
  await store.saveReturn(returnOf('1', 'web2', { return: Buffer.from([0xff, 0, 0xfe]) }), 2);
  await store.saveReturn(returnOf('1', 'web1'), 1);
  assert.deepEqual(store.job('1'), jobOf('1', { load }));
  assert.deepEqual([...store.returns('1').keys()], ['web1', 'web2'], 'in the order in which they came');
  assert.deepEqual(store.returns('1').get('web2')?.['return'], Buffer.from([0xff, 0, 0xfe]));
  assert.deepEqual([store.job('2'), store.returns('2').size], [undefined, 0]);
});

test('a second copy of a job or a return changes nothing and is acknowledged', async () => {
  using store = disposable(new JobStore(newPath()));
  await Promise.all([store.saveJob(jobOf('1')), store.saveJob(jobOf('1', { minions: ['other'] }))]);
  const areNew = await Promise.all([store.saveReturn(returnOf('1', 'web1'), 1), store.saveReturn(returnOf('1', 'web1', { return: 'forged' }), 2)]);
  assert.deepEqual([...areNew, await store.saveReturn(returnOf('1', 'web1'), 3)], [true, false, false]);
  assert.deepEqual(store.job('1')?.minions, ['web1', 'web2']);
  assert.equal(store.returns('1').get('web1')?.['return'], true);
});

test('what was acknowledged is there after the program ended without closing', async () => {
  const path = newPath();
  using first = disposable(new JobStore(path));
  await first.saveReturn(returnOf('1', 'web1'), 1);
  using second = disposable(new JobStore(path));
  assert.equal(second.returns('1').size, 1);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(`${path}-wal`).mode & 0o777, 0o600);
});

test('when a commit fails each write of its batch is told, and later writes are tried anew', async () => {
  const path = newPath();
  using store = disposable(new JobStore(path));
  await store.saveJob(jobOf('1'));
  const other = openDatabase(path);
  // As on a full disk: the commit of whoever inserts fails, for every row of the batch.
  other.exec(`CREATE TRIGGER full BEFORE INSERT ON returns WHEN NEW.id = 'bad' BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END`);
  const batch = await Promise.allSettled([
    store.saveReturn(returnOf('1', 'web1'), 1), store.saveReturn(returnOf('1', 'bad'), 1), store.saveReturn(returnOf('1', 'web2'), 1),
  ]);
  for (const told of batch) {
    assert.ok(told.status === 'rejected' && told.reason instanceof JobStoreError);
    assert.match(told.reason.message, /^Cannot write to the job store: .*disk is full/);
  }
  assert.equal(store.returns('1').size, 0, 'nothing of the batch is kept');
  other.exec('DROP TRIGGER full');
  other.close();
  await store.saveReturn(returnOf('1', 'bad'), 2);
  assert.equal(store.returns('1').size, 1);
});

test('many writes at once are one batch after the other, each acknowledged', async () => {
  using store = disposable(new JobStore(newPath()));
  const ids = Array.from({ length: 2500 }, (_none, at) => `web${at}`);
  await Promise.all(ids.map((id, at) => store.saveReturn(returnOf('1', id), at)));
  assert.equal(store.returns('1').size, ids.length);
});

test('what waits is committed when the store is closed; later writes are refused', async () => {
  const path = newPath();
  const store = new JobStore(path);
  const write = store.saveJob(jobOf('1'));
  store.close();
  store.close();
  await write;
  await assert.rejects(store.saveJob(jobOf('2')), JobStoreError);
  using again = disposable(new JobStore(path));
  assert.equal(again.job('1')?.jid, '1');
});

test('removeOlder() takes old jobs with their returns, and old returns of no job, a few rows at a time', async () => {
  using store = disposable(new JobStore(newPath()));
  for (const [jid, startedUnixMs] of [['1', 10], ['2', 20], ['3', 30]] as const) {
    await store.saveJob(jobOf(jid, { startedUnixMs }));
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => store.saveReturn(returnOf(jid, id), startedUnixMs + 15)));
  }
  await store.saveReturn(returnOf('stray', 'a'), 5);
  await store.saveReturn(returnOf('young', 'a'), 50);
  assert.equal(await store.removeOlder(30, 2), 2);
  assert.deepEqual(store.list({}).map(({ jid }) => jid), ['3']);
  assert.deepEqual(['1', '2', '3', 'stray', 'young'].map((jid) => store.returns(jid).size), [0, 0, 5, 0, 1]);
});

test('list() gives jobs newest first, by any of its filters', async () => {
  using store = disposable(new JobStore(newPath()));
  const jobs = [['1', 'test.ping', '*', 'ann'], ['2', 'state.apply', 'web*', 'bob'], ['3', 'test.echo', 'db1', 'ann']] as const;
  for (const [jid, fun, tgt, user] of jobs) {
    await store.saveJob(jobOf(jid, { startedUnixMs: Number(jid) * 10, load: { fun, tgt, tgt_type: 'glob', user, arg: [] } }));
  }
  const jids = (filter: Parameters<JobStore['list']>[0]): string => store.list(filter).map(({ jid }) => jid).join('');
  assert.equal(jids({}), '321');
  assert.equal(jids({ functions: ['test.*'] }), '31');
  assert.equal(jids({ targets: ['db1'] }), '3');
  assert.equal(jids({ user: 'ann', count: 1 }), '3');
  assert.equal(jids({ count: 2, offset: 1 }), '21');
  assert.equal(jids({ startUnixMs: 20, endUnixMs: 20 }), '2');
  assert.equal(jids({ functions: ['\' OR 1=1 --'] }), '');
});

test('a store of an earlier version is brought up to date, one of a later version is refused', async () => {
  const path = newPath();
  const first = new JobStore(path);
  await first.saveJob(jobOf('1'));
  await first.saveJob({ jid: '0', minions: [], startedUnixMs: 1, load: { fun: ['test.echo', 'cmd.run'], tgt: ['a', 'b'], tgt_type: 'list', user: 'root' } });
  first.close();
  const old = openDatabase(path);
  old.exec('DROP INDEX returns_returned; DROP INDEX jobs_tgt; DROP TABLE delivery; DROP TABLE tally; DROP TABLE quarantine; DROP TABLE job_parts; PRAGMA user_version = 1');
  old.close();
  const upgraded = new JobStore(path);
  assert.deepEqual([upgraded.job('1')?.jid, upgraded.schemaVersion], ['1', SCHEMA_VERSION]);
  assert.deepEqual(upgraded.list({ result: 'succeeded' }).map(({ jid }) => jid), ['1', '0'], 'jobs of before count as finished');
  for (const filter of [{ functions: ['cmd.run'] }, { targets: ['b'] }]) assert.deepEqual(upgraded.list(filter).map(({ jid }) => jid), ['0'], 'listed by each of their parts');
  upgraded.close();
  const newer = openDatabase(path);
  newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  newer.close();
  assert.throws(() => new JobStore(path), (error) => error instanceof JobStoreError && /start the newer tsalt/.test(error.message));
});

test('a file that is no database is named', () => {
  const path = join(root, 'no-database');
  writeFileSync(path, 'x'.repeat(5000));
  assert.throws(() => new JobStore(path), (error) => error instanceof JobStoreError && error.message.startsWith(`Cannot open the job store ${path}`));
});

function disposable(store: JobStore): JobStore & Disposable {
  return Object.assign(store, { [Symbol.dispose]: () => store.close() });
}
