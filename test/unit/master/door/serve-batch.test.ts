import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import { deferred } from '../../../../src/kernel/std/async.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { serveBatch } from '../../../../src/master/door/serve-batch.js';
import { TooManyBatchesError, type Batches, type BatchOrder, type Say } from '../../../../src/master/jobs/batch.js';
import { keepingLog } from '../../../support/logs.js';

const LOAD: PlainMap = { tgt: 'web*', tgt_type: 'glob', fun: 'test.ping', arg: [], ret: '', jid: '', kwargs: { metadata: 'm' } };

/** A door behind which `run` is the batch. */
function bench(run: (asked: BatchOrder, say: Say) => Promise<void>) {
  const log = keepingLog();
  const frames: PlainMap[] = [];
  const parts = { batches: { run } as unknown as Batches, defaults: { timeoutMs: 5000, gatherTimeoutMs: 10_000 }, log };
  const send = (frame: PlainMap): Promise<void> => Promise.resolve(void frames.push(frame));
  return { frames, log, parts, send };
}

test('the request is read, each step is a frame', async () => {
  let got: BatchOrder | undefined;
  const { frames, parts, send } = bench(async (asked, say) => {
    got = asked;
    await say({ kind: 'begun', jid: '1', minions: ['a'], down: ['b'] });
    await say({ kind: 'next', minions: ['a'] });
    await say({ kind: 'returned', id: 'a', load: { return: true } });
    await say({ kind: 'missing', id: 'c', why: 'no_response' });
    await say({ kind: 'halted', reason: 'stop' });
  });
  await serveBatch({ ...LOAD, timeout_ms: 7 }, { size: '25%', wait_ms: 1500, failhard: true }, { kind: 'allowed', user: 'alice', rule: '' }, parts, send);
  const { order, ...rest } = got ?? assert.fail('no batch');
  assert.deepEqual(rest, { size: '25%', waitMs: 1500, failhard: true, driver: 'cli', timeoutMs: 7, gatherTimeoutMs: 10_000 });
  assert.deepEqual([order.tgt, order.fun, order.user, order.more], ['web*', 'test.ping', 'alice', { metadata: 'm' }]);
  assert.deepEqual(frames, [
    { kind: 'batch_begun', jid: '1', minions: ['a'], down: ['b'] }, { kind: 'batch_next', minions: ['a'] },
    { kind: 'return', id: 'a', load: { return: true } }, { kind: 'missing', id: 'c', why: 'no_response' }, { kind: 'batch_halted', reason: 'stop' },
  ]);
});

test('who does not wait hears of the beginning, and the batch goes on', async () => {
  const { promise: goOn, resolve } = deferred<void>();
  let ended = false;
  const { frames, parts, send } = bench(async (asked, say) => {
    assert.equal(asked.driver, 'master');
    await say({ kind: 'begun', jid: '1', minions: ['a'], down: [] });
    await goOn;
    await say({ kind: 'next', minions: ['a'] });
    ended = true;
  });
  await serveBatch({ ...LOAD, wait: false }, { size: 1 }, { kind: 'allowed', user: 'root', rule: '' }, parts, send);
  assert.deepEqual([frames.map(({ kind }) => kind), ended], [['batch_begun'], false]);
  resolve();
  await new Promise(setImmediate);
  assert.deepEqual([frames.length, ended], [1, true]);
});

test('a client that does not read holds up nothing', async () => {
  const reading = deferred<void>();
  let ended = false;
  const { parts } = bench(async (_asked, say) => {
    for (let at = 0; at < 10; at += 1) await say({ kind: 'next', minions: [`m${at}`] });
    ended = true;
  });
  const taken: PlainMap[] = [];
  const serving = serveBatch(LOAD, { size: 1 }, { kind: 'allowed', user: 'root', rule: '' }, parts, async (frame) => {
    await reading.promise;
    taken.push(frame);
  });
  await new Promise(setImmediate);
  assert.deepEqual([ended, taken.length], [true, 0]);
  reading.resolve();
  await serving;
  assert.deepEqual(taken.map(({ minions }) => (minions as string[])[0]), Array.from({ length: 10 }, (_, at) => `m${at}`));
});

test('what is wrong is told: words of the client alone, other faults also in the log', async () => {
  const faults: readonly [Error, PlainMap, number][] = [
    [new InvocationError('Invalid batch'), { kind: 'bad_batch', error: 'Invalid batch' }, 0],
    [new TooManyBatchesError('100 batches run already'), { kind: 'refused', error: { name: 'BatchError', message: '100 batches run already' } }, 1],
    [new Error('inner words'), { kind: 'refused', error: { name: 'BatchError', message: 'The batch ended early; the log of the master says why' } }, 1],
  ];
  for (const [error, frame, lines] of faults) {
    const { frames, log, parts, send } = bench(() => Promise.reject(error));
    await serveBatch(LOAD, { size: 1 }, { kind: 'allowed', user: 'root', rule: '' }, parts, send);
    assert.deepEqual([frames, log.lines.length], [[frame], lines]);
  }
});
