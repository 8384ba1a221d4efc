import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SECURITY_PAGE, securityPage } from '../support/security-tables.js';

test('docs/security.md has the commands of a running master and the modes of the table', async () => {
  const page = readFileSync(SECURITY_PAGE, 'utf8');
  assert.equal(page, await securityPage(page), 'run node scripts/make-security-table.mjs');
});
