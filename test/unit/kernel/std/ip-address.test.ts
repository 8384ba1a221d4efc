import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { isInNetwork, parseIpAddress, parseIpNetwork } from '../../../../src/kernel/std/ip-address.js';

/** `str(ipaddress.ip_address(text))` of Python 3.11; undefined where it raises. */
const addresses: readonly (readonly [string, string | undefined])[] = [
  ['10.1.0.11', '10.1.0.11'], ['010.1.0.11', undefined], ['1.2.3', undefined], ['1.2.3.256', undefined], [' 1.2.3.4', undefined],
  ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'], ['1:0:0:2:0:0:0:3', '1:0:0:2::3'], ['::', '::'], ['1::', '1::'], ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'], ['::ffff:10.1.0.11', '::ffff:a01:b'], ['fe80::1%eth0', 'fe80::1%eth0'], ['fe80::1%', undefined],
  ['1::2::3', undefined], [':1::', undefined], ['1:2:3:4:5:6:7', undefined], ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'], ['12345::', undefined], ['', undefined],
];

for (const [text, wanted] of addresses) {
  test(`parseIpAddress() reads ${JSON.stringify(text)}`, () => {
    assert.equal(parseIpAddress(text)?.text, wanted);
  });
}

const networks: readonly (readonly [string, number | undefined])[] = [
  ['10.0.0.0/8', 8], ['10.0.0.1', 32], ['10.0.0.1/8', undefined], ['10.0.0.0/255.0.0.0', 8], ['10.0.0.0/0.255.255.255', 8], ['10.0.0.0/33', undefined],
  ['10.0.0.0/255.0.255.0', undefined], ['2001:db8::/32', 32], ['::/129', undefined], ['10.0.0.0/8/8', undefined], ['10.0.0.0/', undefined],
];

for (const [text, prefix] of networks) {
  test(`parseIpNetwork() reads ${JSON.stringify(text)}`, () => {
    assert.equal(parseIpNetwork(text)?.prefix, prefix);
  });
}

test('isInNetwork() compares addresses of one version', () => {
  const holds = (address: string, network: string): boolean => {
    const [item, range] = [parseIpAddress(address), parseIpNetwork(network)];
    assert.ok(item !== undefined && range !== undefined);
    return isInNetwork(item, range);
  };
  assert.deepEqual([holds('10.9.9.9', '10.0.0.0/8'), holds('11.0.0.0', '10.0.0.0/8'), holds('::1', '0.0.0.0/0'), holds('fe80::1', '::/0')],
    [true, false, false, true]);
});
