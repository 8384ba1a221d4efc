/** States of ipset hold what every state must, in networks of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { namespaceObstacle, openNamespace } from '../support/network-namespace.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const skip = namespaceObstacle('ipset');

interface Network extends StateSystem {
  set(...words: string[]): void;
}

async function openNetwork(): Promise<Network> {
  const network = openNamespace();
  const root = mkdtempSync(join(tmpdir(), 'tsalt-ipset-'));
  const host = await testHost({ sys: network.sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  return {
    set: (...words) => void network.run('ipset', ...words),
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    // Without what differs by itself: the seed of a hash, times that run down, places in the memory.
    picture: () => Promise.resolve(network.run('ipset', 'save').replaceAll(/ initval \S+/g, '').replaceAll(/ timeout \d+/g, ' timeout').split('\n').sort()),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      network[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const made = (type: string, ...words: string[]) => (network: Network): void => network.set('create', 'own', type, ...words);
const filled = (entry: string) => (network: Network): void => {
  made('hash:net')(network);
  network.set('add', 'own', entry);
};
const entry = (given: string | string[], more: PlainMap = {}) => (): PlainMap => ({ name: 'x', set_name: 'own', entry: given, ...more });

stateContract({
  name: 'ipset', open: openNetwork, skip,
  changing: [
    { title: 'a set', fun: 'ipset.set_present', args: () => ({ name: 'odd;$(id)', set_type: 'hash:ip', comment: true, timeout: 300, counters: true, maxelem: 10, family: 'ipv6' }) },
    { title: 'a set of ports', fun: 'ipset.set_present', args: () => ({ name: 'ports', set_type: 'bitmap:port', range: '1-100' }) },
    { title: 'a set goes', fun: 'ipset.set_absent', prepare: filled('192.0.2.0/24'), args: () => ({ name: 'own' }) },
    { title: 'entries with a comment', fun: 'ipset.present', prepare: made('hash:net', 'comment', 'counters'), args: entry(['192.0.2.0/24', '198.51.100.7'], { comment: 'it\'s $(id) ;' }) },
    { title: 'an entry with a time', fun: 'ipset.present', prepare: made('hash:ip', 'timeout', '0', 'comment'), args: entry('192.0.2.1 timeout 4000', { comment: 'x' }) },
    { title: 'a port', fun: 'ipset.present', prepare: made('hash:ip,port'), args: entry('192.0.2.1,80') },
    { title: 'a range', fun: 'ipset.present', prepare: made('hash:ip'), args: entry('192.0.2.1-192.0.2.6') },
    { title: 'a network in a set of addresses', fun: 'ipset.present', args: entry('192.0.2.0/30'), prepare: (network) => {
      made('hash:ip')(network);
      network.set('add', 'own', '192.0.2.1');
    } },
    { title: 'a range of ports', fun: 'ipset.present', prepare: made('bitmap:port', 'range', '1-100'), args: entry('5-7') },
    { title: 'an address of a network', fun: 'ipset.present', prepare: made('hash:ip', 'netmask', '24'), args: entry('192.0.2.7') },
    { title: 'an interface', fun: 'ipset.present', prepare: made('hash:net,iface'), args: entry('192.0.2.0/24,eth0') },
    { title: 'another comment', fun: 'ipset.present', args: entry('192.0.2.1', { comment: 'new one' }), prepare: (network) => {
      made('hash:ip', 'comment')(network);
      network.set('add', 'own', '192.0.2.1', 'comment', 'old one');
    } },
    { title: 'an entry goes', fun: 'ipset.absent', prepare: filled('192.0.2.0/24'), args: entry(['192.0.2.0/24', '198.51.100.0/24'], { comment: 'x' }) },
    { title: 'all entries go', fun: 'ipset.flush', prepare: filled('192.0.2.0/24'), args: () => ({ name: 'own' }) },
  ],
  idle: [
    { title: 'no set to remove', fun: 'ipset.set_absent', args: () => ({ name: 'none' }) },
    { title: 'an address of a network that is there', fun: 'ipset.present', prepare: filled('192.0.2.0/24'), args: entry('192.0.2.7') },
    { title: 'no entry to remove', fun: 'ipset.absent', prepare: filled('192.0.2.0/24'), args: entry('198.51.100.0/24') },
    { title: 'nothing to flush', fun: 'ipset.flush', prepare: made('hash:ip'), args: () => ({ name: 'own' }) },
  ],
  failing: [
    { title: 'no such type', fun: 'ipset.set_present', args: () => ({ name: 'x', set_type: 'hash:fly' }), comment: /^Failed to create set x for ipv4: Error: Set Type is invalid$/ },
    { title: 'a range is missing', fun: 'ipset.set_present', args: () => ({ name: 'x', set_type: 'bitmap:ip' }), comment: /range is a required argument$/ },
    { title: 'a range that is none', fun: 'ipset.set_present', args: () => ({ name: 'x', set_type: 'bitmap:ip', range: 'fly' }), comment: /^Failed to create set x for ipv4: ipset v.*Syntax error/ },
    { title: 'a name that is an option', fun: 'ipset.set_present', args: () => ({ name: '-f', set_type: 'hash:ip' }), comment: /^'-f' is no word for ipset$/ },
    { title: 'no such set', fun: 'ipset.present', args: entry('192.0.2.1'), comment: /^Failed to add to entry 192\.0\.2\.1 to set own for family ipv4\.\nError: Set own does not exist$/ },
    { title: 'an entry that is none', fun: 'ipset.present', prepare: made('hash:ip'), args: entry('::1'), comment: /^Failed to add to entry ::1 .*\nError: ipset v/ },
    { title: 'a set without comments', fun: 'ipset.present', prepare: made('hash:ip'), args: entry('192.0.2.1', { comment: 'x' }), comment: /Error: Set own not created with comment support$/ },
    { title: 'an open quote', fun: 'ipset.present', prepare: made('hash:ip', 'comment'), args: entry('192.0.2.1 comment "x'), comment: /No closing quotation/ },
    { title: 'no entry', fun: 'ipset.absent', prepare: made('hash:ip'), args: () => ({ name: 'x', set_name: 'own' }), comment: /^ipset entry must be specified$/ },
    { title: 'a part of a network', fun: 'ipset.absent', prepare: filled('192.0.2.0/24'), args: entry('192.0.2.7'), comment: /^Failed to delete ipset entry from set own for ipv4\. Attempted entry was 192\.0\.2\.7\.\nError: ipset v/ },
    { title: 'no set to flush', fun: 'ipset.flush', args: () => ({ name: 'none' }), comment: /^ipset set none does not exist for ipv4$/ },
    { title: 'a set that is used', fun: 'ipset.set_absent', args: () => ({ name: 'own' }), comment: /^Failed to delete set own for ipv4: ipset v.*in use/, prepare: (network) => {
      filled('192.0.2.0/24')(network);
      network.set('create', 'all', 'list:set');
      network.set('add', 'all', 'own');
    } },
  ],
});
