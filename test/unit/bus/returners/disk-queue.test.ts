import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DiskQueue, type DiskQueueOptions } from '../../../../src/bus/returners/disk-queue.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { listeningLog } from '../../../support/module-host.js';
import { until } from '../../../support/fleet/until.js';

const root = mkdtempSync(join(tmpdir(), 'disk-queue-'));
after(() => rmSync(root, { recursive: true, force: true }));

function bench(replaced: Partial<DiskQueueOptions> = {}) {
  const log = listeningLog();
  const got: unknown[] = [];
  const isDown = { now: false };
  const options: DiskQueueOptions = {
    dir: mkdtempSync(join(root, 'q-')), log, firstWaitMs: 5, longestWaitMs: 20,
    give: async ({ n }: PlainMap) => {
      await Promise.resolve();
      if (isDown.now) throw new Error('no luck');
      got.push(n);
    },
    ...replaced,
  };
  return { options, queue: new DiskQueue(options), got, isDown, log };
}

test('things are given in order, and their files go', async () => {
  const { queue, got, options } = bench();
  for (let n = 0; n < 250; n += 1) queue.put({ n });
  await queue.settled(5000);
  assert.deepEqual(got, Array.from({ length: 250 }, (_, n) => n));
  assert.deepEqual(readdirSync(options.dir), []);
  assert.deepEqual(queue.counters, { given: 250, failures: 0, givenUp: 0 });
});

test('what is not taken waits on disk and is given again', async () => {
  const { queue, got, isDown, log, options } = bench();
  isDown.now = true;
  queue.put({ n: 1 });
  queue.put({ n: 2 });
  await until('two failures', () => queue.counters.failures >= 2);
  assert.equal(readdirSync(options.dir).length, 2);
  assert.ok(log.lines.some(({ level, text }) => level === 'warn' && text === 'not taken: it is kept and given again'));
  isDown.now = false;
  await until('both', () => got.length === 2);
  assert.deepEqual(new Set(got), new Set([1, 2]));
  assert.deepEqual(readdirSync(options.dir), []);
});

test('one that never succeeds does not hold up the others', async () => {
  const got: unknown[] = [];
  const { queue } = bench({ give: ({ n }) => (n === 1 ? Promise.reject(new Error('never')) : Promise.resolve(void got.push(n))) });
  for (const n of [1, 2, 3]) queue.put({ n });
  await until('the others', () => got.length === 2);
  assert.equal(queue.size, 1);
  await queue[Symbol.asyncDispose]();
});

test('another life goes on with what is left, the oldest first, and never with half a file', async () => {
  const { queue, isDown, options } = bench();
  isDown.now = true;
  for (const n of [1, 2, 3]) queue.put({ n });
  await until('a failure', () => queue.counters.failures >= 1);
  await queue[Symbol.asyncDispose]();
  writeFileSync(join(options.dir, '99999999999999999999-1.p.new'), 'half');
  writeFileSync(join(options.dir, '00000000000000000001-1.p'), 'no msgpack \xc1');
  const next: unknown[] = [];
  const log = listeningLog();
  const second = new DiskQueue({ ...options, log, give: ({ n }) => Promise.resolve(void next.push(n)) });
  second.start();
  await until('all three', () => next.length === 3);
  assert.deepEqual(next, [1, 2, 3]);
  assert.deepEqual(readdirSync(options.dir), ['00000000000000000001-1.p.unreadable']);
  assert.equal(log.lines.filter(({ level }) => level === 'error').length, 1);
});

test('beyond its bounds the oldest are given up: logged and counted', async () => {
  const { queue, isDown, log, got } = bench({ bounds: { items: 2, bytes: 1024, ageMs: 60_000 } });
  isDown.now = true;
  queue.put({ n: 1 });
  await until('a failure', () => queue.counters.failures >= 1);
  for (const n of [2, 3]) queue.put({ n });
  assert.equal(queue.counters.givenUp, 1);
  queue.put({ n: 4, text: 'x'.repeat(900) });
  queue.put({ n: 5, text: 'x'.repeat(900) });
  assert.equal(queue.counters.givenUp, 4);
  const lines = log.lines.filter(({ text }) => text === 'given up: it is lost');
  assert.deepEqual(lines.map(({ level, fields }) => [level, fields['given_up'], fields['why']]), [1, 2, 3, 4].map((count) => ['error', count, 'too much waits']));
  isDown.now = false;
  await until('the last', () => got.length === 1);
  assert.deepEqual(got, [5]);
});

test('what waited too long is given up', async () => {
  const { queue, isDown, options } = bench();
  isDown.now = true;
  queue.put({ n: 1 });
  await until('a failure', () => queue.counters.failures >= 1);
  await queue[Symbol.asyncDispose]();
  const [name = ''] = readdirSync(options.dir);
  const yesterday = Date.now() / 1000 - 25 * 3600;
  utimesSync(join(options.dir, name), yesterday, yesterday);
  const second = new DiskQueue({ ...options, give: () => assert.fail('too old') });
  second.start();
  await second.settled(1000);
  assert.equal(second.counters.givenUp, 1);
  assert.deepEqual(readdirSync(options.dir), []);
});

test('when the disk is full a thing waits in memory, and that is logged', async () => {
  const { queue, got, log, options } = bench();
  rmSync(options.dir, { recursive: true });
  queue.put({ n: 1 });
  await until('given', () => got.length === 1);
  assert.ok(log.lines.some(({ text }) => text.startsWith('cannot be kept on disk')));
});
