import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodeBus } from '../../../../src/bus/codec/codec.js';
import { returnWord } from '../../../../src/bus/wire/return-words.js';
import type { Jid } from '../../../../src/kernel/contract/job.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { reportInterrupted } from '../../../../src/minion/job/interrupted.js';
import { JobJournal } from '../../../../src/minion/job/journal.js';
import { isOtherProcess, ProcMarks } from '../../../../src/minion/job/proc-marks.js';
import { keepingLog, silentLog } from '../../../support/logs.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-journal-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;
const newPath = (): string => join(root, `${(number += 1)}`, 'jobs.journal');
const job = (jid: string, fun: string | string[] = 'test.sleep') => ({ jid: jid as Jid, fun, user: 'root', master: 'm_4506', arg: ['secret'] });

test('after a crash the open jobs and the last ids are known; the file is for the minion alone and has no arguments', () => {
  const path = newPath();
  const journal = new JobJournal(path, 3, silentLog);
  for (const jid of ['1', '2', '3', '4']) journal.took(job(jid, jid === '3' ? ['a.b', 'c.d'] : 'test.sleep'));
  for (const jid of ['1', '2', '4']) journal.ended(jid);
  appendFileSync(path, '["+","5","tes');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(path, 'utf8'), /secret/);

  const again = new JobJournal(path, 3, silentLog);
  assert.deepEqual(again.interrupted, [{ jid: '3', fun: ['a.b', 'c.d'], user: 'root', master: 'm_4506' }]);
  assert.deepEqual(again.recent().sort(), ['1', '2', '3', '4'], 'the last three, and the open one');
  again.ended('3');
  assert.deepEqual(new JobJournal(path, 3, silentLog).interrupted, []);
});

test('the file stays small', () => {
  const path = newPath();
  using journal = new JobJournal(path, 10, silentLog);
  journal.took(job('first'));
  for (let at = 0; at < 6000; at += 1) {
    journal.took(job(`${at}`));
    journal.ended(`${at}`);
  }
  assert.ok(statSync(path).size < 400_000);
  using again = new JobJournal(path, 10, silentLog);
  assert.deepEqual(again.interrupted.map(({ jid }) => jid), ['first'], 'an open job is never forgotten');
});

test('lines of others are left out, and a journal that cannot be written is an error in the log', () => {
  const path = newPath();
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '{}\nno json\n["+","../../etc","f","u"]\n["+","7",5,6]\n');
  assert.deepEqual(new JobJournal(path, 9, silentLog).interrupted, [{ jid: '7', fun: '', user: '', master: '' }]);
  const log = keepingLog();
  mkdirSync(`${path}.new`);
  new JobJournal(path, 9, log).took(job('1'));
  assert.deepEqual(log.lines.map(({ level }) => level), ['error']);
});

test('an interrupted job is reported as an error, once, unless its return waits already', () => {
  const put: PlainMap[] = [];
  const ended: string[] = [];
  const journal = { interrupted: [job('1'), job('2')], ended: (jid: string) => void ended.push(jid) };
  reportInterrupted(journal, 'web1', () => ({ has: (jid) => jid === '2', put: (load) => void put.push(load) }), silentLog);
  assert.deepEqual(ended, ['1', '2']);
  assert.equal(put.length, 1);
  const [load = {}] = put;
  assert.deepEqual([load['jid'], load['retcode'], load['success'], load['fun'], load['fun_args'], returnWord(load)], ['1', 1, false, 'test.sleep', [], { kind: 'interrupted' }]);
});

test('marks of running jobs come and go; those of dead processes are cleaned away, others stay', () => {
  const dir = join(root, 'proc');
  const marks = new ProcMarks(dir, silentLog);
  marks.write('20260102030405000006', { pid: process.pid, fun: 'test.sleep' });
  assert.equal(statSync(join(dir, '20260102030405000006')).mode & 0o777, 0o600);
  marks.remove('20260102030405000006');
  assert.equal(existsSync(join(dir, '20260102030405000006')), false);
  for (const [name, content] of [['1', encodeBus({ pid: 4_194_305 })], ['2', encodeBus({ pid: 1 })], ['3', 'torn'], ['4', encodeBus({ pid: process.pid })]] as const) {
    writeFileSync(join(dir, name), content);
  }
  marks.clean(isOtherProcess);
  assert.deepEqual(['1', '2', '3', '4'].filter((name) => existsSync(join(dir, name))), ['2']);
});
