import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJid } from '../../../../src/kernel/contract/job.js';

test('job ids are short plain names, numbers are taken as their digits', () => {
  for (const id of ['20260102030405000006', 'req', 'my-job_1.2', 'x'.repeat(64)]) assert.equal(parseJid(id), id);
  assert.deepEqual([parseJid(20260102), parseJid(20260102030405000006n)], ['20260102', '20260102030405000006']);
});

test('what could be a path or an event tag is no job id', () => {
  for (const id of ['', '.', '..', '../x', 'a/b', 'a b', 'a\n', '-x', '.x', 'é', 'x'.repeat(65), null, undefined, true, [], {}, -1, 1.5e300]) assert.equal(parseJid(id), undefined, String(id));
});
