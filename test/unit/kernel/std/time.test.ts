import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asctime, jidToTime, newJid, stampNow } from '../../../../src/kernel/std/time.js';

test('newJid() gives 20 digits of now, each id once and in order', () => {
  const ids = Array.from({ length: 2000 }, () => newJid());
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual([...ids].sort(), ids);
  assert.match(ids[0] ?? '', /^\d{20}$/);
  const [, year, month, day, hour, minute, second] = /^(\d{4})(..)(..)(..)(..)(..)/.exec(ids[0] ?? '') ?? [];
  const then = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  assert.ok(Math.abs(Date.now() - then) < 3000);
});

test('stampNow() has microseconds and the zone', () => {
  assert.match(stampNow(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
});

test('newJid() follows a clock that is set, as after the machine slept', () => {
  newJid();
  const realNow = Date.now;
  Date.now = () => Date.UTC(2040, 0, 2, 3, 4, 5, 678);
  try {
    assert.match(newJid(), /^20400102030405678/);
    assert.match(stampNow(), /^2040-01-02T03:04:05\.678/);
  } finally {
    Date.now = realNow;
  }
  assert.ok(newJid().startsWith(String(new Date().getUTCFullYear())), 'and goes back with it');
});

test('asctime() pads the day with a space', () => {
  assert.equal(asctime(new Date(2026, 0, 1, 0, 0, 0)), 'Thu Jan  1 00:00:00 2026');
  assert.equal(asctime(new Date(2026, 10, 21, 13, 4, 5)), 'Sat Nov 21 13:04:05 2026');
});

const jids = [
  ['20260102030405000006', '2026, Jan 02 03:04:05.000006'],
  ['20260102030405000006_4711', '2026, Jan 02 03:04:05.000006'],
  ['202601020304050000067', ''],
  ['20260102030405000006_', ''],
  ['req', ''],
  ['', ''],
] as const;
for (const [jid, wanted] of jids) {
  test(`jidToTime() of '${jid}' is '${wanted}'`, () => assert.equal(jidToTime(jid), wanted));
}
