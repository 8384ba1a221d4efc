import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveLine } from '../../../../src/cli/print/live-line.js';

function bench(isTerminal: boolean, columns?: number) {
  const written: string[] = [];
  return { written, live: liveLine({ write: (text) => written.push(text), columns }, isTerminal) };
}
const standing = { targeted: 4, received: 3, returned: 2, failed: 1 };

test('the line is replaced by the next and gone when it is erased', () => {
  const { written, live } = bench(true);
  live.erase();
  live.show(standing);
  live.show({ ...standing, returned: 3 });
  live.erase();
  live.erase();
  assert.deepEqual(written, [
    'targeted 4 / received 3 / returned 2 / failed 1', '\r\u001b[2K', 'targeted 4 / received 3 / returned 3 / failed 1', '\r\u001b[2K',
  ]);
});

test('a narrow terminal gets what fits, and no terminal nothing', () => {
  const narrow = bench(true, 20);
  narrow.live.show(standing);
  assert.deepEqual(narrow.written, ['targeted 4 / receiv']);
  const unknown = bench(true, 0);
  unknown.live.show(standing);
  assert.deepEqual(unknown.written, ['targeted 4 / received 3 / returned 2 / failed 1']);
  const none = bench(false);
  none.live.show(standing);
  none.live.erase();
  assert.deepEqual(none.written, []);
});

test('runs of states are told by minion, those with most to do first, and no more than a line can hold', () => {
  const { written, live } = bench(true, 200);
  live.show({ ...standing, states: new Map([['web1', { at: 12, of: 40, failed: 0 }], ['web2', { at: 3, of: 40, failed: 1 }]]) });
  assert.deepEqual(written, ['targeted 4 / received 3 / returned 2 / failed 1; states: web2 3 of 40 (1 failed), web1 12 of 40']);
  live.show({ ...standing, states: new Map(Array.from({ length: 20 }, (_, at) => [`m${at}`, { at, of: 20, failed: 0 }])) });
  assert.match(written.at(-1) ?? '', /states: m0 0 of 20, .*, m7 7 of 20$/);
});
