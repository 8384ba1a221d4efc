/** The module nftables and its states beside those of real Salt, each in a network of its own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { namespaceObstacle } from '../support/network-namespace.js';
import { compareCalls, saltFolder, type Answer, type Call } from '../support/salt-calls.js';
import { compareStates, type StateCall } from '../support/state-calls.js';

const skip = skipWithoutSalt === false ? namespaceObstacle('nft') : skipWithoutSalt;
const root = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-peer-nftables-')));
after(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  return saltFolder(path);
}

const build = (parts: PlainMap): Call => ['nftables.build_rule', [], parts];

test('rules are built and read as by real Salt', { skip }, async () => {
  const conf_file = join(root, 'rules.nft');
  writeFileSync(conf_file, '#! nft -f\n\ntable ip filter {\n\tchain input {\n\t\t# why\n\t\ttcp dport 22 accept\n\t}\n}\n');
  await compareCalls(folder('calls'), [
    build({ connstate: 'related,established', jump: 'accept' }), build({ proto: 'tcp', dport: 80, source: '192.0.2.0/24', target: 'drop' }), build({ dport: '1:10', jump: 'accept' }),
    build({ if: 'eth0', of: 'eth1', proto: 'udp', sport: '53', dport: 5353, j: 'drop', family: 'ipv6', destination: '2001:db8::1' }), build({ proto: 'tcp', dports: '22,443,80', sports: '1,2', jump: 'accept' }),
    build({ 'icmp-type': 'echo-request', 'icmpv6-type': 'echo-reply', pkttype: 'broadcast', counter: true, jump: 'accept' }), build({ saddr: '192.0.2.1', source: '192.0.2.2', daddr: '', destination: '192.0.2.3', jump: 'accept' }),
    build({ 'redirect-to': ':80', 'to-port': '81' }), build({ 'to-port': '81' }), build({ jump: 'snat to', 'to-source': '192.0.2.1' }), build({ jump: 'dnat to', 'to-destination': '192.0.2.1:80' }), build({ 'to-ports': '1-2' }),
    build({ 'reject-with': 'tcp reset', match: 'state', save: true, comment: 'x', require: [], state: 'nftables', name: 'x' }), build({}), build({ full: true, jump: 'drop' }),
    build({ full: 'True', table: 'filter', chain: 'input', command: 'insert', position: 3, jump: 'drop' }), build({ full: 'true', table: 'filter', chain: 'input', command: 'add', position: 3, jump: 'drop', family: 'inet' }),
    build({ full: 'True', table: 'filter', chain: 'input', command: 'INSERT', jump: 'drop' }), build({ full: 'True' }), build({ full: 'True', table: 'filter' }), build({ full: 'True', table: 'filter', chain: 'x' }),
    ['nftables.version'], ['nftables.get_saved_rules', [], { conf_file }], ['nftables.check', ['filter', 'input']], ['nftables.check', ['filter']], ['nftables.append', ['filter']], ['nftables.append', ['filter', 'x']],
    ['nftables.insert', ['filter']], ['nftables.delete', ['filter', 'input', 3, 'drop']], ['nftables.check_chain'], ['nftables.check_table'], ['nftables.new_chain'], ['nftables.delete_chain'], ['nftables.get_policy'],
    ['nftables.set_policy'], ['nftables.set_policy', ['filter', 'input']], ['nftables.get_rule_handle', ['filter']], ['nftables.get_rule_handle', ['filter', 'x']], ['nftables.new_table', ['']], ['nftables.delete_table', ['']],
  ]);
});

/** Salt foretells no changes, and does not say why something failed. */
function comparable(answer: Answer): unknown {
  const told = 'value' in answer && isPlainMap(answer.value) ? answer.value : undefined;
  if (told === undefined) return answer;
  const comment = String(told['comment']).split('\n').slice(0, told['result'] === false ? 2 : undefined).join('\n').replace(/^(Failed to (?:create table .*|flush nftables rules|set nftables default policy))\n.*/, '$1');
  return { ...told, comment, ...told['result'] === null ? { changes: {} } : {} };
}

test('states tell what those of real Salt tell', { skip }, async () => {
  const both = (fun: string, args: PlainMap): StateCall[] => [[`nftables.${fun}`, args, 'test'], [`nftables.${fun}`, args], [`nftables.${fun}`, args]];
  const web = { name: 'web', table: 'filter', chain: 'input', proto: 'tcp', dport: 80, jump: 'accept' };
  // A rule that nft lists in other words than it was given, real Salt adds again at each run.
  await compareStates(folder('states'), [
    ...both('table_present', { name: 'filter' }), ...both('table_present', { name: 'both', family: 'inet' }), ['nftables.append', web],
    ...both('chain_present', { name: 'input', table_type: 'filter', hook: 'input', priority: 5 }), ...both('chain_present', { name: 'mine' }), ['nftables.chain_present', { name: 'x', table: 'none' }],
    ...both('append', web), ...both('append', { ...web, connstate: 'new', dport: 81, if: 'lo' }).slice(0, 2), ...both('insert', { ...web, dport: '22', sport: '1025:65535', position: '' }), ['nftables.append', { ...web, chain: 'none' }],
    ['nftables.insert', { ...web, chain: 'none', position: 1 }], ['nftables.delete', { ...web, dport: 99 }], ['nftables.delete', { ...web, dport: 99 }, 'test'], ['nftables.append', { ...web, jump: 'fly away' }],
    ['nftables.set_policy', { name: 'x', chain: 'input', policy: 'drop' }, 'test'], ['nftables.set_policy', { name: 'x', chain: 'input', policy: 'drop' }], ['nftables.set_policy', { name: 'x', chain: 'mine', policy: 'drop' }],
    ['nftables.flush', { name: 'x', chain: 'input' }, 'test'], ['nftables.flush', { name: 'x', chain: 'input' }], ['nftables.flush', { name: 'x', table: 'none' }], ['nftables.flush', { name: 'x', chain: 'none' }],
    ...both('table_absent', { name: 'filter' }), ...both('table_absent', { name: 'both', family: 'inet' }),
  ], { comparable, machine: ['unshare', '-n'] });
});
