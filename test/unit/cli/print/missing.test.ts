import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingFacts, missingOf, missingText } from '../../../../src/cli/print/missing.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

const NOW = 1_000_000_000;
const LATER = 'The minions may not have all finished running and any remaining minions will return upon completion. '
  + 'To look up the return data for this job later, run the following command:\n\ntsalt-run jobs.lookup_jid 1';
const SILENT = `Minion did not return. [No response]\n${LATER}`;
const text = (why: string, record: PlainMap = {}): string => missingText(missingOf({ kind: 'missing', id: 'web1', why, record }), '1', NOW);

test('of pure silence, and of a minion that does not know the job, Salt\'s text is left as it is', () => {
  assert.equal(text('no_response', { state: 'published', at_ms: NOW }), SILENT);
  assert.equal(text('no_response'), SILENT);
  assert.equal(text('not_running', { state: 'lost', at_ms: NOW, why: 'it does not work on the job' }), SILENT);
  assert.equal(text('not_connected', { state: 'not_connected', at_ms: NOW }), 'Minion did not return. [Not connected]');
});

const heard = { heard_ms: NOW - 5000, since_ms: NOW - 45_000, pid: 123 };
const CASES: readonly (readonly [string, PlainMap, RegExp])[] = [
  ['not_connected', { state: 'not_connected', gone_since_ms: NOW - 600_000 }, /^Minion did not return\. \[Not connected\]\nIt is not connected since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(10 minutes\)\.$/],
  ['not_connected', { state: 'lost', gone_since_ms: NOW - 7000, ...heard },
    /^.*\[Not connected\]\nThe connection was lost during the job, 7 s ago; before, it was running the job for 40 s as PID 123 when it was last heard, 5 s ago\.$/],
  ['no_response', { state: 'running', ...heard }, /^.*\[No response\]\nIt does not answer now; it was running the job for 40 s as PID 123 when it was last heard, 5 s ago\.\nThe minions/],
  ['no_response', { state: 'running', heard_ms: NOW - 5000, pid: 9 }, /it was running the job as PID 9 when/],
  ['no_response', { state: 'received', received_ms: NOW - 3000 }, /\nIt received the job 3 s ago and has not said that it began\.\n/],
  ['no_response', { state: 'published', connected: true }, /\nIt is connected, but does not answer whether it works on the job\.\n/],
  ['cancelled', { state: 'cancelled', at_ms: NOW - 1000, why: 'signal 9' }, /^Minion did not return\. \[Cancelled\]\nThe job was ended there \(signal 9\), 1 s ago\.$/],
  ['not_running', { state: 'lost', ...heard }, /\nIt answers that it does not work on the job any more; before, it was running the job for 40 s as PID 123/],
];
test('what is known is said in one sentence', () => {
  for (const [why, record, wanted] of CASES) assert.match(text(why, record), wanted, JSON.stringify(record));
});

test('programs get the facts of those about whom more is known than silence', () => {
  const frame = (why: string, record: PlainMap) => missingOf({ why, record });
  const silent = frame('no_response', { state: 'published', at_ms: 1 });
  assert.equal(missingFacts(new Map([['a', silent]]), NOW), undefined);
  assert.deepEqual(missingFacts(new Map([['a', silent], ['b', frame('cancelled', { state: 'cancelled', at_ms: 2 })]]), NOW), {
    missing: { b: { reason: 'cancelled', state: 'cancelled', at_ms: 2 } },
  });
});
