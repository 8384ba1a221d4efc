import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import type { Jid } from '../../../../src/kernel/contract/job.js';
import { isPlainMap, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { Batches, type BatchOrder, type BatchStep } from '../../../../src/master/jobs/batch.js';
import type { StoredJob } from '../../../../src/master/jobs/job-store.js';
import type { JobOrder } from '../../../../src/master/jobs/publish-job.js';
import { recordOf } from '../../../support/delivery-record.js';
import { silentLog } from '../../../support/logs.js';

interface Given {
  readonly minions?: readonly string[];
  /** Do not answer the ping. */
  readonly down?: readonly string[];
  /** What a minion answers to the job; undefined for silence. */
  readonly answer?: (id: string) => PlainMap | undefined;
}

/** A master whose minions answer at once. */
function bench({ minions = ['evt2', 'evt1'], down = [], answer = () => ({ return: true, retcode: 0 }) }: Given = {}) {
  const bus = new EventBus((error) => assert.fail(error as Error));
  const events: BusEvent[] = [];
  const published: JobOrder[] = [];
  const stored: StoredJob[] = [];
  bus.subscribe('salt/', (event) => void events.push(event));
  const publish = (order: JobOrder) => {
    const ids = Array.isArray(order.tgt) ? order.tgt.map(String) : minions;
    if (order.fun === 'saltutil.find_job') return Promise.resolve({ kind: 'no_minions', error: '' } as const);
    published.push(order);
    if (ids.length === 0) return Promise.resolve({ kind: 'no_minions', error: 'nobody' } as const);
    const jid = order.jid as Jid;
    bus.fire(`salt/job/${jid}/new`, { tgt: order.tgt });
    setImmediate(() => {
      for (const id of ids) {
        const load = order.fun === 'test.ping' && order.tgtType === 'glob' ? (down.includes(id) ? undefined : { return: true }) : answer(id);
        if (load !== undefined) bus.fire(`salt/job/${jid}/ret/${id}`, { jid, id, ...load });
      }
    });
    return Promise.resolve({ kind: 'published', jid, minions: ids, missing: [] } as const);
  };
  const batches = new Batches({
    bus, publish, isAccepted: () => true, isConnected: () => undefined, isSurelyAway: () => false, gone: new Map(), deliveries: recordOf().deliveries, storeJobs: true, log: silentLog,
    jobs: { saveJob: (job) => Promise.resolve(void stored.push(job)) },
  });
  const steps: BatchStep[] = [];
  const say = (step: BatchStep): Promise<void> => Promise.resolve(void steps.push(step));
  return { bus, batches, events, published, stored, steps, say };
}

/** Long enough for those that answer at once, also on a busy machine. */
const SILENCE_MS = 500;

const order: JobOrder = { fun: 'test.ping', arg: [], tgt: 'evt*', tgtType: 'glob', ret: '', user: 'root' };
const asked = (more: Partial<BatchOrder> = {}): BatchOrder =>
  ({ order, size: '1', waitMs: 0, failhard: false, driver: 'cli', timeoutMs: 60_000, gatherTimeoutMs: 30, ...more });

/** Tags without their job ids. */
const stages = (events: readonly BusEvent[]): string[] => events.map(({ tag }) => tag.replace(/\d{20}/, '<jid>'));
const words = (steps: readonly BatchStep[]): string[] => steps.map((step) => {
  if (step.kind === 'next') return `next ${step.minions.join(' ')}`;
  if (step.kind === 'begun') return `begun ${step.minions.join(' ')}; down ${step.down.join(' ')}`;
  return 'id' in step ? `${step.kind} ${step.id}` : step.kind;
});

/** Source: golden events/job-batch. */
test('a batch somebody waits for: one job id, a few at a time, its whole state in the events', async () => {
  const { batches, events, published, stored, steps, say } = bench();
  await batches.run(asked(), say);
  assert.deepEqual(words(steps), ['begun evt1 evt2; down ', 'next evt1', 'next evt2', 'returned evt1', 'returned evt2']);
  assert.deepEqual(published.map(({ tgt, tgtType }) => [tgt, tgtType]), [['evt*', 'glob'], [['evt1'], 'list'], [['evt2'], 'list']]);
  const [ping, first, second] = published;
  assert.ok(first?.jid !== ping?.jid && first?.jid === second?.jid);
  assert.deepEqual(stored.map(({ jid, load, minions }) => [jid, load['tgt'], minions]), [[first?.jid, 'evt*', ['evt1', 'evt2']]]);
  assert.deepEqual(stages(events), [
    'salt/job/<jid>/new', 'salt/job/<jid>/ret/evt2', 'salt/job/<jid>/ret/evt1',
    'salt/batch/<jid>/new', 'salt/batch/<jid>/progress', 'salt/job/<jid>/new', 'salt/job/<jid>/ret/evt1',
    'salt/batch/<jid>/progress', 'salt/job/<jid>/new', 'salt/job/<jid>/ret/evt2', 'salt/batch/<jid>/progress', 'salt/batch/<jid>/complete',
  ]);
  const { state, _stamp, ...about } = events.at(-1)?.data ?? {};
  assert.equal(typeof _stamp, 'string');
  assert.deepEqual(about, { jid: first?.jid, fun: 'test.ping', tgt: 'evt*', tgt_type: 'glob', user: 'root', driver: 'cli' });
  assert.ok(isPlainMap(state));
  const { last_progress, created, ...rest } = state;
  assert.ok(typeof last_progress !== 'string' && Number(last_progress) >= Number(created));
  const ret = { ret: true, retcode: 0, jid: first?.jid };
  assert.deepEqual(rest, {
    jid: first?.jid, all_minions: ['evt1', 'evt2'], pending: [], active: {}, done: { evt1: ret, evt2: ret }, failed: {}, wait: [], batch_size: 1,
    fun: 'test.ping', arg: [], kwargs: {}, tgt: 'evt*', tgt_type: 'glob', failhard: false, batch_wait: 0, timeout: 60, gather_job_timeout: 0.03,
    halted: false, halted_reason: null, driver: 'cli', ret: '', user: 'root',
  });
});

/** Source: golden events/job-batch-async. */
test('a batch nobody waits for tells counts, after its first part is out', async () => {
  const { batches, events, say } = bench();
  await batches.run(asked({ driver: 'master' }), say);
  assert.deepEqual(stages(events).slice(3), [
    'salt/job/<jid>/new', 'salt/batch/<jid>/new', 'salt/job/<jid>/ret/evt1',
    'salt/job/<jid>/new', 'salt/batch/<jid>/progress', 'salt/job/<jid>/ret/evt2', 'salt/batch/<jid>/progress', 'salt/batch/<jid>/complete',
  ]);
  const facts = events.filter(({ tag }) => tag.startsWith('salt/batch/')).map(({ data }) => {
    const { jid, fun, tgt, tgt_type, user, _stamp, created, last_progress, duration, ...counts } = data;
    assert.deepEqual([typeof jid, fun, tgt, tgt_type, user, typeof _stamp], ['string', 'test.ping', 'evt*', 'glob', 'root', 'string']);
    assert.ok(Number(created ?? last_progress ?? duration) >= 0);
    return counts;
  });
  assert.deepEqual(facts, [
    { total_minions: 2, batch_size: 1, driver: 'master' },
    { total: 2, completed: 1, active: 1, pending: 0, failed: 0, iter: null },
    { total: 2, completed: 2, active: 0, pending: 0, failed: 0, iter: null },
    { completed: 2, failed: 0, total_minions: 2 },
  ]);
});

test('who does not answer the ping gets no job', async () => {
  const { batches, steps, say } = bench({ minions: ['a', 'ghost', 'b'], down: ['ghost'] });
  await batches.run(asked({ size: '100%', timeoutMs: SILENCE_MS }), say);
  assert.deepEqual(words(steps), ['begun a b; down ghost', 'next a b', 'returned a', 'returned b']);
});

test('nobody meant, or nobody there: no job at all', async () => {
  const none = bench({ minions: [] });
  await none.batches.run(asked(), none.say);
  assert.deepEqual(words(none.steps), ['no_minions']);
  const silent = bench({ down: ['evt1', 'evt2'] });
  await silent.batches.run(asked({ timeoutMs: 5 }), silent.say);
  assert.deepEqual(words(silent.steps), ['nobody_there']);
  assert.equal(silent.published.length, 1);
  assert.deepEqual(silent.stored, []);
});

test('a minion that falls silent leaves its place to the next', async () => {
  const { batches, steps, events, say } = bench({ answer: (id) => (id === 'evt1' ? undefined : { return: true, retcode: 0 }) });
  await batches.run(asked({ failhard: true, timeoutMs: SILENCE_MS }), say);
  assert.deepEqual(words(steps), ['begun evt1 evt2; down ', 'next evt1', 'next evt2', 'missing evt1', 'returned evt2']);
  const state = (events.at(-1) as BusEvent).data['state'] as PlainMap;
  assert.deepEqual(state['failed'], { evt1: 'timeout' });
});

test('with failhard the first failure ends the batch', async () => {
  const { batches, steps, events, published, say } = bench({ answer: () => ({ return: false, retcode: 1 }) });
  await batches.run(asked({ failhard: true, driver: 'master' }), say);
  assert.deepEqual(words(steps), ['begun evt1 evt2; down ', 'next evt1', 'returned evt1', 'halted']);
  assert.equal(published.length, 2);
  const { tag, data } = events.at(-1) as BusEvent;
  assert.match(tag, /^salt\/batch\/\d{20}\/halted$/);
  const { reason, completed, failed, abandoned_active, abandoned_pending } = data;
  assert.deepEqual({ reason, completed, failed, abandoned_active, abandoned_pending }, {
    reason: 'failhard', completed: 1, failed: 0, abandoned_active: [], abandoned_pending: ['evt2'],
  });
});

test('the event stop ends the batch, in the middle of the wait for a minion', async () => {
  const { batches, bus, steps, events, say } = bench({ answer: () => undefined });
  bus.subscribe('salt/batch/', ({ tag }) => {
    if (tag.endsWith('/new')) setTimeout(() => bus.fire(tag.replace(/new$/, 'stop'), {}), 5);
  });
  await batches.run(asked({ driver: 'master' }), say);
  assert.deepEqual(words(steps).slice(-2), ['next evt1', 'halted']);
  assert.deepEqual([events.at(-1)?.data['reason'], events.at(-1)?.data['abandoned_active']], ['stop', ['evt1']]);
});

test('a master that ends ends its batches', async () => {
  const { batches, steps } = bench({ answer: () => undefined });
  let begun: () => void = () => undefined;
  const first = new Promise<void>((resolve) => { begun = resolve; });
  const run = batches.run(asked(), (step) => {
    steps.push(step);
    if (step.kind === 'next') setImmediate(begun);
    return Promise.resolve();
  });
  await first;
  await batches[Symbol.asyncDispose]();
  await run;
  assert.equal(steps.at(-1)?.kind, 'halted');
});

test('places stay empty for the time to wait', async () => {
  const { batches, steps, say } = bench();
  await batches.run(asked({ waitMs: 20 }), say);
  assert.deepEqual(words(steps), ['begun evt1 evt2; down ', 'next evt1', 'returned evt1', 'next evt2', 'returned evt2']);
});

test('a wrong size is refused before anybody is asked', async () => {
  const { batches, published, say } = bench();
  await assert.rejects(batches.run(asked({ size: 'abc' }), say), /Invalid batch specification 'abc'/);
  assert.deepEqual(published, []);
});

test('a large return stands in the answer, not in the state that each event repeats', async () => {
  const large: Value = 'x'.repeat(5000);
  const { batches, steps, events, say } = bench({ minions: ['a'], answer: () => ({ return: large, retcode: 0 }) });
  await batches.run(asked(), say);
  const answer = steps.find((step) => step.kind === 'returned');
  assert.equal(answer?.kind === 'returned' && answer.load['return'], large);
  const state = events.at(-1)?.data['state'] as { done: { a: { ret: Value } } };
  assert.equal(state.done.a.ret, 'VALUE_TRIMMED');
});

test('who looks at a batch that runs sees all of it, also what is published later, and it ends with the batch', async () => {
  const { batches, bus, steps, published } = bench({ minions: ['a', 'b', 'c'], answer: (id) => (id === 'a' ? { return: 1 } : undefined) });
  const signal = new AbortController();
  const seen: string[] = [];
  let looking: Promise<void> | undefined;
  let jid = '';
  const say = (step: BatchStep): Promise<void> => {
    steps.push(step);
    if (step.kind === 'begun') {
      jid = step.jid;
      const batch = batches.running(jid);
      assert.deepEqual(batch?.minions, ['a', 'b', 'c']);
      looking = (async () => {
        for await (const answer of batch.answers(signal.signal)) seen.push(`${answer.kind} ${answer.id}`);
      })();
    }
    // Those that are silent answer once they are asked.
    const next = step.kind === 'next' ? step.minions.find((id) => id !== 'a') : undefined;
    if (next !== undefined) setTimeout(() => bus.fire(`salt/job/${jid}/ret/${next}`, { jid, id: next, return: 2 }), 50);
    return Promise.resolve();
  };
  await batches.run(asked(), say);
  await looking;
  assert.deepEqual(seen, ['returned a', 'returned b', 'returned c']);
  assert.equal(published.length, 4);
  assert.equal(batches.running(jid), undefined);
});

test('who stops looking changes nothing, and a batch that is over has nothing to tell', async () => {
  const { batches, say: told } = bench();
  const gone = AbortSignal.abort();
  let late: ReturnType<Batches['running']>;
  await batches.run(asked(), async (step) => {
    if (step.kind === 'begun') {
      late = batches.running(step.jid);
      for await (const answer of late?.answers(gone) ?? []) assert.fail(answer.id);
    }
    return told(step);
  });
  for await (const answer of late?.answers(new AbortController().signal) ?? []) assert.fail(answer.id);
});

test('a batch is known by its id while it runs and after', async () => {
  const { batches, bus } = bench({ answer: (id) => (id === 'evt1' ? undefined : { return: true, retcode: 0 }) });
  let jid = '';
  let run = Promise.resolve();
  await new Promise<void>((begun) => {
    run = batches.run(asked({ driver: 'master' }), async (step) => {
      if (step.kind === 'begun') jid = step.jid;
      if (step.kind === 'next') begun();
    });
  });
  const { created, last_progress: progressed, ...told } = batches.known.summary(jid) ?? {};
  assert.deepEqual(told, {
    jid, fun: 'test.ping', tgt: 'evt*', tgt_type: 'glob', total: 2, completed: 0, active: 1, pending: 1, failed: 0, batch_size: 1, halted: false, halted_reason: null,
    driver: 'master', user: 'root',
  });
  assert.ok(Number(progressed) >= Number(created));
  assert.deepEqual(batches.known.active().map((batch) => batch['jid']), [jid]);
  assert.deepEqual(batches.known.working(jid), ['evt1']);
  bus.fire(`salt/batch/${jid}/stop`, { jid, reason: 'stop' });
  await run;
  assert.deepEqual(batches.known.active(), []);
  const { halted, halted_reason: reason, pending } = batches.known.summary(jid) ?? {};
  assert.deepEqual([halted, reason, pending], [true, 'stop', 1]);
  assert.equal(batches.known.summary('20240610120000000000'), undefined);
});
