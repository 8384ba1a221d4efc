import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus } from '../../../../src/bus/event/bus.js';
import type { Jid } from '../../../../src/kernel/contract/job.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import type { JobOrder } from '../../../../src/master/jobs/publish-job.js';
import type { Delivery } from '../../../../src/master/jobs/delivery.js';
import { ReturnWatch, type WaitOptions } from '../../../../src/master/jobs/wait.js';
import { recordOf } from '../../../support/delivery-record.js';

const JID = '20260102030405000006';

/** A master whose minions answer questions as told; `find` gives the answer of a minion to the nth question, undefined for silence. */
function bench(given: {
  find?: (id: string, round: number) => Value | undefined; accepted?: (id: string) => boolean; connected?: (id: string) => boolean | undefined;
  gone?: Map<string, number>; away?: (id: string) => boolean; known?: Record<string, Delivery>;
} = {}) {
  const bus = new EventBus((error) => assert.fail(error as Error));
  const asked: JobOrder[] = [];
  const { noted, deliveries, hear } = recordOf(given.known);
  const watch = new ReturnWatch({
    bus, deliveries, gone: given.gone ?? new Map(),
    publish: async (order) => {
      asked.push(order);
      const ids = order.tgt as string[];
      const jid = order.jid ?? '';
      setImmediate(() => {
        for (const id of ids) {
          const answer = given.find?.(id, asked.length);
          if (answer !== undefined) ret(bus, jid, id, answer, 'saltutil.find_job');
        }
      });
      return { kind: 'published', jid: jid as Jid, minions: ids, missing: [] };
    },
    isAccepted: given.accepted ?? (() => true),
    isConnected: given.connected ?? (() => undefined),
    isSurelyAway: given.away ?? (() => false),
  }, JID);
  const collect = async (ids: readonly string[], options: Partial<WaitOptions> = {}): Promise<string[]> => {
    const got: string[] = [];
    const full = { timeoutMs: 5, gatherTimeoutMs: 1000, user: 'root', signal: new AbortController().signal, ...options };
    for await (const answer of watch.answers(JID, ids, full)) got.push(answer.kind === 'returned' ? answer.id : `${answer.id}: ${answer.why}`);
    return got;
  };
  return { bus, asked, watch, collect, noted, hear };
}

function ret(bus: EventBus, jid: string, id: string, value: Value = true, fun = 'test.ping'): void {
  bus.fire(`salt/job/${jid}/ret/${id}`, { jid, id, return: value, fun });
}

test('answers come as they come, those before the wait began too, each minion once', async () => {
  const { bus, collect, asked } = bench();
  ret(bus, JID, 'b');
  ret(bus, JID, 'b', 'again');
  setImmediate(() => {
    ret(bus, 'other', 'c');
    ret(bus, JID, 'a');
  });
  assert.deepEqual(await collect(['a', 'b'], { timeoutMs: 60_000 }), ['b', 'a']);
  assert.equal(asked.length, 0, 'nobody is asked while there is time');
});

test('nobody expected: the wait is over at once', async () => assert.deepEqual(await bench().collect([]), []));

test('who is silent is asked, and is missing when it does not work on the job', async () => {
  const { bus, collect, asked } = bench({ find: () => ({}) });
  ret(bus, JID, 'a');
  assert.deepEqual(await collect(['a', 'b', 'c']), ['a', 'b: not_running', 'c: not_running']);
  assert.deepEqual(asked.map(({ fun, arg, tgt, tgtType, ephemeral }) => ({ fun, arg, tgt, tgtType, ephemeral })), [
    { fun: 'saltutil.find_job', arg: [JID], tgt: ['b', 'c'], tgtType: 'list', ephemeral: true },
  ]);
});

test('who does not even answer the question is missing when the gathering is over', async () => {
  const { collect } = bench({ connected: (id) => id === 'a' });
  assert.deepEqual(await collect(['a', 'b'], { gatherTimeoutMs: 5 }), ['a: no_response', 'b: not_connected']);
});

test('a slow minion gets more time, as often as it takes, and holds up nobody else', async () => {
  const { bus, collect, asked } = bench({
    find: (id, round) => {
      if (id === 'slow' && round === 3) setImmediate(() => ret(bus, JID, 'slow'));
      return id === 'slow' ? { jid: JID, fun: 'test.sleep' } : {};
    },
  });
  ret(bus, JID, 'quick');
  assert.deepEqual(await collect(['slow', 'quick', 'dead']), ['quick', 'slow', 'dead: not_running']);
  assert.deepEqual(asked.map(({ tgt }) => tgt), [['slow', 'dead'], ['slow'], ['slow']]);
});

test('an answer that comes while the question is open counts, and is not also missing', async () => {
  const { bus, collect } = bench({
    find: (id) => {
      if (id === 'a') ret(bus, JID, 'a');
      return {};
    },
  });
  assert.deepEqual(await collect(['a', 'b']), ['a', 'b: not_running']);
});

test('a minion whose key is not accepted is not asked', async () => {
  const { collect, asked } = bench({ accepted: () => false, connected: () => false });
  assert.deepEqual(await collect(['gone']), ['gone: not_connected']);
  assert.equal(asked.length, 0);
});

test('the answer of another question is not taken for this one', async () => {
  const { bus, collect } = bench({
    find: () => {
      ret(bus, '20990102030405000006', 'a', { jid: JID }, 'saltutil.find_job');
      return undefined;
    },
  });
  assert.deepEqual(await collect(['a'], { gatherTimeoutMs: 5 }), ['a: no_response']);
});

test('a question that cannot be published is as one that nobody answers', async () => {
  const bus = new EventBus((error) => assert.fail(error as Error));
  using watch = new ReturnWatch({
    bus, publish: () => Promise.reject(new Error('store is full')), isAccepted: () => true, isConnected: () => undefined, gone: new Map(), isSurelyAway: () => false,
    deliveries: recordOf().deliveries,
  }, JID);
  const options = { timeoutMs: 1, gatherTimeoutMs: 60_000, user: 'root', signal: new AbortController().signal };
  const answers = [];
  for await (const answer of watch.answers(JID, ['a'], options)) answers.push(answer);
  assert.deepEqual(answers, [{ kind: 'missing', id: 'a', why: 'no_response' }]);
});

test('a wait that is aborted ends with the reason', async () => {
  const stop = new AbortController();
  const { collect, watch, bus } = bench();
  const waiting = collect(['a'], { timeoutMs: 2 ** 40, signal: stop.signal });
  setImmediate(() => stop.abort(new Error('client went')));
  await assert.rejects(waiting, /client went/);
  watch[Symbol.dispose]();
  assert.equal(bus.counters.listeners, 0);
});

test('a wait for many thousands is no work for each answer of each', async () => {
  const ids = Array.from({ length: 20_000 }, (_none, at) => `web${at}`);
  const { bus, collect } = bench();
  const waiting = collect(ids, { timeoutMs: 60_000 });
  for (const id of ids) {
    ret(bus, JID, id);
    if (id.endsWith('00')) await new Promise(setImmediate);
  }
  assert.equal((await waiting).length, ids.length);
});

const running: Delivery = { state: 'running', atMs: 2000, sinceMs: 1500, heardMs: 2000, pid: 7 };

test('each answer to the question is judged as it comes: one that never answers lengthens the wait of nobody else', async () => {
  const { watch, bus } = bench({ find: (id) => (id === 'idle' ? {} : undefined) });
  const options = { timeoutMs: 5, gatherTimeoutMs: 8000, user: 'root', signal: new AbortController().signal };
  const beganMs = Date.now();
  for await (const answer of watch.answers(JID, ['deaf', 'idle'], options)) {
    assert.deepEqual(answer, { kind: 'missing', id: 'idle', why: 'not_running' });
    break;
  }
  assert.ok(Date.now() - beganMs < 6000, 'long before the gathering is over');
  watch[Symbol.dispose]();
  assert.equal(bus.counters.listeners, 0, 'an open question is not listened to any more');
});

test('a minion that says it works is noted with its process', async () => {
  const { collect, noted } = bench({
    find: (_id, round) => (round === 1 ? { pid: 41, jid: JID } : {}),
  });
  assert.deepEqual(await collect(['slow'], { gatherTimeoutMs: 50 }), ['slow: not_running']);
  assert.deepEqual(noted.map(({ news: { state, pid, why } }) => ({ state, pid, why })), [
    { state: 'running', pid: 41, why: undefined }, { state: 'lost', pid: undefined, why: 'it does not work on the job' },
  ]);
});

test('who is certainly gone is not asked; whether it had the job decides between lost and never connected', async () => {
  const { collect, asked, noted } = bench({
    gone: new Map([['before', 500], ['during', 1500], ['worker', 2500]]), connected: () => false, known: { worker: running },
  });
  assert.deepEqual(await collect(['before', 'during', 'worker']), ['before: not_connected', 'during: not_connected', 'worker: not_connected']);
  assert.equal(asked.length, 0);
  assert.deepEqual(noted.map(({ id, news }) => [id, news.state]), [['before', 'not_connected'], ['during', 'lost'], ['worker', 'lost']]);
});

test('a job that was killed on a minion is over there at once; what else is noted is told besides', async () => {
  const { watch, hear } = bench();
  const options = { timeoutMs: 60_000, gatherTimeoutMs: 1, user: 'root', signal: new AbortController().signal };
  setImmediate(() => {
    hear('a', running);
    hear('a', { state: 'cancelled', atMs: 3000 });
  });
  const told = [];
  for await (const one of watch.story(JID, ['a'], options)) told.push(one.kind === 'missing' ? one.why : one.kind);
  assert.deepEqual(told, ['noted', 'cancelled']);
});

test('who was not connected when the job was published is waited for a moment only, once all others answered', async () => {
  const { bus, collect, asked } = bench({ away: (id) => id.startsWith('away'), connected: (id) => (id === 'away1' ? false : undefined) });
  const beganMs = Date.now();
  setTimeout(() => ret(bus, JID, 'here'), 1500);
  assert.deepEqual(await collect(['away1', 'away2', 'here'], { timeoutMs: 60_000, gatherTimeoutMs: 60_000 }), ['here', 'away1: not_connected', 'away2: no_response']);
  assert.ok(Date.now() - beganMs < 10_000, 'the timeout is far away');
  assert.equal(asked.length, 0, 'who cannot hear is not asked');
});

test('nobody is connected: the grace is waited for, and who answers in it counts', async () => {
  const { bus, collect } = bench({ away: () => true });
  const beganMs = Date.now();
  setTimeout(() => ret(bus, JID, 'back'), 50);
  assert.deepEqual(await collect(['back', 'away'], { timeoutMs: 60_000 }), ['back', 'away: no_response']);
  const tookMs = Date.now() - beganMs;
  assert.ok(tookMs >= 990 && tookMs < 10_000, `${tookMs} ms`);
});

test('who comes back in the grace is treated as all others: asked, and given the whole time', async () => {
  let away = true;
  const { bus, collect, asked } = bench({
    away: () => away, find: (id, round) => {
      if (round === 2) ret(bus, JID, id);
      return { pid: 7, jid: JID };
    },
  });
  setTimeout(() => { away = false; }, 100);
  assert.deepEqual(await collect(['back'], { timeoutMs: 1200 }), ['back']);
  assert.equal(asked.length, 2);
});

test('who took the job is not away, however its connection is: it may have lost it since', async () => {
  const { bus, collect } = bench({ away: () => true, known: { worker: running } });
  setTimeout(() => ret(bus, JID, 'worker'), 1500);
  assert.deepEqual(await collect(['worker'], { timeoutMs: 60_000 }), ['worker']);
});
