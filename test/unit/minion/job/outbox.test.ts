import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { encodeBus } from '../../../../src/bus/codec/codec.js';
import { deferred, type Deferred } from '../../../../src/kernel/std/async.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { Outbox } from '../../../../src/minion/job/outbox.js';
import { keepingLog } from '../../../support/logs.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-outbox-'));
});
after(() => rmSync(root, { recursive: true }));
afterEach(() => mock.timers.reset());

let number = 0;
const newDir = (): string => join(root, String((number += 1)));
const returnOf = (jid: string, value: Value = true): PlainMap => ({ cmd: '_return', id: 'web1', jid, fun: 'test.ping', return: value, retcode: 0, success: true });
const jidOf = (at: number): string => `2026010203040500${String(at).padStart(4, '0')}`;

/** A master that acknowledges what `isUp` lets through. */
function bench(dir = newDir()) {
  const sent: PlainMap[] = [];
  const state = { isUp: true, gate: undefined as Deferred<void> | undefined };
  const log = keepingLog();
  const make = (): Outbox => new Outbox({
    dir, log, firstWaitMs: 1000, longestWaitMs: 60_000,
    send: async (load) => {
      await state.gate?.promise;
      if (!state.isUp) throw new Error('no reply');
      sent.push(load);
    },
  });
  return { dir, sent, state, log, make, files: () => readdirSync(dir).sort() };
}
const settle = async (): Promise<void> => {
  for (let at = 0; at < 20; at += 1) await turn();
};

test('a return is on disk before it is sent, and gone when it is acknowledged', async () => {
  const { make, state, sent, files, dir } = bench();
  await using outbox = make();
  state.gate = deferred();
  outbox.put(returnOf(jidOf(1)));
  assert.match(files()[0] ?? '', new RegExp(`^${jidOf(1)}-\\d+\\.p$`));
  assert.equal(statSync(join(dir, files()[0] ?? '')).mode & 0o777, 0o600);
  state.gate.resolve();
  await settle();
  assert.deepEqual([sent, files(), outbox.size], [[returnOf(jidOf(1))], [], 0]);
});

test('what was not acknowledged is sent by the next life, in order of jobs', async () => {
  const { make, state, sent, files } = bench();
  state.isUp = false;
  const first = make();
  for (const at of [3, 1, 2]) first.put(returnOf(jidOf(at), Buffer.from([255, at])));
  await first[Symbol.asyncDispose]();
  assert.equal(files().length, 3);
  state.isUp = true;
  await using second = make();
  assert.equal(second.size, 3);
  second.flush();
  await settle();
  assert.deepEqual(sent.map((load) => [load['jid'], load['return']]), [1, 2, 3].map((at) => [jidOf(at), Buffer.from([255, at])]));
  assert.deepEqual(files(), []);
});

test('sends that fail together are one failure: the wait doubles by rounds, up to the most', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { make, state, sent, log } = bench();
  state.isUp = false;
  const outbox = make();
  for (let at = 0; at < 6; at += 1) outbox.put(returnOf(jidOf(at)));
  await settle();
  assert.equal(log.lines.length, 6, 'each tried once');
  // Between half of the wait and the whole.
  for (const waitMs of [1000, 2000, 4000]) {
    const lines: number = log.lines.length;
    mock.timers.tick(waitMs / 2 - 1);
    await settle();
    assert.equal(log.lines.length, lines, `not within ${waitMs / 2} ms`);
    mock.timers.tick(waitMs / 2 + 1);
    await settle();
    assert.equal(log.lines.length, lines + 6, `one round within ${waitMs} ms`);
  }
  state.isUp = true;
  mock.timers.tick(8000);
  await settle();
  assert.equal(sent.length, 6);
  mock.timers.reset();
  await outbox[Symbol.asyncDispose]();
});

test('a new return during an outage waits for the next round', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { make, state, log } = bench();
  state.isUp = false;
  const outbox = make();
  outbox.put(returnOf(jidOf(1)));
  await settle();
  for (let at = 2; at < 5; at += 1) outbox.put(returnOf(jidOf(at)));
  await settle();
  assert.deepEqual([log.lines.length, outbox.size], [1, 4]);
  outbox.flush();
  await settle();
  assert.equal(log.lines.length, 5, 'a new connection tries all at once');
  mock.timers.reset();
  await outbox[Symbol.asyncDispose]();
});

test('many returns that wait are all sent, whether held in memory or not', async () => {
  const { make, state, sent, files } = bench();
  await using outbox = make();
  state.gate = deferred();
  for (let at = 0; at < 150; at += 1) outbox.put(returnOf(jidOf(at), at));
  state.gate.resolve();
  state.gate = undefined;
  for (let round = 0; round < 40; round += 1) await settle();
  assert.deepEqual(sent.map((load) => load['return']).sort((a, b) => Number(a) - Number(b)), Array.from({ length: 150 }, (_none, at) => at));
  assert.deepEqual(files(), []);
});

test('a value that cannot be encoded becomes an error return that says so', async () => {
  const { make, sent } = bench();
  await using outbox = make();
  const circular: Value[] = [];
  circular.push(circular);
  outbox.put(returnOf(jidOf(1), circular));
  await settle();
  assert.match(String(sent[0]?.['return']), /^ERROR: the return of test\.ping cannot be sent: /);
  assert.deepEqual([sent[0]?.['jid'], sent[0]?.['retcode'], sent[0]?.['success']], [jidOf(1), 1, false]);
});

test('damaged files are put aside, halves of files are removed', async () => {
  const { make, files, log, dir, sent } = bench();
  mkdirSync(dir);
  writeFileSync(join(dir, 'a.p'), Buffer.from([0xc1]));
  writeFileSync(join(dir, 'b.p'), encodeBus('no map'));
  writeFileSync(join(dir, 'c.p'), encodeBus(returnOf(jidOf(1))));
  writeFileSync(join(dir, 'd.p.new'), 'half');
  await using outbox = make();
  outbox.flush();
  await settle();
  assert.deepEqual([files(), sent.length, outbox.size], [['a.p.unreadable', 'b.p.unreadable'], 1, 0]);
  assert.equal(log.lines.filter(({ level }) => level === 'error').length, 2);
});

test('a return that cannot be kept is still sent', async () => {
  const { make, dir, log, sent } = bench();
  await using outbox = make();
  rmSync(dir, { recursive: true });
  outbox.put(returnOf(jidOf(1)));
  await settle();
  assert.equal(sent.length, 1);
  assert.match(log.lines[0]?.text ?? '', /cannot be kept on disk/);
});

test('of too many the oldest are given up, with a line for each', async () => {
  const { make, state, log, dir, files } = bench();
  state.isUp = false;
  mkdirSync(dir);
  for (let at = 0; at < 10_002; at += 1) writeFileSync(join(dir, `${String(at).padStart(6, '0')}.p`), '');
  await using outbox = make();
  assert.deepEqual([outbox.size, log.lines.length, files()[0]], [10_000, 2, '000002.p']);
});
