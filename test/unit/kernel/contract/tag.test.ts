import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tagOf } from '../../../../src/kernel/contract/tag.js';

test('tagOf() joins the parts and leaves out empty ones', () => {
  assert.equal(tagOf('job', '2026', 'ret', 'web1'), 'salt/job/2026/ret/web1');
  assert.equal(tagOf('auth'), 'salt/auth');
  assert.equal(tagOf('job', '', 'error'), 'salt/job/error');
});
