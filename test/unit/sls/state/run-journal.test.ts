import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { reportUnfinished, RunJournal, takeReport } from '../../../../src/sls/state/run/run-journal.js';
import { listeningLog } from '../../../support/module-host.js';

const JID = '20260101120000000001';
let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'run-journal-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const low = (id: string) => ({ state: 'test', fun: 'nop', __id__: id, name: id, __sls__: 'web' });

/** A run that is cut short while `c` runs and waits for something. */
async function cutShort(): Promise<void> {
  const journal = RunJournal.begin(cache, JID, [low('a'), low('b'), low('c'), low('d')], listeningLog());
  journal?.begins(low('a'));
  journal?.ended(low('a'), { result: true });
  journal?.begins(low('b'));
  journal?.ended(low('b'), { result: false });
  journal?.begins(low('c'));
  await setImmediate();
}

test('takeReport() says what a run had done, once', async () => {
  await cutShort();
  assert.equal(takeReport(cache, JID), '2 of 4 states ran; done: web: a; failed: web: b; cut short: test_|-c_|-c_|-nop');
  assert.equal(takeReport(cache, JID), undefined);
});

test('a run that ended leaves nothing', () => {
  const journal = RunJournal.begin(cache, JID, [low('a')], listeningLog());
  assert.ok(existsSync(join(cache, 'state_runs', JID)));
  journal?.close();
  assert.equal(existsSync(join(cache, 'state_runs', JID)), false);
});

test('a last line that the crash cut in half is left out', async () => {
  await cutShort();
  const path = join(cache, 'state_runs', JID);
  writeFileSync(path, `${readFileSync(path, 'utf8')}["ended","web: c`);
  assert.match(takeReport(cache, JID) ?? '', /^2 of 4 states ran/);
});

test('runs of processes that are gone are told in the log, those that live are not', async () => {
  await cutShort();
  const log = listeningLog();
  reportUnfinished(cache, log);
  assert.deepEqual(log.lines, []);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(join(cache, 'state_runs'), { recursive: true });
  writeFileSync(join(cache, 'state_runs', '20260101120000000002'), `{"pid":${gone},"of":3}\n["ended","web: x",true]\n`);
  reportUnfinished(cache, log);
  assert.deepEqual(log.lines.map(({ text }) => text), ['A state run ended before it was done: 1 of 3 states ran; done: web: x']);
});

test('a name that is no job id is nothing to report', () => assert.equal(takeReport(cache, '../x/y'), undefined));

test('states that wait for nothing are on disk a few dozen at a time', () => {
  const journal = RunJournal.begin(cache, JID, [], listeningLog());
  for (let at = 0; at < 100; at += 1) journal?.ended(low(`s${at}`), { result: true });
  assert.match(takeReport(cache, JID) ?? '', /^64 of 0 states ran/);
  journal?.close();
});
