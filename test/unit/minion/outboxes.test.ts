import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import type { MasterAddress } from '../../../src/minion/connection/masters.js';
import { Outboxes } from '../../../src/minion/outboxes.js';
import { keepingLog } from '../../support/logs.js';

const a = { host: 'a', requestPort: 1 };
const b = { host: 'b', requestPort: 2 };
const ret = (jid: string): PlainMap => ({ cmd: '_return', jid, return: true });
const FIRST = '20260101000000000001';
const SECOND = '20260101000000000002';
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'out-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const waiting = (folder = ''): number => readdirSync(join(dir, folder)).filter((name) => name.endsWith('.p')).length;
const open = (masters: readonly MasterAddress[], send: (master: MasterAddress, load: PlainMap) => Promise<void>) => {
  const log = keepingLog();
  return { lines: log.lines, boxes: new Outboxes({ dir, masters, log, send }) };
};
const away = (): Promise<void> => Promise.reject(new Error('away'));

test('a return goes to its master only, and waits for it alone', async () => {
  const sent: string[] = [];
  const { boxes } = open([a, b], (master, load) => {
    if (master.host === 'b') return away();
    sent.push(`${master.host} ${String(load['jid'])}`);
    return Promise.resolve();
  });
  boxes.of(a).put(ret(FIRST));
  boxes.of(b).put(ret(SECOND));
  await boxes[Symbol.asyncDispose]();
  assert.deepEqual(sent, [`a ${FIRST}`]);
  assert.equal(waiting('a_1'), 0);
  assert.equal(waiting('b_2'), 1);
});

test('what an only master left is inherited by the first of several, and back', async () => {
  const single = open([a], away).boxes;
  single.of(a).put(ret(FIRST));
  await single[Symbol.asyncDispose]();
  assert.equal(waiting(), 1);
  const several = open([a, b], away).boxes;
  assert.equal(several.of(a).size, 1);
  assert.equal(several.of(b).size, 0);
  await several[Symbol.asyncDispose]();
  assert.equal(waiting('a_1'), 1);
  const again = open([a], away).boxes;
  assert.equal(again.of(a).size, 1);
  await again[Symbol.asyncDispose]();
  assert.equal(waiting(), 1);
});

test('returns for a master that left the configuration are kept and told', async () => {
  const before = open([a, b], away).boxes;
  before.of(b).put(ret(SECOND));
  await before[Symbol.asyncDispose]();
  const { boxes, lines } = open([a], away);
  await boxes[Symbol.asyncDispose]();
  assert.equal(waiting('b_2'), 1);
  assert.match(JSON.stringify(lines), /b_2/);
  assert.throws(() => boxes.of(b), RangeError);
});
