/** States of block devices hold what every state must, on devices of their own. */
import { spawnSync } from 'node:child_process';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { loopObstacle, openLoops } from '../support/loop-devices.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

interface Machine extends StateSystem {
  readonly disk: string;
  start(...argv: [string, ...string[]]): void;
}

async function openMachine(): Promise<Machine> {
  const loops = openLoops(1, 8);
  const disk = loops.devices[0] ?? '';
  const host = await testHost({ sys: createSys(), grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: loops.folder } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const output = (program: string, ...words: string[]): string => spawnSync(program, words, { encoding: 'utf8' }).stdout;
  return {
    disk, start: (program, ...words) => void output(program, ...words),
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve([output('blockdev', '--getro', '--getra', '--getsz', disk), output('blkid', '-c', '/dev/null', '-o', 'value', '-s', 'TYPE', '-s', 'LABEL', disk)]),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      loops[Symbol.dispose]();
    },
  };
}

stateContract({
  name: 'blockdev', open: openMachine, skip: loopObstacle('blockdev', 'blkid', 'mkfs.ext4', 'mkfs.ext2'),
  changing: [
    { title: 'a read-ahead', fun: 'blockdev.tuned', args: ({ disk }) => ({ name: disk, 'read-ahead': 1029 }) },
    { title: 'read only', fun: 'blockdev.tuned', args: ({ disk }) => ({ name: disk, 'read-only': true }) },
    { title: 'writable', fun: 'blockdev.tuned', prepare: ({ start, disk }) => start('blockdev', '--setro', disk), args: ({ disk }) => ({ name: disk, 'read-write': true, 'read-ahead': '512' }) },
    { title: 'a file system', fun: 'blockdev.formatted', args: ({ disk }) => ({ name: disk, force: true, lazy_itable_init: 1 }) },
    { title: 'another file system', fun: 'blockdev.formatted', prepare: ({ start, disk }) => start('mkfs.ext2', '-q', '-F', disk), args: ({ disk }) => ({ name: disk, fs_type: 'ext4', force: true }) },
  ],
  idle: [
    { title: 'a file system that is there', fun: 'blockdev.formatted', prepare: ({ start, disk }) => start('mkfs.ext2', '-q', '-F', '-L', 'kept', disk), args: ({ disk }) => ({ name: disk, fs_type: 'ext2' }) },
    { title: 'no settings', fun: 'blockdev.tuned', args: ({ disk }) => ({ name: disk }) },
  ],
  failing: [
    { title: 'no device', fun: 'blockdev.tuned', args: () => ({ name: '/no such $(id)', 'read-only': true }), comment: /^Changes to \/no such \$\(id\) cannot be applied\. Not a block device\.$/ },
    { title: 'no such setting', fun: 'blockdev.tuned', args: ({ disk }) => ({ name: disk, 'read-only': false, colour: 'red' }), comment: /^Invalid keyword arguments: read-only=False, colour=red$/ },
    { title: 'a setting of another kind', fun: 'blockdev.tuned', args: ({ disk }) => ({ name: disk, 'read-ahead': 'much;$(id)' }), comment: /^Failed to modify block device \/dev\/loop\d+\n.*much;\$\(id\)/ },
    { title: 'nothing to format', fun: 'blockdev.formatted', args: () => ({ name: '/no such' }), comment: /^\/no such does not exist$/ },
    { title: 'no such file system', fun: 'blockdev.formatted', args: ({ disk }) => ({ name: disk, fs_type: '../sh;$(id)' }), comment: /^Invalid fs_type: \.\.\/sh;\$\(id\)$/ },
    { title: 'a read only device', fun: 'blockdev.formatted', prepare: ({ start, disk }) => start('blockdev', '--setro', disk), args: ({ disk }) => ({ name: disk, force: true }), comment: /^Failed to format \/dev\/loop\d+\n[^]*(?:Operation not permitted|[Rr]ead-only)/ },
  ],
});
