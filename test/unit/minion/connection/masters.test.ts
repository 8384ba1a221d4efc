import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { findAddress, masterKey, resolveMasters, sameMaster, splitAddress } from '../../../../src/minion/connection/masters.js';

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
  assert.deepEqual(resolveMasters({ master: 'a' }, ['c', 'd']).map(({ host }) => host), ['c', 'd']);
});

test('with ip_only an address carries no port', () => {
  assert.deepEqual(resolveMasters({ master: 'fe80::1', master_uri_format: 'ip_only', master_port: 7 }), [{ host: 'fe80::1', requestPort: 7 }]);
});

test('addresses are numeric, in brackets for version 6', async () => {
  const at = (host: string, ipv6?: boolean | null) => findAddress({ host, requestPort: 1 }, ipv6);
  assert.deepEqual(await at('192.0.2.1'), { address: '192.0.2.1', ipv6: false });
  assert.deepEqual(await at('::1', null), { address: '[::1]', ipv6: true });
  await assert.rejects(at('name.invalid'));
});

test('of the addresses of a name the one that accepts connections is taken', async (t) => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const bound = server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  assert.deepEqual(await findAddress({ host: 'localhost', requestPort: bound.port }, true), { address: '127.0.0.1', ipv6: false });
});

test('masters are told apart by host and port, and named in files without a way out of the folder', () => {
  assert.ok(sameMaster({ host: 'a', requestPort: 1 }, { host: 'a', requestPort: 1 }));
  assert.ok(!sameMaster({ host: 'a', requestPort: 1 }, { host: 'a', requestPort: 2 }));
  assert.ok(!sameMaster(undefined, undefined));
  assert.equal(masterKey({ host: '../::1/x', requestPort: 5 }), '..___1_x_5');
});
