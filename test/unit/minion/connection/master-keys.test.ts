import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { keyMemory } from '../../../../src/minion/connection/master-keys.js';
import { Refusals } from '../../../../src/minion/connection/refusals.js';

const a = { host: 'a', requestPort: 1 };
const b = { host: 'b', requestPort: 2 };
let pki = '';
beforeEach(() => {
  pki = mkdtempSync(join(tmpdir(), 'pki-'));
});
afterEach(() => rmSync(pki, { recursive: true, force: true }));

test('the key of an only master is minion_master.pub', () => {
  const memory = keyMemory(pki, a, [a]);
  assert.equal(memory.read(), undefined);
  memory.write('key of a');
  assert.equal(readFileSync(join(pki, 'minion_master.pub'), 'utf8'), 'key of a');
});

test('of several masters each has its own', () => {
  keyMemory(pki, a, [a, b]).write('key of a');
  keyMemory(pki, b, [a, b]).write('key of b');
  assert.equal(keyMemory(pki, a, [b, a]).read(), 'key of a');
  assert.equal(keyMemory(pki, b, [b, a]).read(), 'key of b');
  assert.ok(!existsSync(join(pki, 'minion_master.pub')));
});

test('a master that was the only one stays known when another joins it, and the other does not inherit its key', () => {
  writeFileSync(join(pki, 'minion_master.pub'), 'key of a');
  assert.equal(keyMemory(pki, a, [a, b]).read(), 'key of a');
  assert.equal(keyMemory(pki, b, [a, b]).read(), undefined);
});

test('one of several that becomes the only one stays known', () => {
  keyMemory(pki, b, [a, b]).write('key of b');
  assert.equal(keyMemory(pki, b, [b]).read(), 'key of b');
});

test('only when all masters refuse is there a reason to end', () => {
  const refusals = new Refusals(2);
  const why = { exitCode: 77, reason: 'rejected' };
  assert.equal(refusals.note(a, why), undefined);
  assert.equal(refusals.note(a, why), undefined);
  refusals.forget(a);
  assert.equal(refusals.note(b, why), undefined);
  assert.equal(refusals.note(a, why), why);
});
