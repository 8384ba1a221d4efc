import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { EventBus } from '../../../../src/bus/event/bus.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { JobStore } from '../../../../src/master/jobs/job-store.js';
import { Quarantine } from '../../../../src/master/jobs/quarantine.js';
import { keepingLog } from '../../../support/logs.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-quarantine-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;

function bench() {
  const jobs = new JobStore(join(root, `${(number += 1)}.db`));
  const bus = new EventBus((error) => assert.fail(error as Error));
  const events: PlainMap[] = [];
  bus.subscribe('tsalt/job/unsolicited', ({ data }) => void events.push(data));
  const log = keepingLog();
  const quarantine = new Quarantine({ jobs, bus, log });
  const take = (jid: string, id: string, value: string) =>
    quarantine.take({ jid, id, fun: 'test.ping', why: 'so', load: { jid, id, return: value }, atMs: 5 });
  return { jobs, events, log, quarantine, take, [Symbol.dispose]: () => jobs.close() };
}

test('what is put aside is kept, told and counted; texts of the sender are not in the log', async () => {
  using at = bench();
  await at.take('20260102030405000006', 'web1', 'one');
  await at.take('secret', 'web2', 'two');
  assert.deepEqual(at.jobs.quarantined().map(({ jid, id, load }) => [jid, id, load['return']]), [['secret', 'web2', 'two'], ['20260102030405000006', 'web1', 'one']]);
  assert.deepEqual(at.events.map(({ jid, id, why }) => [jid, id, why]), [['20260102030405000006', 'web1', 'so'], ['secret', 'web2', 'so']]);
  assert.deepEqual(at.log.lines.map(({ fields }) => fields['jid']), ['20260102030405000006', '[6 characters]']);
  await at.jobs.removeOlder(6);
  assert.deepEqual(at.jobs.quarantined(), []);
});

test('a value that is large is left out, and a minion gone wild is counted only', async () => {
  using at = bench();
  await at.take('1', 'web1', 'x'.repeat(100_000));
  assert.match(String(at.jobs.quarantined()[0]?.load['return']), /^left out/);
  for (let more = 0; more < 300; more += 1) await at.take('1', 'web1', 'x');
  await at.take('1', 'web2', 'other');
  assert.equal(at.quarantine.count, 302);
  assert.ok(at.jobs.quarantined().length < 150, String(at.jobs.quarantined().length));
  assert.equal(at.jobs.quarantined()[0]?.id, 'web2', 'others are still taken');
});
