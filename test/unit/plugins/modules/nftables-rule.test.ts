/** Two texts of one rule of nftables are known as the same. What is listed was recorded from nft 1.0.6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameRule, ruleText, safeRule } from '../../../../src/plugins/modules/nftables/rule.js';

const SAME: readonly (readonly [given: string, listed: string])[] = [
  ['meta iifname lo ct state { new } tcp dport { 81 } accept', 'iifname "lo" ct state new tcp dport 81 accept'],
  ['tcp dport { 443, 80, 22 } accept', 'tcp dport { 22, 80, 443 } accept'],
  ['ct state { related,established } accept', 'ct state { established, related } accept'],
  ['ct state related,established counter accept', 'ct state established,related counter packets 12 bytes 3456 accept'],
  ['ip saddr 192.0.2.1/32 drop', 'ip saddr 192.0.2.1 drop'],
  ['ip6 saddr 2001:db8::1/128 drop', 'ip6 saddr 2001:db8::1 drop'],
  ['icmp type { echo-request } log prefix "x y " accept', 'icmp type echo-request log prefix "x y " accept'],
  ['tcp sport { 1024-65535 } reject with icmp type host-unreachable', 'meta nfproto ipv4 tcp sport 1024-65535 reject with icmp host-unreachable'],
  ['tcp dport vmap { 80 : accept, 22 : drop }', 'tcp dport vmap { 22 : drop, 80 : accept }'],
];
const OTHER: readonly (readonly [given: string, listed: string])[] = [
  ['tcp dport { 80 } accept', 'ip saddr 192.0.2.1 tcp dport 80 accept'], ['tcp dport { 80 } accept', 'tcp dport 80 drop'], ['tcp dport { 80, 81 } accept', 'tcp dport 80 accept'],
  ['accept', 'tcp dport 80 accept'], ['ip saddr 192.0.2.0/24 drop', 'ip saddr 192.0.2.0 drop'], ['meta nfproto ipv4 accept', 'meta nfproto ipv6 accept'], ['tcp dport 80 counter accept', 'tcp dport 80 accept'],
];

for (const [given, listed] of SAME) test(`${given} is ${listed}`, () => assert.ok(isSameRule(given, listed)));
for (const [given, listed] of OTHER) test(`${given} is not ${listed}`, () => assert.ok(!isSameRule(given, listed)));

test('an address gets its own family in inet', () => {
  assert.equal(ruleText({ source: '2001:db8::/32', daddr: '192.0.2.1', jump: 'drop' }, 'inet'), 'ip6 saddr 2001:db8::/32 ip daddr 192.0.2.1 drop');
});

test('what could begin another command is no rule', () => {
  for (const rule of ['drop; flush ruleset', 'drop\nflush ruleset', 'drop # not', 'log prefix "a" ; drop', 'log prefix "a', 'log prefix "a\nflush ruleset"', 'drop \\']) assert.throws(() => safeRule(rule), /more than one rule/);
  assert.equal(safeRule('log prefix "a; b #" drop'), 'log prefix "a; b #" drop');
});
