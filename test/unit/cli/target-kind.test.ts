import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tsaltTable } from '../../../src/cli/options/tsalt.data.js';
import { parseLine } from '../../../src/cli/parse.js';
import { UsageError } from '../../../src/cli/parsed-line.js';
import { refuseTwoTargets, targetKind } from '../../../src/cli/target-kind.js';

test('the kind of the target', () => {
  const kinds = ['-E', '-L', '-G', '-P', '-N', '-R', '-C', '-I', '-J', '-S', '-v'].map((flag) => targetKind(parseLine(tsaltTable, [flag])));
  assert.deepEqual(kinds, ['pcre', 'list', 'grain', 'grain_pcre', 'nodegroup', 'range', 'compound', 'pillar', 'pillar_pcre', 'ipcidr', 'glob']);
});

test('two kinds are refused in the order of the help', () => {
  assert.throws(() => refuseTwoTargets(parseLine(tsaltTable, ['-G', '-E'])), (error) =>
    error instanceof UsageError && error.message === 'The options --pcre/--grain are mutually exclusive. Please only choose one of them');
  refuseTwoTargets(parseLine(tsaltTable, ['-G']));
});
