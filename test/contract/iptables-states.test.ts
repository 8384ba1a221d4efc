/** States of iptables hold what every state must, in networks of their own. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { namespaceObstacle, openNamespace } from '../support/network-namespace.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const skip = namespaceObstacle('iptables');

interface Network extends StateSystem {
  readonly file: string;
  run(fun: string, args: PlainMap, options?: { test?: boolean }): Promise<PlainMap>;
  rules(...words: string[]): void;
}

async function openNetwork(): Promise<Network> {
  const network = openNamespace();
  const root = mkdtempSync(join(tmpdir(), 'tsalt-iptables-'));
  const host = await testHost({ sys: network.sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const file = join(root, 'a folder', 'rules.v4');
  const saved = (text: string): string[] => text.split('\n').filter((line) => !line.startsWith('#')).map((line) => line.replace(/\[\d+:\d+\]/, ''));
  return {
    file,
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    rules: (...words) => void network.run('iptables', ...words),
    picture: () => Promise.resolve([saved(network.run('iptables-save')), saved(network.run('ip6tables-save')), existsSync(file) ? saved(readFileSync(file, 'utf8')) : null]),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      network[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const web = { chain: 'INPUT', jump: 'ACCEPT', match: 'state', connstate: 'NEW', dport: 80, proto: 'tcp' };
const rule = (more: PlainMap) => (): PlainMap => ({ name: 'a rule', ...web, ...more });
const first = (network: Network): void => network.rules('-A', 'INPUT', '-p', 'udp', '-j', 'DROP');

stateContract({
  name: 'iptables', open: openNetwork, skip,
  changing: [
    { title: 'a rule with an odd comment', fun: 'iptables.append', args: rule({ comment: 'it\'s "$(id)" \\ ; -j DROP', source: '!192.0.2.0/24' }) },
    { title: 'a rule that is kept', fun: 'iptables.append', args: ({ file }) => ({ ...rule({})(), save: file }) },
    { title: 'a rule before the last', fun: 'iptables.insert', prepare: first, args: () => ({ name: 'a rule', chain: 'INPUT', position: -1, proto: 'tcp', dports: [80, 443], jump: 'ACCEPT' }) },
    { title: 'a rule of IPv6', fun: 'iptables.insert', args: rule({ position: 1, family: 'ipv6', source: '2001:db8::/32' }) },
    { title: 'several rules', fun: 'iptables.append', args: ({ file }) => ({ name: 'all', rules: [{ ...rule({ save: file })(), name: 'one', fun: 'append', state: 'iptables', order: 1 }, { ...rule({ dport: 81 })(), name: 'two' }] }) },
    { title: 'a rule goes', fun: 'iptables.delete', prepare: first, args: () => ({ name: 'a rule', chain: 'INPUT', protocol: 'udp', jump: 'DROP' }) },
    { title: 'a policy', fun: 'iptables.set_policy', args: () => ({ name: 'a policy', chain: 'FORWARD', policy: 'DROP' }) },
    { title: 'all rules go', fun: 'iptables.flush', prepare: first, args: () => ({ name: 'all', chain: 'INPUT' }) },
    { title: 'a chain', fun: 'iptables.chain_present', args: () => ({ name: 'odd;chain' }) },
    { title: 'a chain with rules goes', fun: 'iptables.chain_absent', args: () => ({ name: 'mine' }), prepare: (network) => {
      network.rules('-N', 'mine');
      network.rules('-A', 'mine', '-j', 'DROP');
    } },
  ],
  idle: [
    { title: 'no rule to remove', fun: 'iptables.delete', args: rule({}) },
    { title: 'no chain to remove', fun: 'iptables.chain_absent', args: () => ({ name: 'none' }) },
  ],
  failing: [
    { title: 'no such chain', fun: 'iptables.append', args: rule({ chain: 'NONE' }), comment: /^Failed to set iptables rule for a rule\.\nAttempted rule was \S+iptables --wait -t filter -A NONE .* for ipv4\n.*(?:No chain\/target\/match by that name|does not exist)/s },
    { title: 'no such option', fun: 'iptables.insert', args: rule({ position: 1, 'no-such': 'x' }), comment: /unknown option "?--no-such/ },
    { title: 'a policy that is none', fun: 'iptables.set_policy', args: () => ({ name: 'x', chain: 'INPUT', policy: 'FLY' }), comment: /^Failed to set iptables default policy\n.*Bad policy name/s },
    { title: 'a name that is none', fun: 'iptables.chain_present', args: () => ({ name: '-X' }), comment: /^Failed to create -X chain in filter table: / },
    { title: 'a chain that is used', fun: 'iptables.chain_absent', args: () => ({ name: 'mine' }), comment: /rules lead to it/, prepare: (network) => {
      network.rules('-N', 'mine');
      network.rules('-A', 'mine', '-j', 'DROP');
      network.rules('-A', 'INPUT', '-j', 'mine');
    } },
    { title: 'a position that is none', fun: 'iptables.delete', args: () => ({ name: 'x', chain: 'INPUT', position: 7 }), comment: /^Failed to delete iptables rule for x\./ },
  ],
});
