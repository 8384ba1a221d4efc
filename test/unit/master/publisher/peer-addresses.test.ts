import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peersOf } from '../../../../src/master/publisher/peer-addresses.js';

// As the kernel of a little-endian machine prints it; 1199 is port 4505, 119A port 4506.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1199 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1199 0100007F:A1B2 01 00000000:00000000 02:000005E1 00000000     0        0 2 2 0000000000000000 20 4 30 10 -1
   2: 010200C0:1199 070200C0:C001 01 00000000:00000000 02:000005E1 00000000     0        0 3 2 0000000000000000 20 4 30 10 -1
   3: 010200C0:119A 080200C0:C002 01 00000000:00000000 02:000005E1 00000000     0        0 4 2 0000000000000000 20 4 30 10 -1
   4: 010200C0:1199 090200C0:C003 06 00000000:00000000 02:000005E1 00000000     0        0 5 2 0000000000000000 20 4 30 10 -1
   5: 010200C0:C004 0A0200C0:1199 01 00000000:00000000 02:000005E1 00000000     0        0 6 2 0000000000000000 20 4 30 10 -1
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000000000000:1199 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: B80D0120000000000000000001000000:1199 B80D0120000000000000000007000000:A1B2 01 00000000:00000000
   2: 0000000000000000FFFF0000010200C0:1199 0000000000000000FFFF00000B0200C0:A1B3 01 00000000:00000000
   3: 00000000000000000000000001000000:1199 00000000000000000000000001000000:A1B4 01 00000000:00000000
`;

test('addresses of open connections to the port, and of no others', () => {
  assert.deepEqual(peersOf(TCP, 4505), ['127.0.0.1', '192.0.2.7']);
  assert.deepEqual(peersOf(TCP, 4506), ['192.0.2.8']);
});

test('addresses of version 6 as grains write them, mapped ones as version 4', () => assert.deepEqual(peersOf(TCP6, 4505), ['2001:db8::7', '192.0.2.11', '::1']));

test('lines that are cut off or none are passed over', () => {
  assert.deepEqual(peersOf('', 4505), []);
  assert.deepEqual(peersOf(`${TCP.slice(0, 700)}\n  7: 0100`, 4505).length, 2);
  assert.deepEqual(peersOf('head\n 0: 0100007F:1199 zz:1 01\n 1: 0100007F:1199\n', 4505), []);
});
