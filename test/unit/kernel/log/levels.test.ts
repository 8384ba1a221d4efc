import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLevelName, levelNames, levelNumber, levels } from '../../../../src/kernel/log/levels.js';

test('levels have the numbers of Python and Salt', () => {
  assert.deepEqual(levels, {
    all: 0, garbage: 1, trace: 5, debug: 10, profile: 15, info: 20, warning: 30, error: 40, critical: 50, quiet: 1000,
  });
  assert.deepEqual([...levelNames].sort(), Object.keys(levels).sort());
});

test('levelNumber() reads any case, takes the fallback for nothing and error for what is no level', () => {
  assert.deepEqual(['INFO', 'quiet', '', null, undefined, 'loud', 'toString'].map((name) => levelNumber(name)), [20, 1000, 30, 30, 30, 40, 40]);
  assert.equal(levelNumber(undefined, 'debug'), 10);
  assert.deepEqual(['info', 'INFO', 'constructor', 5].map(isLevelName), [true, false, false, false]);
});
