/** States of nftables hold what every state must, in networks of their own. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { namespaceObstacle, openNamespace } from '../support/network-namespace.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const skip = namespaceObstacle('nft');

interface Network extends StateSystem {
  readonly file: string;
  nft(script: string): void;
}

const BEGIN = 'table ip filter { chain input { type filter hook input priority 0; policy accept; }; chain mine { }; }; table inet both { chain one { }; }';

async function openNetwork(): Promise<Network> {
  const network = openNamespace();
  const root = mkdtempSync(join(tmpdir(), 'tsalt-nftables-'));
  const host = await testHost({ sys: network.sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const file = join(root, 'rules.nft');
  const nft = (script: string): void => void network.run('nft', script);
  nft(BEGIN);
  return {
    file, nft,
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve([network.run('nft', '-s', 'list', 'ruleset'), existsSync(file) ? readFileSync(file, 'utf8') : null]),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      network[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const web = { name: 'web', table: 'filter', chain: 'input', proto: 'tcp', dport: 80, jump: 'accept' };
const rule = (more: PlainMap) => (): PlainMap => ({ ...web, ...more });
const script = (text: string) => (network: Network): void => network.nft(text);

stateContract({
  name: 'nftables', open: openNetwork, skip,
  changing: [
    { title: 'a rule', fun: 'nftables.append', args: rule({ connstate: 'new', source: '192.0.2.1/32', if: 'eth0', counter: true }) },
    { title: 'ports in any order', fun: 'nftables.append', args: () => ({ name: 'x', table: 'filter', chain: 'input', proto: 'tcp', dports: '22,443,80', connstate: 'established,related', jump: 'accept' }) },
    { title: 'a rule that is kept', fun: 'nftables.append', args: ({ file }) => ({ ...web, save: true, save_filename: file }) },
    { title: 'an odd prefix', fun: 'nftables.append', args: rule({ jump: 'log prefix "a; `id` #" drop' }) },
    { title: 'a refusal', fun: 'nftables.append', args: rule({ jump: '', 'reject-with': 'icmp type host-unreachable' }) },
    { title: 'a rule before another', fun: 'nftables.insert', prepare: script('add rule ip filter input udp dport 53 drop'), args: rule({ sport: '1025:65535' }) },
    { title: 'a rule of both families', fun: 'nftables.insert', args: rule({ family: 'inet', table: 'both', chain: 'one', source: '2001:db8::/32' }) },
    { title: 'a rule goes', fun: 'nftables.delete', prepare: script('add rule ip filter input counter tcp dport { 80 } accept; add rule ip filter input tcp dport 81 accept'), args: rule({ counter: true }) },
    { title: 'a policy', fun: 'nftables.set_policy', args: ({ file }) => ({ name: 'x', chain: 'input', policy: 'DROP', save: true, save_filename: file }) },
    { title: 'all rules of a chain go', fun: 'nftables.flush', prepare: script('add rule ip filter input drop'), args: () => ({ name: 'x', chain: 'input' }) },
    { title: 'all rules of a table go', fun: 'nftables.flush', prepare: script('add rule inet both one drop'), args: () => ({ name: 'x', table: 'both', family: 'inet' }) },
    { title: 'a chain', fun: 'nftables.chain_present', args: () => ({ name: 'a-b.c' }) },
    { title: 'a chain that packets come to', fun: 'nftables.chain_present', args: () => ({ name: 'late', table: 'both', family: 'inet', table_type: 'filter', hook: 'forward', priority: 0 }) },
    { title: 'a chain with rules goes', fun: 'nftables.chain_absent', prepare: script('add rule ip filter mine drop'), args: () => ({ name: 'mine' }) },
    { title: 'a table', fun: 'nftables.table_present', args: () => ({ name: 'nat', family: 'ipv6' }) },
    { title: 'a table whose name begins another', fun: 'nftables.table_present', args: () => ({ name: 'filt' }) },
    { title: 'a table goes', fun: 'nftables.table_absent', prepare: script('add rule inet both one drop'), args: () => ({ name: 'both', family: 'inet' }) },
  ],
  idle: [
    { title: 'no rule to remove', fun: 'nftables.delete', args: rule({}) },
    { title: 'another rule ends like it', fun: 'nftables.delete', prepare: script('add rule ip filter input ip saddr 192.0.2.1 tcp dport 80 accept'), args: rule({}) },
    { title: 'no chain to remove', fun: 'nftables.chain_absent', args: () => ({ name: 'none' }) },
    { title: 'no table to remove', fun: 'nftables.table_absent', args: () => ({ name: 'none' }) },
    { title: 'nothing to flush', fun: 'nftables.flush', args: () => ({ name: 'x', table: 'none', ignore_absence: true }) },
  ],
  failing: [
    { title: 'no such chain', fun: 'nftables.append', args: rule({ chain: 'none' }), comment: /^Failed to set nftables rule for web\.\nAttempted rule was tcp dport \{ 80 \} accept for ipv4\.\nChain none in table filter in family ipv4 does not exist$/ },
    { title: 'a rule that is none', fun: 'nftables.append', args: rule({ jump: 'fly away' }), comment: /Failed to add rule .*\nError: / },
    { title: 'a command behind a rule', fun: 'nftables.insert', args: rule({ jump: 'accept; add table ip evil' }), comment: /^'tcp .*' is more than one rule of nftables$/ },
    { title: 'a command in a line behind a rule', fun: 'nftables.append', args: rule({ if: 'eth0\nadd table ip evil\n' }), comment: /is more than one rule of nftables$/ },
    { title: 'a command behind a table', fun: 'nftables.table_present', args: () => ({ name: 'x; add table ip evil' }), comment: /^'x; add table ip evil' is no name for nftables$/ },
    { title: 'an option as a name', fun: 'nftables.chain_present', args: () => ({ name: '-f' }), comment: /^'-f' is no name for nftables$/ },
    { title: 'a hook with a command', fun: 'nftables.chain_present', args: () => ({ name: 'x', table_type: 'filter', hook: 'input; }', priority: 0 }), comment: /is no hook of nftables$/ },
    { title: 'a hook without a type', fun: 'nftables.chain_present', args: () => ({ name: 'x', hook: 'input' }), comment: /^Failed to create x chain in filter table: Table_type, hook, and priority required\. for ipv4$/ },
    { title: 'a type that is none', fun: 'nftables.chain_present', args: () => ({ name: 'x', table_type: 'fly', hook: 'input', priority: 0 }), comment: /could not be created\nError: / },
    { title: 'a policy that is none', fun: 'nftables.set_policy', args: () => ({ name: 'x', chain: 'input', policy: 'fly' }), comment: /^Failed to set nftables default policy\nError: / },
    { title: 'a policy of a chain without a hook', fun: 'nftables.set_policy', args: () => ({ name: 'x', chain: 'mine', policy: 'drop' }), comment: /^Failed to set nftables default policy\nThere is no base chain mine/ },
    { title: 'no such table', fun: 'nftables.flush', args: () => ({ name: 'x', table: 'none' }), comment: /^Failed to flush table none in family ipv4, table does not exist\.$/ },
    { title: 'a chain that is used', fun: 'nftables.chain_absent', prepare: script('add rule ip filter mine drop; add rule ip filter input jump mine'), args: () => ({ name: 'mine' }), comment: /rules lead to it/ },
    { title: 'a handle that is none', fun: 'nftables.delete', args: () => ({ name: 'x', table: 'filter', chain: 'input', position: 99 }), comment: /^Failed to delete nftables rule for x\./ },
    { title: 'no such family', fun: 'nftables.table_present', args: () => ({ name: 'x', family: 'ipx' }), comment: /^nftables has no family 'ipx'$/ },
  ],
});
