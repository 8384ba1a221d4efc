import assert from 'node:assert/strict';
import { test } from 'node:test';
import progress from '../../../../src/plugins/output/progress.js';

const bar = (returned: number, expected: number, elapsedSeconds = 0) =>
  progress.output({}, {}, { progress: { returned, expected, elapsedSeconds } });

// Source: observed, Salt 3008.3 with progressbar33 on a line of 79 columns.
test('progress draws the bar', () => {
  assert.equal(bar(0, 3), '  0% |                                   | Elapsed Time: 0:00:00 Returns: [0/3]');
  assert.equal(bar(2, 3), ' 66% |#######################            | Elapsed Time: 0:00:00 Returns: [2/3]');
  assert.equal(bar(3, 3), '100% |###################################| Elapsed Time: 0:00:00 Returns: [3/3]');
  assert.equal(bar(0, 1000), '  0% |                                | Elapsed Time: 0:00:00 Returns: [0/1000]');
});

test('progress shows hours and days of waiting', () => {
  assert.match(bar(1, 2, 3725) ?? '', /Elapsed Time: 1:02:05 /);
  assert.match(bar(1, 2, 86_400 * 2 + 5) ?? '', /Elapsed Time: 2 days, 0:00:05 /);
});

test('progress is full when more answer than were expected', () => {
  assert.match(bar(4, 3) ?? '', /^100% \|#+\| .*\[4\/3\]$/);
});

test('progress refuses data without a bar', () => {
  assert.throws(() => progress.output({ a: 1 }, {}, {}), { name: 'PythonError', className: 'TypeError' });
});
