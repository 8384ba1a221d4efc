import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDate, readDateBy, unixOf, wallOf } from '../../../../src/kernel/std/date-text.js';

/** A Saturday. */
const NOW = Date.UTC(2026, 10, 21, 12, 30, 15);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19));

// Source: observed, dateutil 2.9 `parser.parse` with that moment as default.
const read: readonly [string, string | undefined][] = [
  ['2026-11-22T05:00:00', '2026-11-22T05:00:00'], ['2026-11-22 05:00', '2026-11-22T05:00:00'], ['20261122', '2026-11-22T00:00:00'],
  ['11/22/2026 3:04pm', '2026-11-22T15:04:00'], ['November 22, 2026 12:00am', '2026-11-22T00:00:00'], ['22 Nov 2026 12:00pm', '2026-11-22T12:00:00'],
  ['5:00pm', '2026-11-21T17:00:00'], ['5pm', '2026-11-21T17:00:00'], ['17:00:07.5', '2026-11-21T17:00:07'],
  ['Monday 5:00pm', '2026-11-23T17:00:00'], ['Saturday 3:00am', '2026-11-21T03:00:00'], ['Fri 10:00', '2026-11-27T10:00:00'], ['tuesday', '2026-11-24T00:00:00'],
  ['', undefined], ['soon', undefined], ['2026-02-31', undefined], ['25:00', undefined], ['13:00pm', undefined], ['10:61', undefined],
];
for (const [text, wanted] of read) test(`readDate() reads '${text}'`, () => assert.equal(iso(readDate(text, NOW)), wanted));

const byFormat: readonly [string, string, string | undefined][] = [
  ['2026-11-22T05:06:07', '%Y-%m-%dT%H:%M:%S', '2026-11-22T05:06:07'], ['22.11.26 5:06 PM', '%d.%m.%y %I:%M %p', '2026-11-22T17:06:00'],
  ['12:00 am', '%I:%M %p', '1900-01-01T00:00:00'], ['Nov 22 2026', '%b %d %Y', '2026-11-22T00:00:00'], ['100%', '100%%', '1900-01-01T00:00:00'],
  ['2026-11-22', '%Y-%m-%dT%H:%M:%S', undefined], ['2026-02-31', '%Y-%m-%d', undefined], ['x', '%Q', undefined], ['(5)', '(%d)', '1900-01-05T00:00:00'],
];
for (const [text, format, wanted] of byFormat) test(`readDateBy() reads '${text}' by '${format}'`, () => assert.equal(iso(readDateBy(text, format)), wanted));

test('the wall of this machine and back', () => {
  for (const unix of [0, NOW, Date.UTC(2026, 6, 1)]) assert.equal(unixOf(wallOf(unix)), unix);
});
