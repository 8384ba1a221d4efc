/** The module ipset and its states beside those of real Salt, each in a network of its own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { namespaceObstacle } from '../support/network-namespace.js';
import { compareCalls, saltFolder, type Answer } from '../support/salt-calls.js';
import { compareStates, type StateCall } from '../support/state-calls.js';

const skip = skipWithoutSalt === false ? namespaceObstacle('ipset') : skipWithoutSalt;
const root = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-peer-ipset-')));
after(() => rmSync(root, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path);
  return saltFolder(path);
}

test('what lacks something is told as by real Salt', { skip }, async () => {
  const none = 'tsalt-no-such-set';
  await compareCalls(folder('calls'), [
    ['ipset.version'], ['ipset.new_set'], ['ipset.new_set', ['x']], ['ipset.new_set', ['x', 'hash:fly']], ['ipset.new_set', ['x', 'bitmap:ip']], ['ipset.delete_set'], ['ipset.rename_set'], ['ipset.rename_set', ['x']],
    ['ipset.rename_set', [none, 'y']], ['ipset.check_set'], ['ipset.check_set', [none]], ['ipset.add'], ['ipset.add', ['x']], ['ipset.add', [none, '192.0.2.1']], ['ipset.delete'], ['ipset.delete', ['x']],
    ['ipset.delete', [none, '192.0.2.1']], ['ipset.check'], ['ipset.check', ['x']], ['ipset.check', [none, '192.0.2.1']], ['ipset.test'], ['ipset.test', ['x']], ['ipset.test', [none, '192.0.2.1']], ['ipset.flush', [none]],
    ['ipset.delete_set', [none]],
  ]);
});

/** Salt foretells no changes. */
function comparable(answer: Answer): unknown {
  const told = 'value' in answer && isPlainMap(answer.value) ? answer.value : undefined;
  return told?.['result'] === null ? { ...told, changes: {} } : answer;
}

test('states tell what those of real Salt tell', { skip }, async () => {
  const both = (fun: string, args: PlainMap): StateCall[] => [[`ipset.${fun}`, args, 'test'], [`ipset.${fun}`, args], [`ipset.${fun}`, args]];
  const entry = (set_name: string, given: string | string[], more: PlainMap = {}): PlainMap => ({ name: 'x', set_name, entry: given, ...more });
  await compareStates(folder('states'), [
    ...both('set_present', { name: 'ips', set_type: 'hash:ip', comment: true, timeout: '300' }), ...both('set_present', { name: 'nets', set_type: 'hash:net' }), ...both('set_present', { name: 'ports', set_type: 'bitmap:port', range: '1-100' }),
    ...both('set_present', { name: 'six', set_type: 'hash:net', family: 'ipv6' }), ['ipset.set_present', { name: 'bad', set_type: 'hash:fly' }], ['ipset.set_present', { name: 'bad', set_type: 'bitmap:ip' }],
    ['ipset.set_present', { name: 'bad', set_type: 'bitmap:ip', range: 'fly' }], ...both('present', entry('nets', ['192.0.2.0/24', '198.51.100.7'])), ...both('present', entry('ports', '80')), ...both('present', entry('six', '2001:db8::/32')),
    ['ipset.present', entry('nets', '192.0.2.9')], ['ipset.present', entry('none', '192.0.2.9')], ['ipset.present', entry('nets', '::1')], ['ipset.present', entry('nets', '192.0.3.1', { comment: 'x' })], ['ipset.present', { name: 'x', set_name: 'nets' }],
    ['ipset.present', entry('ips', '192.0.2.1 timeout 200', { comment: 'one' })],
    ...both('absent', entry('nets', ['203.0.113.0/24', '192.0.2.0/24'])), ['ipset.absent', entry('none', '192.0.2.9')], ['ipset.absent', { name: 'x', set_name: 'nets' }],
    ['ipset.flush', { name: 'ports' }, 'test'], ['ipset.flush', { name: 'ports' }], ['ipset.flush', { name: 'none' }], ...both('set_absent', { name: 'ips' }), ...both('set_absent', { name: 'six', family: 'ipv6' }),
  ], { comparable, machine: ['unshare', '-n'] });
});
