import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEntry, type EntryFacts } from '../../../../src/automation/schedule/entry.js';
import { Plan, type Moment } from '../../../../src/automation/schedule/plan.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

/** 2026-11-21 12:00:00 on the wall. */
const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const facts: EntryFacts = { nowWall: NOON, whens: [] };

class Clocks {
  wall = NOON;
  steady = 1000;
  get now(): Moment {
    return { wall: this.wall, steady: this.steady };
  }
  pass(ms: number): void {
    this.wall += ms;
    this.steady += ms;
  }
}

function planned(data: PlainMap) {
  const clocks = new Clocks();
  const plan = new Plan(readEntry('job', { function: 'test.ping', ...data }, facts), clocks.now, ({ start }) => start);
  return { clocks, plan, runs: () => plan.take(clocks.now) !== undefined };
}

test('an interval runs at the start, then each time it is over', () => {
  const { clocks, runs, plan } = planned({ minutes: 1 });
  assert.equal(runs(), true);
  assert.equal(runs(), false);
  assert.equal(plan.waitMs(clocks.now), 60_000);
  clocks.pass(59_999);
  assert.equal(runs(), false);
  clocks.pass(1);
  assert.equal(runs(), true);
  assert.equal(runs(), false);
});

test('run_on_start: False waits for the first interval', () => {
  const { clocks, runs } = planned({ seconds: 5, run_on_start: false });
  assert.equal(runs(), false);
  clocks.pass(5000);
  assert.equal(runs(), true);
});

test('an interval does not heed the clock on the wall', () => {
  const { clocks, runs } = planned({ minutes: 10, run_on_start: false });
  clocks.wall += 5 * HOUR;
  assert.equal(runs(), false);
  clocks.wall -= 9 * HOUR;
  clocks.pass(600_000);
  assert.equal(runs(), true);
});

test('cron runs at its times, and once for what a clock set forward passed over', () => {
  const { clocks, runs, plan } = planned({ cron: '*/15 * * * *' });
  assert.equal(runs(), true, 'it is 12:00:00');
  assert.equal(plan.waitMs(clocks.now), 15 * 60_000);
  clocks.pass(15 * 60_000);
  assert.equal(runs(), true);
  clocks.wall += HOUR;
  assert.equal(runs(), true);
  assert.equal(runs(), false);
});

test('a clock set back an hour repeats nothing', () => {
  const { clocks, runs } = planned({ cron: '0 * * * *' });
  assert.equal(runs(), true);
  clocks.wall -= HOUR;
  clocks.pass(HOUR);
  assert.equal(runs(), false, '12:00 was done before the clock was set');
  clocks.pass(HOUR);
  assert.equal(runs(), true, '13:00');
});

test('a clock set back a day, or forward a day, is a correction', () => {
  const { clocks, runs } = planned({ cron: '0 * * * *' });
  assert.equal(runs(), true);
  clocks.wall -= 24 * HOUR;
  clocks.pass(HOUR);
  assert.equal(runs(), true);
  clocks.wall += 48 * HOUR + 60_000;
  assert.equal(runs(), false, 'what lies a day back is not made up for');
});

test('when: those of the past never, the others once each', () => {
  const { clocks, runs, plan } = planned({ when: ['2026-11-21 11:00', '2026-11-21 13:00', '2026-11-21 14:00'] });
  assert.equal(runs(), false);
  clocks.pass(HOUR);
  assert.equal(runs(), true);
  assert.equal(runs(), false);
  clocks.pass(HOUR);
  assert.equal(runs(), true);
  assert.equal(plan.waitMs(clocks.now), undefined);
});

test('once, and a postponed run beside an interval', () => {
  const once = planned({ once: '2026-11-21T12:00:10' });
  once.clocks.pass(10_000);
  assert.equal(once.runs(), true);
  assert.equal(once.plan.nextWall(once.clocks.now), undefined);
  const postponed = planned({ hours: 5, run_on_start: false, run_explicit: [{ time: '2026-11-21T12:30:00', time_fmt: '%Y-%m-%dT%H:%M:%S' }] });
  postponed.clocks.pass(HOUR / 2);
  assert.equal(postponed.runs(), true);
  assert.equal(postponed.plan.waitMs(postponed.clocks.now), 4.5 * HOUR);
});

test('splay moves the run, not the rhythm of what is on the wall', () => {
  const { clocks, runs } = planned({ cron: '0 * * * *', splay: { start: 20, end: 30 } });
  clocks.pass(1);
  assert.equal(runs(), false);
  clocks.pass(20_000);
  assert.equal(runs(), true);
  clocks.pass(HOUR - 20_001);
  assert.equal(runs(), false, '13:00:00');
  clocks.pass(20_000);
  assert.equal(runs(), true);
});
