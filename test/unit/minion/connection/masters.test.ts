import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, resolveMasters, splitAddress } from '../../../../src/minion/connection/masters.js';

const cases = [
  ['salt', 'salt', 4506], ['salt:4510', 'salt', 4510], ['192.0.2.1:4510', '192.0.2.1', 4510], ['[2001:db8::1]:4510', '2001:db8::1', 4510],
  ['[2001:db8::1]', '2001:db8::1', 4506], ['2001:db8::1', '2001:db8::1', 4506],
] as const;
for (const [text, host, requestPort] of cases) {
  test(`master ${text}`, () => assert.deepEqual(splitAddress(text, 4506), { host, requestPort }));
}

test('one master, several, or none named', () => {
  assert.deepEqual(resolveMasters({ master: ['a', 'b:1'], master_port: 9 }), [{ host: 'a', requestPort: 9 }, { host: 'b', requestPort: 1 }]);
  assert.deepEqual(resolveMasters({}), [{ host: 'salt', requestPort: 4506 }]);
});

test('addresses are numeric, in brackets for version 6', async () => {
  assert.equal(await addressOf('192.0.2.1', false), '192.0.2.1');
  assert.equal(await addressOf('::1', true), '[::1]');
  await assert.rejects(addressOf('name.invalid', false));
});
