import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EntryFault, readEntry } from '../../../../src/automation/schedule/entry.js';
import { mayRun } from '../../../../src/automation/schedule/gates.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';

const NOON = Date.UTC(2026, 10, 21, 12);
const read = (data: Value, more: PlainMap = {}) => readEntry('job', data, { nowWall: NOON, whens: [{ tea: '4:00pm' }], ...more });
const of = (data: PlainMap) => read({ function: 'test.ping', seconds: 5, ...data });

test('intervals add up', () => {
  assert.deepEqual(read({ function: 'a.b', days: 1, hours: 1, minutes: 1, seconds: '1' }).timing, { kind: 'every', ms: 90_061_000 });
});

test('times may be named in pillar or grains', () => {
  assert.deepEqual(read({ function: 'a.b', when: ['tea', '3:00pm'] }).timing, { kind: 'at', walls: [Date.UTC(2026, 10, 21, 15), Date.UTC(2026, 10, 21, 16)] });
});

test('what is not said has the values of Salt', () => {
  const entry = of({});
  assert.deepEqual([entry.maxRunning, entry.isCounted, entry.isEnabled, entry.returnJob, entry.runOnStart, entry.splay, entry.returners], [1, true, true, 'store', true, undefined, []]);
  assert.equal(read({ function: 'a.b', cron: '* * * * *' }).runOnStart, false);
  assert.equal(of({ return_job: 'nocache' }).returnJob, 'tell');
  assert.equal(of({ return_job: false }).returnJob, 'keep quiet');
  assert.deepEqual(of({ returner: 'a,b' }).returners, ['a', 'b']);
  assert.deepEqual(of({ splay: 10 }).splay, { start: 1, end: 10 });
  assert.deepEqual(read({ func: 'a.b', seconds: 1 }, { splay: 7 }).splay, { start: 1, end: 7 });
});

// Source of the sentences: read, Salt 3008.3.
const faults: readonly [Value, RegExp][] = [
  [5, /^Scheduled job "job" should have a dict value, not 5$/],
  [{ seconds: 5 }, /names no function/],
  [{ function: 'a.b' }, /says no time/],
  [{ function: 'a.b', when: '1:00', cron: '* * * * *' }, /^Unable to use "when", "cron", "once" options together\. Ignoring\.$/],
  [{ function: 'a.b', when: '1:00', seconds: 5 }, /^Unable to use "seconds", "minutes", "hours", "days" with/],
  [{ function: 'a.b', when: 'soon' }, /^Invalid date string soon\. Ignoring job job\.$/],
  [{ function: 'a.b', cron: 'x' }, /^Invalid cron string\. Ignoring job job\.$/],
  [{ function: 'a.b', once: 'x' }, /^Date string could not be parsed: x, %Y-%m-%dT%H:%M:%S\. Ignoring job job\.$/],
  [{ function: 'a.b', seconds: 0 }, /longer than nothing/],
  [{ function: 'a.b', seconds: 'many' }, /seconds is no number: many/],
  [{ function: 'a.b', seconds: 5, range: 5 }, /range must be specified as a dictionary/],
  [{ function: 'a.b', seconds: 5, range: { start: '8:00', end: 'x' } }, /^Invalid date string for end\. Ignoring job job\.$/],
  [{ function: 'a.b', seconds: 5, skip_during_range: { start: 'x', end: '9:00' } }, /^Invalid date string for start in skip_during_range/],
  [{ function: 'a.b', seconds: 5, range: { start: '9:00', end: '8:00' } }, /Invalid range, end must be larger than start/],
  [{ function: 'a.b', seconds: 5, splay: { start: 5, end: 1 } }, /Invalid Splay, end must be larger than start/],
  [{ function: 'a.b', seconds: 5, until: 'x' }, /^Invalid date string x/],
];
for (const [data, pattern] of faults) {
  test(`refused: ${JSON.stringify(data)}`, () => assert.throws(() => read(data), (error: unknown) => error instanceof EntryFault && pattern.test(error.message)));
}

const at = (hours: number): number => Date.UTC(2026, 10, 21, 0) + hours * 3_600_000;
const verdict = (data: PlainMap, hours: number, skipFunction?: string): unknown => {
  const made = mayRun(of(data), at(hours), { skipFunction, lookMs: 1000 });
  return made.runs ? made.fun : made.why;
};

test('ranges, inverted ranges, and what runs in place of a job', () => {
  const day = { range: { start: '8:00', end: '17:00' } };
  assert.deepEqual([7, 8, 17, 18].map((hour) => verdict(day, hour)), ['not_in_range', 'test.ping', 'test.ping', 'not_in_range']);
  assert.equal(verdict(day, 7, 'test.skipped'), 'test.skipped');
  const night = { range: { start: '8:00', end: '17:00', invert: true } };
  assert.deepEqual([7, 12, 17].map((hour) => verdict(night, hour)), ['test.ping', 'in_skip_range', 'test.ping']);
  const pause = { skip_during_range: { start: '12:00', end: '13:00' } };
  assert.deepEqual([11, 12.5, 14].map((hour) => verdict(pause, hour)), ['test.ping', 'in_skip_range', 'test.ping']);
  assert.equal(verdict(pause, 12.5, 'test.skipped'), 'test.skipped');
});

test('single times to skip, the first and the last time', () => {
  const skip = { skip_explicit: [{ time: '2026-11-21T12:00:00', time_fmt: '%Y-%m-%dT%H:%M:%S' }] };
  assert.deepEqual([11, 12, 12.1].map((hour) => verdict(skip, hour)), ['test.ping', 'skip_explicit', 'test.ping']);
  assert.deepEqual([11, 13].map((hour) => verdict({ until: '12:00' }, hour)), ['test.ping', 'until_passed']);
  assert.deepEqual([11, 13].map((hour) => verdict({ after: '12:00' }, hour)), ['after_not_passed', 'test.ping']);
});

test('run_after_skip_range adds a run behind the range', () => {
  assert.deepEqual(of({ skip_during_range: { start: '12:00', end: '13:00' }, run_after_skip_range: true }).runAt, [at(13) + 1000]);
});
