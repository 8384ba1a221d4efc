import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReactionMap } from '../../../../src/automation/reactor/reaction-map.js';
import type { ReactionCall } from '../../../../src/automation/reactor/reaction-call.js';
import { CHAIN_MAX, Reactor, type Reaction, type ReactorParts } from '../../../../src/automation/reactor/reactor.js';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import type { Happening } from '../../../../src/kernel/contract/happening.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { keepingLog } from '../../../support/logs.js';

const reaction = (chunk: PlainMap): Reaction => ({ chunk: { __id__: 'it', name: 'it', ...chunk }, where: 'salt://r.sls:1' });
const PING = reaction({ state: 'local', fun: 'test.ping', tgt: '*' });

function bench(reactions: Reaction[], more: Partial<ReactorParts> = {}) {
  const events: BusEvent[] = [];
  const noted: Happening[] = [];
  const published: [ReactionCall, string][] = [];
  const full: unknown[] = [];
  const log = keepingLog();
  const bus = new EventBus((error) => assert.fail(error as Error));
  bus.subscribe('', (event) => events.push(event));
  const depths = new Map<string, number>();
  const reactor = new Reactor({
    bus, map: new ReactionMap([{ 'my/*': ['salt://r.sls'] }]), log, hostId: 'master', threads: 1, waitingMax: 3, waitingBytesMax: 10_000,
    compile: () => Promise.resolve(reactions), isManager: (key) => key === 'root key',
    local: (call, cause) => Promise.resolve(void published.push([call, cause])), run: () => Promise.resolve(),
    argSpec: () => Promise.resolve({ args: [], required: 0, takesKeywords: true }), onFull: (facts) => full.push(facts),
    trace: {
      note: (happening) => {
        noted.push(happening);
        depths.set(happening.id, (depths.get(happening.cause ?? '') ?? 0) + (happening.kind === 'reaction' ? 1 : 0));
      },
      depth: (id) => depths.get(id ?? '') ?? 0, causeOf: ({ cause }) => cause,
    },
    ...more,
  });
  return { reactor, bus, events, noted, published, full, log };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

test('an event leads to a reaction, a reaction to a job, and each knows its cause', async () => {
  const { reactor, bus, noted, published } = bench([PING]);
  await using _ = reactor;
  bus.fire('other', {});
  bus.fire('my/tag', { id: 'web1' }, 'jid');
  await settle();
  const [event, done] = noted;
  assert.deepEqual([event?.kind, event?.what, event?.cause, event?.minion], ['event', 'my/tag', 'jid', 'web1']);
  assert.deepEqual([done?.kind, done?.what, done?.cause], ['reaction', 'salt://r.sls:1 (it)', event?.id]);
  assert.deepEqual(published.map(([{ fun }, cause]) => [fun, cause]), [['test.ping', done?.id]]);
});

test('events of the reactor itself are passed over', async () => {
  const { reactor, bus, published } = bench([PING]);
  await using _ = reactor;
  bus.fire('my/tag', { user: 'Reactor' });
  await settle();
  assert.equal(published.length, 0);
});

test('a chain of reactions that goes on for ever ends with an event', async () => {
  const { reactor, bus, events, published } = bench([PING], {});
  await using _ = reactor;
  let cause: string | undefined;
  for (let turn = 0; turn < CHAIN_MAX + 3; turn += 1) {
    bus.fire('my/tag', {}, cause);
    await settle();
    cause = published.at(-1)?.[1];
  }
  assert.equal(published.length, CHAIN_MAX);
  assert.equal(reactor.counters.looped, 3);
  assert.equal(events.filter(({ tag }) => tag === 'tsalt/reactor/loop').length, 3);
});

test('what fails is logged and an event; the next event is reacted to', async () => {
  const { reactor, bus, events, log, published } = bench([reaction({ state: 'local', fun: 'test.ping' }), PING]);
  await using _ = reactor;
  bus.fire('my/tag', {});
  await settle();
  assert.equal(published.length, 1);
  const failed = events.find(({ tag }) => tag === 'tsalt/reactor/failed');
  assert.equal(failed?.data['reaction'], 'salt://r.sls:1');
  assert.match(String(failed?.data['error']), /no `tgt`/);
  assert.ok(log.lines.some(({ level }) => level === 'error'));
  const broken = bench([], { compile: () => Promise.reject(new Error('line 3: no')) });
  await using __ = broken.reactor;
  broken.bus.fire('my/tag', {});
  await settle();
  assert.equal(broken.events.find(({ tag }) => tag === 'tsalt/reactor/failed')?.data['error'], 'line 3: no');
});

test('runners run so many at once, so many wait, and more are told as lost', async () => {
  let running = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  const run = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => finish.push(resolve));
    running -= 1;
  };
  const chunks = Array.from({ length: 6 }, () => reaction({ state: 'runner', fun: 'test.arg' }));
  const { reactor, bus, full } = bench(chunks, { run });
  bus.fire('my/tag', {});
  await settle();
  assert.equal(most, 1);
  assert.equal(full.length, 2);
  assert.equal(reactor.counters.lost, 2);
  const closing = reactor[Symbol.asyncDispose]();
  for (let turn = 0; turn < 10; turn += 1) {
    finish.shift()?.();
    await settle();
  }
  await closing;
  assert.equal(most, 1);
});

test('events that wait are bounded by their bytes too; one that comes when nothing waits is taken', async () => {
  const release: (() => void)[] = [];
  const compile = () => new Promise<Reaction[]>((resolve) => release.push(() => resolve([PING])));
  const { reactor, bus, published, full } = bench([], { compile, waitingMax: 100 });
  const large = (bytes: number): PlainMap => ({ data: 'x'.repeat(bytes) });
  bus.fire('my/huge', large(50_000));
  bus.fire('my/lost', large(10));
  assert.ok(reactor.waiting.bytes > 50_000, 'its bytes count');
  assert.deepEqual([reactor.waiting.events, reactor.counters.lost], [1, 1]);
  await settle();
  assert.deepEqual(full, [{ tag: 'my/lost', waiting: 1, waiting_calls: 0, waiting_bytes: reactor.waiting.bytes }]);
  release.shift()?.();
  await settle();
  assert.deepEqual([reactor.waiting, published.length], [{ events: 0, calls: 0, bytes: 0 }, 1], 'there is room again');
  for (let at = 0; at < 4; at += 1) bus.fire('my/some', large(3000));
  assert.deepEqual([reactor.waiting.events, reactor.counters.lost], [3, 2], 'three of 3,000 fit into 10,000');
  const closing = reactor[Symbol.asyncDispose]();
  for (let at = 0; at < 3; at += 1) {
    await settle();
    release.shift()?.();
  }
  await closing;
  assert.equal(published.length, 4);
});

test('calls that wait count with their arguments', async () => {
  const release: (() => void)[] = [];
  const run = (): Promise<void> => new Promise((resolve) => release.push(resolve));
  const chunk = (bytes: number): Reaction => reaction({ state: 'runner', fun: 'test.arg', args: [{ text: 'x'.repeat(bytes) }] });
  const { reactor, bus, full } = bench([chunk(1), chunk(6000), chunk(6000), chunk(100)], { run });
  bus.fire('my/tag', {});
  await settle();
  assert.equal(release.length, 1, 'one runs');
  assert.deepEqual([reactor.waiting.calls, reactor.counters.lost, full.length], [2, 1, 1], 'the second of 6,000 found no room, the small one did');
  const closing = reactor[Symbol.asyncDispose]();
  for (let at = 0; at < 4; at += 1) {
    release.shift()?.();
    await settle();
  }
  await closing;
});

test('management needs the key of root, and answers', async () => {
  const { reactor, bus, events, published, log } = bench([PING]);
  await using _ = reactor;
  bus.fire('salt/run/1/salt/reactors/manage/set_leader', { id: 'master', value: false });
  bus.fire('salt/reactors/manage/list', { key: 'root key' });
  await settle();
  assert.equal(reactor.isLeader, true);
  assert.ok(log.lines.some(({ text }) => text.includes('without matching master_key')));
  assert.deepEqual(events.find(({ tag }) => tag.endsWith('list-results'))?.data['reactors'], [{ 'my/*': ['salt://r.sls'] }]);
  bus.fire('salt/run/1/salt/reactors/manage/set_leader', { id: 'master', value: false, key: 'root key' });
  bus.fire('my/tag', {});
  await settle();
  assert.equal(reactor.isLeader, false);
  assert.equal(published.length, 0);
});
