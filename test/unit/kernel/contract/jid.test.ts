import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJid } from '../../../../src/kernel/contract/jid.js';

// The oddities were observed with Python 3.11's int() in Salt 3008.3.
const cases: readonly (readonly [unknown, boolean])[] = [
  ['20260102030405678901', true], ['20260102030405678901_123', true], ['20260102030405678901_x', true],
  ['20260102030405678901_', false], ['20260102030405678901x12', false], ['2026010203040567890', false],
  ['+2026010203040567890', true], [' 2026010203040567890', true], ['2026_010203040567890', true],
  ['__260102030405678901', false], ['2026__10203040567890', false], ['2026010203040567890_', false],
  ['２０２６0102030405678901', true], ['req', false], [20260102030405678901n, false], [null, false],
];
for (const [jid, wanted] of cases) test(`isJid(${String(jid)}) is ${wanted}`, () => assert.equal(isJid(jid), wanted));
