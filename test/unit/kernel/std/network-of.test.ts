import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../../../src/kernel/std/network-of.js';

test('of version 6 the first 64 bits count, however they are written; other addresses stay', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'], ['', ''], ['2001:db8::1', '2001:db8:0:0::/64'], ['2001:db8::ffff:0:0:1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0000:1:2:3:4', '2001:db8:0:0::/64'], ['2001:db8:0:1::', '2001:db8:0:1::/64'], ['::1', '0:0:0:0::/64'],
    ['fe80::1:2:3:4%eth0', 'fe80:0:0:0::/64'], ['::1:2:3:4:5:192.0.2.1', '0:1:2:3::/64'], ['1:2:3:4:5:6:7:8', '1:2:3:4::/64'],
  ] as const) assert.equal(networkOf(address), network, address);
});
