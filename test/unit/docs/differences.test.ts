import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../golden/corpus.js';

test('the page of differences is made from the list', () => {
  const done = spawnSync(process.execPath, [join(repository, 'scripts/make-differences.mjs'), '--check'], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
});
