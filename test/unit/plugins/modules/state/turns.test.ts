/** One state run at a time: in this process, and beside others. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { decodeBus, encodeBus } from '../../../../../src/bus/codec/codec.js';
import type { Context } from '../../../../../src/kernel/contract/context.js';
import { deferred } from '../../../../../src/kernel/std/async.js';
import type { PlainMap } from '../../../../../src/kernel/std/value.js';
import { createSys } from '../../../../../src/kernel/sys/sys.js';
import { inTurn } from '../../../../../src/plugins/modules/state/turns.js';
import { neverAborted, testHost } from '../../../../support/module-host.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'state-turns-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

async function contextOf(jid: string): Promise<Context> {
  const host = await testHost({ sys: createSys(), opts: { cachedir: cache }, ports: { pack: { pack: encodeBus, unpack: decodeBus } } });
  return host.context('state', { signal: neverAborted(), job: { jid, fun: 'state.apply' } });
}

const run = async (jid: string, work: () => Promise<string>, more: { queue?: boolean | number; kwargs?: PlainMap } = {}) =>
  inTurn('state.apply', { queue: more.queue ?? null, kwargs: more.kwargs ?? {} }, await contextOf(jid), work);

const FIRST = '20260101120000000001';
const SECOND = '20260101120000000002';
const THIRD = '20260101120000000003';

test('a second run is refused and told who is at it', async () => {
  const held = deferred<string>();
  const first = run(FIRST, () => held.promise);
  while (!existsSync(join(cache, 'proc', FIRST))) await new Promise(setImmediate);
  assert.deepEqual(await run(SECOND, async () => 'ran'), [
    `The function "state.apply" is running as PID ${process.pid} and was started at 2026, Jan 01 12:00:00.000001 with jid ${FIRST}`,
  ]);
  assert.equal(await run(SECOND, async () => 'ran', { kwargs: { concurrent: true } }), 'ran');
  held.resolve('done');
  assert.equal(await first, 'done');
  assert.equal(await run(SECOND, async () => 'ran'), 'ran');
  assert.deepEqual(readdirSync(join(cache, 'proc')), []);
});

test('queued runs go in the order of their jobs', async () => {
  const held = deferred<string>();
  const order: string[] = [];
  const first = run(FIRST, () => held.promise);
  while (!existsSync(join(cache, 'proc', FIRST))) await new Promise(setImmediate);
  const third = run(THIRD, async () => { order.push('third'); return 'third'; }, { queue: true });
  while (!existsSync(join(cache, 'state_queue', THIRD))) await new Promise(setImmediate);
  const second = run(SECOND, async () => { order.push('second'); return 'second'; }, { queue: true });
  while (!existsSync(join(cache, 'state_queue', SECOND))) await new Promise(setImmediate);
  held.resolve('done');
  await Promise.all([first, second, third]);
  assert.deepEqual(order, ['second', 'third']);
});

test('a run that fails gives its turn back', async () => {
  await assert.rejects(run(FIRST, async () => { throw new Error('broken'); }), /broken/);
  assert.equal(await run(SECOND, async () => 'ran'), 'ran');
});

test('a state that applies states belongs to the run that called it', async () => {
  assert.equal(await run(FIRST, () => run(FIRST, async () => 'inner') as Promise<string>), 'inner');
});

test('marks of processes that are gone, and of earlier ones of the same number, do not count', async () => {
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  try {
    mkdirSync(join(cache, 'proc'), { recursive: true });
    const mark = (name: string, more: PlainMap): void => writeFileSync(join(cache, 'proc', name), encodeBus({ fun: 'state.apply', jid: name, ...more }));
    mark('20260101110000000001', { pid: 2 ** 22 - 1 });
    mark('20260101110000000002', { pid: process.pid });
    mark('20260101110000000003', { pid: other.pid ?? 0, started: '1' });
    writeFileSync(join(cache, 'proc', '20260101110000000004'), 'no msgpack \xff');
    assert.equal(await run(FIRST, async () => 'ran'), 'ran');
    mark('20260101110000000005', { pid: other.pid ?? 0 });
    assert.match(String(await run(SECOND, async () => 'ran')), /with jid 20260101110000000005/);
  } finally {
    other.kill('SIGKILL');
  }
});
