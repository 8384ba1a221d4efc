/** The checker itself: a clean history passes, and each planted violation is found. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { checkHistory } from '../support/faults/check-history.js';
import { History, markingJob, uptimeSeconds, valueOf, type Fact, type Happening } from '../support/faults/history.js';

const dir = mkdtempSync(join(tmpdir(), 'ts-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const jid = '20260102030405678901';
const id = 'web1';
const part = { jid, id };
const text = valueOf(jid, id);

/** One part that went well, each step one second after the other. */
const CLEAN: readonly Happening[] = [
  { what: 'asked', jid, minions: [id] },
  { what: 'published', jid, minions: [id] },
  { what: 'record', ...part, state: 'published' },
  { what: 'record', ...part, state: 'received' },
  { what: 'started', ...part },
  { what: 'record', ...part, state: 'running' },
  { what: 'done', ...part },
  { what: 'event', ...part, life: 1 },
  { what: 'acknowledged', ...part },
  { what: 'record', ...part, state: 'returned' },
  { what: 'shown', ...part, success: true, text },
  { what: 'stored', ...part, success: true, text },
];

const timed = (happenings: readonly Happening[]): Fact[] => happenings.map((happening, at) => ({ ...happening, at }));
const without = (...kinds: readonly Happening['what'][]): Happening[] => CLEAN.filter(({ what }) => !kinds.includes(what));
const withOne = (happening: Happening): Happening[] => [...CLEAN, happening];
const replaced = (what: Happening['what'], by: Happening): Happening[] => CLEAN.map((happening) => (happening.what === what ? by : happening));
const moved = (what: Happening['what']): Happening[] => [...CLEAN.filter((happening) => happening.what === what), ...without(what)];
const AFTER_START: readonly Happening['what'][] = ['done', 'event', 'acknowledged', 'record', 'shown', 'stored'];

const FINE: Readonly<Record<string, readonly Happening[]>> = {
  'a part that went well': CLEAN,
  'nothing at all': [],
  'asked, and the master died before it said anything': CLEAN.slice(0, 1),
  'never started, and who asked was told': [...CLEAN.slice(0, 2), { what: 'missing', ...part }],
  'never started, and the record says so': [...CLEAN.slice(0, 3), { what: 'record', ...part, state: 'not_connected' }],
  'taken for lost, and turned up': [...CLEAN.slice(0, 3), { what: 'record', ...part, state: 'lost' }, ...without('asked', 'published', 'record'), { what: 'record', ...part, state: 'returned' }],
  'the minion died in the job, and said so in its next life': [
    ...CLEAN.slice(0, 5), { what: 'died', id }, { what: 'stored', ...part, success: false, text: 'interrupted' },
  ],
  'the minion died in the job and never said a word; who asked was told': [...CLEAN.slice(0, 5), { what: 'died', id }, { what: 'missing', ...part }],
  'an event in each of two lives of the master': withOne({ what: 'event', ...part, life: 2 }),
};

const BROKEN: Readonly<Record<string, readonly [readonly Happening[], RegExp]>> = {
  'a return is lost': [without('event', 'acknowledged', 'shown', 'stored', 'record'), /done, and not stored/],
  'an acknowledged return is lost': [without('event', 'shown', 'stored', 'record'), /acknowledged, and not stored/],
  'a shown answer is lost': [without('event', 'acknowledged', 'stored'), /shown, and not stored/],
  'an event of a return that is lost': [without('acknowledged', 'shown', 'stored'), /event, and not stored/],
  'a job that hangs for ever': [without(...AFTER_START), /started on a minion that lives, and not stored/],
  'a part of which nobody says anything': [CLEAN.slice(0, 2), /nobody says what became of it/],
  'a part whose record stands still': [CLEAN.slice(0, 3), /nobody says what became of it/],
  'a part that died with its minion, unsaid': [[...CLEAN.slice(0, 5), { what: 'died', id }], /nobody says what became of it/],
  'a minion that died before the job is no excuse': [[{ what: 'died', id }, ...without(...AFTER_START)], /started on a minion that lives/],
  'a job that starts twice': [withOne({ what: 'started', ...part }), /started 2 times/],
  'a job that is done twice': [withOne({ what: 'done', ...part }), /done 2 times/],
  'an answer that is shown twice': [withOne({ what: 'shown', ...part, success: true, text }), /shown 2 times/],
  'a return that is stored twice': [withOne({ what: 'stored', ...part, success: true, text }), /stored 2 times/],
  'two events in one life': [withOne({ what: 'event', ...part, life: 1 }), /2 times in one life/],
  'an answer of another minion': [replaced('stored', { what: 'stored', ...part, success: true, text: valueOf(jid, 'web2') }), /stored with the answer of another/],
  'an answer of another job': [replaced('shown', { what: 'shown', ...part, success: true, text: valueOf('20260102030405678902', id) }), /shown with the answer of another/],
  'a success that nobody did': [without('done'), /stored as a success, and never done/],
  'a failure of what was done': [replaced('stored', { what: 'stored', ...part, success: false, text: 'no' }), /done, and stored as a failure/],
  'a job that nobody asked for': [without('asked', 'published'), /nobody asked for it/],
  'a job that ran although it was refused': [[...CLEAN, { what: 'not_published', jid, why: 'full' }], /it is not published, and it ran/],
  'started before it was asked for': [moved('started'), /started at 0, before asked/],
  'done before it started': [moved('done'), /before|done at/],
  'an event before it was done': [moved('event'), /before|event at/],
  'shown before it was done': [moved('shown'), /shown before it was done/],
  'a record that goes back': [withOne({ what: 'record', ...part, state: 'running' }), /the record went from returned to running/],
  'a record that changes its mind': [withOne({ what: 'record', ...part, state: 'failed' }), /the record went from returned to failed/],
  'a record with a word of its own': [withOne({ what: 'record', ...part, state: 'maybe' }), /unknown state: maybe/],
};

for (const [name, happenings] of Object.entries(FINE)) {
  void test(`kept: ${name}`, () => assert.deepEqual(checkHistory(timed(happenings)), []));
}
for (const [name, [happenings, says]] of Object.entries(BROKEN)) {
  void test(`broken: ${name}`, () => {
    const found = checkHistory(timed(happenings));
    assert.ok(found.some((sentence) => says.test(sentence)), `not found: ${JSON.stringify(found)}`);
  });
}

void test('a job writes its own start and end, and gives the value that is expected', () => {
  const marks = join(dir, 'marks');
  const before = uptimeSeconds();
  const ran = spawnSync('/bin/sh', ['-c', markingJob(jid, 0.1)], { encoding: 'utf8', env: { ...process.env, FAULTS_MARKS: marks, FAULTS_ID: id } });
  assert.equal(ran.stdout, `${text}\n`);
  appendFileSync(marks, `${jid} star`);
  const history = new History(join(dir, 'h1'));
  history.takeMarks(marks, id);
  assert.deepEqual(history.facts.map(({ what }) => what), ['started', 'done']);
  assert.ok(history.facts.every(({ at }) => at >= before - 0.05 && at < before + 30));
  // Half a line waits for its other half.
  appendFileSync(marks, `ted ${before}\n`);
  history.takeMarks(marks, id);
  assert.equal(history.count('started'), 2);
  writeFileSync(marks, `${'x'.repeat(200)}\nnonsense\n`);
  assert.throws(() => new History(join(dir, 'h2')).takeMarks(marks, id), /no job writes/);
});
