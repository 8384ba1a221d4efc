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
