import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Happening, HappeningTree } from '../../../../src/kernel/contract/happening.js';
import { causeOf, Trace } from '../../../../src/master/trace/trace.js';
import { silentLog } from '../../../support/logs.js';

const dir = mkdtempSync(join(tmpdir(), 'trace-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const open = (name: string): Trace => new Trace({ path: join(dir, name), log: silentLog, onFull: () => assert.fail('full') });
const noted = (id: string, kind: Happening['kind'], cause?: string, atMs = 1): Happening => ({ id, kind, what: `what ${id}`, atMs, cause });
const shape = ({ id, led }: HappeningTree): unknown => [id, led.map(shape)];

test('the tree begins with the first cause, whichever of its happenings is asked for', async () => {
  await using trace = open('tree.db');
  trace.note(noted('e1', 'event'));
  trace.note(noted('r1', 'reaction', 'e1'));
  trace.note(noted('r2', 'reaction', 'e1', 2));
  trace.note(noted('j1', 'job', 'r1'));
  const whole = ['e1', [['r1', [['j1', []]]], ['r2', []]]];
  for (const id of ['e1', 'r2', 'j1']) assert.deepEqual(shape(await trace.tree(id) ?? assert.fail(id)), whole);
  assert.equal(await trace.tree('nobody'), undefined);
});

test('it is there after a restart, and goes with its time', async () => {
  {
    await using trace = open('kept.db');
    trace.note(noted('old', 'job', undefined, 10));
    trace.note(noted('new', 'job', 'gone', 20));
  }
  await using trace = open('kept.db');
  assert.deepEqual(shape(await trace.tree('old') ?? assert.fail('old')), ['old', []]);
  assert.equal(await trace.removeOlder(15), 1);
  assert.equal(await trace.tree('old'), undefined);
  assert.deepEqual(shape(await trace.tree('new') ?? assert.fail('new')), ['new', []]);
});

test('a circle of causes, which only forged ids could make, has an end', async () => {
  await using trace = open('circle.db');
  trace.note(noted('a', 'job', 'b'));
  trace.note(noted('b', 'job', 'a'));
  assert.notEqual(await trace.tree('a'), undefined);
});

test('the depth counts reactions, not what lies between them', async () => {
  await using trace = open('depth.db');
  trace.note(noted('e1', 'event'));
  trace.note(noted('r1', 'reaction', 'e1'));
  trace.note(noted('j1', 'job', 'r1'));
  trace.note(noted('e2', 'event', 'j1'));
  trace.note(noted('r2', 'reaction', 'e2'));
  assert.deepEqual(['e1', 'r1', 'j1', 'e2', 'r2', 'nobody', undefined].map((id) => trace.depth(id)), [0, 1, 1, 1, 2, 0, 0]);
});

test('an event belongs to what its sender says, else to the job in its tag', () => {
  const of = (tag: string, cause?: string) => causeOf({ tag, data: {}, cause });
  assert.equal(of('salt/job/20260101000000000001/ret/web1'), '20260101000000000001');
  assert.equal(of('salt/run/20260101000000000001/new'), '20260101000000000001');
  assert.equal(of('my/tag', '1'), '1');
  assert.equal(of('salt/job/1/ret/web1', '2'), '2');
  assert.equal(of('my/tag'), undefined);
  assert.equal(of('salt/minion/web1/start'), undefined);
});
