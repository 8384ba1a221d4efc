import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { ActiveJobs } from '../../../../src/master/jobs/active-jobs.js';
import { JobStoreError, type JobStore, type StoredJob } from '../../../../src/master/jobs/job-store.js';
import { publishJob, type JobOrder, type JobParts } from '../../../../src/master/jobs/publish-job.js';
import type { Happening } from '../../../../src/kernel/contract/happening.js';
import { silentLog } from '../../../support/logs.js';

const order: JobOrder = { fun: 'test.ping', arg: [], tgt: '*', tgtType: 'glob', ret: '', user: 'root' };

function bench(more: Partial<JobParts> & { store?: (job: StoredJob) => Promise<void> } = {}) {
  const events: BusEvent[] = [];
  const stored: StoredJob[] = [];
  const published: { load: PlainMap; minions: readonly string[] }[] = [];
  const noted: Happening[] = [];
  const bus = new EventBus((error) => assert.fail(error as Error));
  bus.subscribe('', (event) => events.push(event));
  const saveJob = more.store ?? ((job: StoredJob) => Promise.resolve(void stored.push(job)));
  const parts: JobParts = {
    bus, jobs: { saveJob } as unknown as JobStore, active: new ActiveJobs(), storeJobs: true, externalStore: '', log: silentLog, trace: { note: (happening) => void noted.push(happening) },
    expected: () => ({ minions: ['web2', 'web1'], missing: ['web3'] }),
    publish: (load, minions) => Promise.resolve(void published.push({ load, minions })),
    ...more,
  };
  return { parts, events, stored, published, noted };
}

test('a job gets an id, is stored, announced and published', async () => {
  const { parts, events, stored, published } = bench();
  const done = await publishJob({ ...order, more: { metadata: { a: 1 } } }, parts);
  assert.ok(done.kind === 'published');
  const { jid } = done;
  assert.match(jid, /^\d{20}$/);
  assert.deepEqual([done.minions, done.missing], [['web1', 'web2'], ['web3']]);
  assert.deepEqual(Object.entries(published[0]?.load ?? {}), [
    ['fun', 'test.ping'], ['arg', []], ['tgt', '*'], ['jid', jid], ['ret', ''], ['tgt_type', 'glob'], ['metadata', { a: 1 }], ['user', 'root'],
  ]);
  assert.deepEqual(stored.map((job) => [job.jid, job.minions]), [[jid, ['web1', 'web2']]]);
  assert.deepEqual(events.map(({ tag }) => tag), [`salt/job/${jid}/new`, `salt/job/${jid}/publish`]);
  const { _stamp, ...announced } = events[0]?.data ?? {};
  assert.equal(typeof _stamp, 'string');
  assert.deepEqual(announced, {
    jid, tgt_type: 'glob', tgt: '*', user: 'root', fun: 'test.ping', arg: [], minions: ['web1', 'web2'], missing: ['web3'],
  });
  assert.deepEqual([...(parts.active.get(jid)?.minions ?? [])], ['web1', 'web2']);
});

test('an id that the caller chose is kept, unless it is none', async () => {
  for (const [jid, kept] of [['my-job.1', true], ['../etc/passwd', false], ['', false]] as const) {
    const done = await publishJob({ ...order, jid }, bench().parts);
    assert.ok(done.kind === 'published');
    assert.equal(done.jid === jid, kept, jid);
  }
});

test('a delimiter travels only when it is not the usual one', async () => {
  const { parts, published } = bench();
  await publishJob({ ...order, delimiter: '|' }, parts);
  await publishJob({ ...order, delimiter: ':' }, parts);
  assert.deepEqual(published.map(({ load }) => load['delimiter']), ['|', undefined]);
});

test('a target of nobody is told, and nothing happens', async () => {
  const { parts, events, published } = bench({ expected: () => ({ minions: [], missing: ['web3'] }) });
  assert.deepEqual(await publishJob({ ...order, tgt: 'db*' }, parts), {
    kind: 'no_minions', error: 'Master could not resolve minions for target db*',
  });
  assert.deepEqual([events, published], [[], []]);
});

test('a job that cannot be stored is not published', async () => {
  const { parts, events, published } = bench({ store: () => Promise.reject(new JobStoreError('full')) });
  await assert.rejects(publishJob(order, parts), JobStoreError);
  assert.deepEqual([events, published], [[], []]);
});

test('questions of the master, and jobs of a master without a cache, are not stored', async () => {
  const { parts, stored, published } = bench();
  await publishJob({ ...order, ephemeral: true }, parts);
  await publishJob(order, { ...parts, storeJobs: false });
  assert.deepEqual([stored, published.length], [[], 2]);
});

test('what asked for a job is told to the trace, questions of the master are not', async () => {
  const { parts, noted } = bench();
  await publishJob({ ...order, cause: 'reaction-1', jid: '20260101000000000001' }, parts);
  await publishJob({ ...order, ephemeral: true }, parts);
  assert.deepEqual(noted.map(({ atMs, ...rest }) => ({ ...rest, isTimed: atMs > 0 })), [
    { id: '20260101000000000001', kind: 'job', what: 'test.ping on *', cause: 'reaction-1', isTimed: true },
  ]);
});

test('an external store is a returner that every job asks for, once; questions of the master do not', async () => {
  const { parts, published } = bench({ externalStore: 'redis' });
  for (const ret of ['', 'mongo', 'redis,mongo']) await publishJob({ ...order, ret }, parts);
  await publishJob({ ...order, ephemeral: true }, parts);
  assert.deepEqual(published.map(({ load }) => load['ret']), ['redis', 'mongo,redis', 'redis,mongo', '']);
});
