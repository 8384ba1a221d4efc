/** Members of sets, as ipset 7.17 lists them, hold entries as they are given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasEntry, isExpanded, parseMember } from '../../../../src/plugins/modules/ipset/member.js';

const holds = (type: string, members: readonly string[], entry: string): boolean => hasEntry(members.map((one) => parseMember(type, one)), parseMember(type, entry), isExpanded(type, entry));

type Case = readonly [type: string, members: readonly string[], entry: string];
const HELD: readonly Case[] = [
  ['hash:ip', ['192.0.2.1 timeout 299 packets 0 bytes 0 comment "x y"'], '192.0.2.1 timeout 300 comment "x y"'], ['hash:ip', ['192.0.2.1 timeout 0'], '192.0.2.1'], ['hash:ip', ['192.0.2.2', '192.0.2.1', '192.0.2.3'], '192.0.2.1-192.0.2.3'],
  ['hash:ip', ['192.0.2.0', '192.0.2.1'], '192.0.2.0/31'], ['hash:net', ['192.0.2.0/24'], '192.0.2.7'], ['hash:net', ['192.0.2.0/24'], '192.0.2.9/24'], ['hash:net', ['192.0.2.0/25', '192.0.2.128/25'], '192.0.2.0-192.0.2.255'],
  ['hash:ip,port', ['192.0.2.1,tcp:80'], '192.0.2.1,80'], ['hash:ip,port', ['192.0.2.1,udp:80'], '192.0.2.1,udp:80'], ['hash:ip,port', ['192.0.2.1,tcp:80', '192.0.2.1,tcp:81'], '192.0.2.1,80-81'], ['bitmap:port', ['5', '6'], '5-6'],
  ['hash:mac', ['01:02:03:0A:0B:0C'], '01:02:03:0a:0b:0c'], ['hash:ip,mark', ['192.0.2.1,0x0000000a'], '192.0.2.1,10'], ['hash:net,iface', ['192.0.2.0/24,eth0'], '192.0.2.0/24,eth0'], ['hash:net', ['2001:db8::/32'], '2001:db8:0::/32'],
  ['hash:net', ['192.0.2.7 nomatch'], '192.0.2.7 nomatch'], ['list:set', ['own'], 'own'],
];
const NOT_HELD: readonly Case[] = [
  ['hash:ip', ['192.0.2.1'], '192.0.2.2'], ['hash:ip', ['192.0.2.1 comment "a"'], '192.0.2.1 comment b'], ['hash:ip', ['192.0.2.1 timeout 0'], '192.0.2.1 timeout 300'], ['hash:ip', ['192.0.2.1', '192.0.2.3'], '192.0.2.1-192.0.2.3'],
  ['hash:ip', ['192.0.2.1'], '192.0.2.0/30'], ['hash:net', ['192.0.2.0/24'], '192.0.2.0/25'], ['hash:ip,port', ['192.0.2.1,tcp:80'], '192.0.2.1,udp:80'], ['hash:net,iface', ['192.0.2.0/24,eth0'], '192.0.2.0/24,eth1'],
  ['hash:net', ['192.0.2.7 nomatch'], '192.0.2.7'], ['hash:net', ['0.0.0.0/1'], '::1'], ['list:set', ['own'], 'other'], ['hash:ip', [], '192.0.2.1'],
];

for (const [type, members, entry] of HELD) test(`${type}: ${members.join(' and ')}: ${entry} is there`, () => assert.ok(holds(type, members, entry)));
for (const [type, members, entry] of NOT_HELD) test(`${type}: ${members.join(' and ')}: ${entry} is not there`, () => assert.ok(!holds(type, members, entry)));
