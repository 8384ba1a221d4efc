/** States of LVM hold what every state must, on devices of their own. */
import { spawnSync } from 'node:child_process';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { loopObstacle, lvmFolder, openLoops } from '../support/loop-devices.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const skip = loopObstacle('lvm');

interface Machine extends StateSystem {
  readonly disks: readonly [string, string];
  lvm(...words: string[]): void;
}

async function openMachine(): Promise<Machine> {
  const loops = openLoops(2, 64);
  const env = { ...process.env, ...lvmFolder(loops) };
  const host = await testHost({ sys: createSys({ env }), grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: loops.folder } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  const lvm = (...words: string[]): string => {
    const done = spawnSync('lvm', words, { encoding: 'utf8', env });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  };
  return {
    disks: [loops.devices[0] ?? '', loops.devices[1] ?? ''], lvm: (...words) => void lvm(...words),
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(lvm('pvs', '--segments', '--noheadings', '-o', 'pv_name,vg_name,vg_extent_size,lv_full_name,lv_size,stripes')),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      loops[Symbol.dispose]();
    },
  };
}

const group = ({ lvm, disks }: Machine): void => lvm('vgcreate', 'own', disks[0]);
/** A volume of three extents, 12 MB. */
const volume = (machine: Machine): void => {
  group(machine);
  machine.lvm('lvcreate', '-n', 'data', '-l', '3', '-an', '-Zn', 'own');
};
/** Without the device mapper nothing can be made active or be zeroed. */
const resting: PlainMap = { activate: 'n', zero: false };

stateContract({
  name: 'lvm', open: openMachine, skip,
  changing: [
    { title: 'a physical volume', fun: 'lvm.pv_present', args: ({ disks }) => ({ name: disks[0], metadatasize: '2M' }) },
    { title: 'a physical volume goes', fun: 'lvm.pv_absent', prepare: ({ lvm, disks }) => lvm('pvcreate', disks[0]), args: ({ disks }) => ({ name: disks[0] }) },
    { title: 'a group', fun: 'lvm.vg_present', args: ({ disks }) => ({ name: 'own', devices: disks.join(','), physicalextentsize: '8M' }), foretold: null },
    { title: 'a group grows', fun: 'lvm.vg_present', prepare: (machine) => { group(machine); machine.lvm('pvcreate', machine.disks[1]); }, args: ({ disks }) => ({ name: 'own', devices: [...disks] }) },
    { title: 'a group goes', fun: 'lvm.vg_absent', prepare: volume, args: () => ({ name: 'own' }) },
    { title: 'a volume by size, rounded to extents', fun: 'lvm.lv_present', prepare: group, args: () => ({ name: 'data', vgname: 'own', size: '10M', ...resting }), foretold: null },
    { title: 'a volume by extents', fun: 'lvm.lv_present', prepare: group, args: () => ({ name: 'data', vgname: 'own', extents: 4, ...resting }), foretold: null },
    { title: 'a volume by share', fun: 'lvm.lv_present', prepare: group, args: () => ({ name: 'data', vgname: 'own', extents: '100%FREE', ...resting }), foretold: null },
    { title: 'a volume in stripes', fun: 'lvm.lv_present', prepare: ({ lvm, disks }) => lvm('vgcreate', 'own', ...disks), args: () => ({ name: 'data', vgname: 'own', extents: 3, stripes: 2, ...resting }), foretold: null },
    { title: 'a volume grows', fun: 'lvm.lv_present', prepare: volume, args: () => ({ name: 'data', vgname: 'own', size: '15.5mb' }) },
    { title: 'a volume shrinks', fun: 'lvm.lv_present', prepare: volume, args: () => ({ name: 'data', vgname: 'own', extents: '2', force: true }) },
    { title: 'a volume goes', fun: 'lvm.lv_absent', prepare: volume, args: () => ({ name: 'data', vgname: 'own' }) },
  ],
  idle: [
    { title: 'a group with its devices', fun: 'lvm.vg_present', prepare: group, args: ({ disks }) => ({ name: 'own', devices: disks[0] }) },
    { title: 'a group without devices', fun: 'lvm.vg_present', prepare: group, args: () => ({ name: 'own' }) },
    { title: 'a volume of its size', fun: 'lvm.lv_present', prepare: volume, args: () => ({ name: 'data', vgname: 'own', size: 12 }) },
    { title: 'a volume of any size', fun: 'lvm.lv_present', prepare: volume, args: () => ({ name: 'data', vgname: 'own', extents: '50%VG' }) },
    { title: 'no volume', fun: 'lvm.lv_absent', prepare: group, args: () => ({ name: 'none;$(id)', vgname: 'own' }) },
    { title: 'no group', fun: 'lvm.vg_absent', args: () => ({ name: "no'ne" }) },
  ],
  failing: [
    { title: 'no device', fun: 'lvm.pv_present', args: () => ({ name: '/no such/$(id)' }), comment: /^Failed to create Physical Volume \/no such\/\$\(id\)\n\/no such\/\$\(id\) does not exist$/ },
    { title: 'a volume in use', fun: 'lvm.pv_absent', prepare: group, args: ({ disks }) => ({ name: disks[0] }), comment: /^Failed to remove Physical Volume .*\n[^]*is used by VG own/ },
    { title: 'a name that is none', fun: 'lvm.vg_present', args: ({ disks }) => ({ name: 'a b;$(id)', devices: disks[0] }), comment: /^Failed to create Volume Group a b;\$\(id\)\n[^]*(?:invalid|illegal|contains)/i },
    { title: 'a device that is none', fun: 'lvm.vg_present', prepare: group, args: ({ disks }) => ({ name: 'own', devices: [disks[0], disks[1]] }), comment: /^Volume Group own already present\n.* is part of Volume Group\npv .* is not present$/ },
    { title: 'a device of another group', fun: 'lvm.vg_present', prepare: ({ lvm, disks }) => { lvm('vgcreate', 'own', disks[0]); lvm('vgcreate', 'other', disks[1]); }, args: ({ disks }) => ({ name: 'own', devices: disks[1] }), comment: /is part of other$/ },
    { title: 'no group', fun: 'lvm.lv_present', args: () => ({ name: 'data', vgname: 'none', size: '4M' }), comment: /^Failed to create Logical Volume data\. Error: [^]*Volume group "none" not found/ },
    { title: 'no room', fun: 'lvm.lv_present', prepare: group, args: () => ({ name: 'data', vgname: 'own', size: '1T', ...resting }), comment: /Error: [^]*insufficient free space/ },
    { title: 'no room to grow', fun: 'lvm.lv_present', prepare: volume, args: () => ({ name: 'data', vgname: 'own', size: '1T' }), comment: /^Failed to resize Logical Volume data\.\nError: [^]*[Ii]nsufficient free space/ },
    { title: 'smaller without force', fun: 'lvm.lv_present', prepare: volume, args: () => ({ name: 'data', vgname: 'own', size: '4M' }), comment: /^To reduce a Logical Volume option 'force' must be True\.$/ },
  ],
});
