/** Against Python's difflib; `unified-diff.cases.json` is made by `unified-diff.record.py`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { unifiedDiff } from '../../../../src/kernel/std/unified-diff.js';

const cases = JSON.parse(readFileSync('test/unit/kernel/std/unified-diff.cases.json', 'utf8')) as [string, string, number, string][];
const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+/g) ?? [];

test(`unifiedDiff() gives what Python gives for ${cases.length} random texts`, () => {
  for (const [old, fresh, context, expected] of cases) {
    assert.equal(unifiedDiff(lines(old), lines(fresh), { from: 'x', to: 'y', context }).join(''), expected, JSON.stringify([old, fresh, context]));
  }
});

test('unifiedDiff() has no name in its header unless told, and is empty for equal texts', () => {
  assert.equal(unifiedDiff(['a\n'], ['b\n']).join(''), '--- \n+++ \n@@ -1 +1 @@\n-a\n+b\n');
  assert.deepEqual(unifiedDiff(['a\n'], ['a\n']), []);
});
