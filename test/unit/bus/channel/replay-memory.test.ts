import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ReplayMemory } from '../../../../src/bus/channel/replay-memory.js';

const iv = (): Buffer => randomBytes(16);

test('a request is taken once', () => {
  const memory = new ReplayMemory(0);
  const first = iv();
  assert.deepEqual([memory.take(first, 100), memory.take(iv(), 100), memory.take(first, 100), memory.take(first, 200)], ['taken', 'taken', 'repeated', 'repeated']);
});

test('an older request is taken within its time, not after it', () => {
  const memory = new ReplayMemory(0);
  memory.take(iv(), 1000);
  assert.deepEqual([memory.take(iv(), 400), memory.take(iv(), 399)], ['taken', 'too_old']);
});

test('nothing from before the floor is taken', () => {
  const memory = new ReplayMemory(1000);
  assert.deepEqual([memory.take(iv(), 999), memory.take(iv(), 1000)], ['too_old', 'taken']);
});

test('no request that was ever taken is taken again, however many came between', () => {
  for (const step of [0, 0.01, 1, 50]) {
    const memory = new ReplayMemory(0);
    const sent: { iv: Buffer; seconds: number }[] = [];
    for (let at = 0; at < 3000; at += 1) {
      const request = { iv: iv(), seconds: 1000 + at * step };
      if (memory.take(request.iv, request.seconds) === 'taken') sent.push(request);
    }
    assert.ok(sent.length >= 768);
    for (const request of sent) assert.notEqual(memory.take(request.iv, request.seconds), 'taken', `step ${step}, second ${request.seconds}`);
  }
});

test('a sender at an ordinary pace is never refused', () => {
  const memory = new ReplayMemory(0);
  for (let at = 0; at < 20_000; at += 1) assert.equal(memory.take(iv(), 1000 + Math.floor(at / 300)), 'taken', String(at));
});

test('a few hundred bytes at first, never more than ten kilobytes', () => {
  const memory = new ReplayMemory(0);
  memory.take(iv(), 1);
  assert.ok(memory.bytes <= 256, `${memory.bytes}`);
  for (let at = 0; at < 5000; at += 1) memory.take(iv(), at);
  assert.ok(memory.bytes <= 10 * 1024, `${memory.bytes}`);
});

test('times that are none do no harm', () => {
  const memory = new ReplayMemory(0);
  for (const seconds of [-5, 0, 0.5, 2 ** 40]) assert.equal(memory.take(iv(), seconds), 'taken');
});
