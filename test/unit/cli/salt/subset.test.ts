import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosen } from '../../../../src/cli/salt/subset.js';

test('chosen() takes as many as asked, each once, by chance', () => {
  assert.deepEqual(chosen(['a', 'b', 'c'], 2, () => 0), ['a', 'b']);
  assert.deepEqual(chosen(['a', 'b', 'c'], 2, (below) => below - 1), ['c', 'b']);
  assert.deepEqual(chosen(['a', 'b', 'c'], 5).sort(), ['a', 'b', 'c']);
  assert.deepEqual(chosen([], 1), []);
});
