import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attemptText, readRetry, waitSeconds, wouldRetry } from '../../../../src/sls/state/run/retry.js';

const USUAL = { until: true, attempts: 2, interval: 30, splay: 0 };
const CASES = [
  [true, USUAL], [false, { ...USUAL, attempts: 0 }], ['often', USUAL], [null, USUAL],
  [{ attempts: 5, interval: 1 }, { ...USUAL, attempts: 5, interval: 1 }],
  [{ attempts: 'five', until: 'yes', splay: 2 }, { ...USUAL, splay: 2 }],
  [{ until: false }, { ...USUAL, until: false }],
] as const;

for (const [given, wanted] of CASES) {
  test(`readRetry() reads ${JSON.stringify(given)}`, () => assert.deepEqual(readRetry(given), wanted));
}

test('waitSeconds() adds at most the splay', () => {
  for (let turn = 0; turn < 50; turn += 1) {
    const seconds = waitSeconds({ ...USUAL, interval: 3, splay: 2 });
    assert.ok(seconds >= 3 && seconds <= 5, String(seconds));
  }
});

test('texts of retries are those of Salt', () => {
  assert.equal(attemptText(1, { result: false, comment: 'no' }), 'Attempt 1: Returned a result of "False", with the following comment: "no"');
  assert.equal(wouldRetry(USUAL), 'The state would be retried every 30 seconds (with a splay of up to 0 seconds) a maximum of 2 times or until a result of True is returned');
});
