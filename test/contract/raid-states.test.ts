/** States of arrays hold what every state must. mdadm is a small program of the test: it keeps arrays and what devices know of them in files. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSys } from '../../src/kernel/sys/sys.js';
import { belowSys } from '../support/below-sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

/** Arrays are files, named by the last part of their device; each has its UUID and its devices as lines. */
const MDADM = `
known() { grep -lx "$1" "$DISKS"/../arrays/* "$DISKS"/../stopped/* 2>/dev/null | head -n 1; }
case "$1" in
--detail) if [ "$2" = --scan ]; then for one in "$DISKS"/../arrays/*; do [ -e "$one" ] && echo "ARRAY $DISKS/$(basename "$one") metadata=1.2 name=web1:0 UUID=$(head -n 1 "$one")"; done
  else echo "$2:"; echo "     Raid Level : raid1"; number=0; tail -n +2 "$DISKS/../arrays/$(basename "$2")" | while read -r disk; do echo "       $number       7        $number        $number      active sync   $disk"; number=$((number + 1)); done; fi;;
-Y) file=$(known "$3"); [ -n "$file" ] && echo "MD_LEVEL=raid1" && echo "MD_UUID=$(head -n 1 "$file")" || { echo "mdadm: No md superblock detected on $3." >&2; exit 1; };;
-C) name=$(basename "$2"); [ "$name" = refused ] && { echo "mdadm: unexpected failure opening $2" >&2; exit 1; }
  { echo uuid-of-it; shift 2; for word; do case "$word" in "$DISKS"/*) echo "$word";; esac; done; } > "$DISKS/../arrays/$name"; : > "$DISKS/$name";;
-A) mv "$DISKS/../stopped/$(basename "$2")" "$DISKS/../arrays/"; : > "$2";;
--stop) [ "$(basename "$2")" = busy ] && { echo "mdadm: Cannot get exclusive access to $2:Perhaps a running process, mounted filesystem or active volume group?" >&2; exit 1; }; rm "$DISKS/../arrays/$(basename "$2")" "$2";;
--zero-superblock) exit 0;;
--manage) case "$4" in *small) echo "mdadm: $4 not large enough to join array" >&2; exit 1;; esac; echo "$4" >> "$DISKS/../arrays/$(basename "$2")";;
esac
`;

interface Machine extends StateSystem {
  readonly disk: (name: string) => string;
  array(folder: 'arrays' | 'stopped', name: string, ...disks: string[]): void;
}

async function openMachine(): Promise<Machine> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-raid-states-')));
  const disks = join(base, 'disks');
  for (const name of ['bin', 'disks', 'arrays', 'stopped', 'etc']) mkdirSync(join(base, name));
  for (const name of ['a', 'b c', 'other', 'small']) writeFileSync(join(disks, name), '');
  writeFileSync(join(base, 'bin/mdadm'), `#!/bin/sh\nDISKS='${disks}'\n${MDADM}`);
  chmodSync(join(base, 'bin/mdadm'), 0o755);
  const real = createSys({ env: { ...process.env, PATH: `${join(base, 'bin')}:${process.env['PATH'] ?? ''}` } });
  const sys = belowSys(base, ['/etc'], [], real);
  const host = await testHost({ sys, grains: () => ({ os: 'Other', os_family: 'Other', kernel: 'Linux' }), opts: { cachedir: join(base, 'cache') } });
  const disk = (name: string): string => join(disks, name);
  return {
    disk,
    array(folder, name, ...members) {
      writeFileSync(join(base, folder, name), ['uuid-of-it', ...members.map(disk), ''].join('\n'));
      if (folder === 'arrays') writeFileSync(disk(name), '');
    },
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(['arrays', 'stopped', 'etc'].map((folder) => readdirSync(join(base, folder)).filter((name) => !name.endsWith('.bak')).sort().map((name) => [name, readFileSync(join(base, folder, name), 'utf8')]))),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

const md = ({ disk }: Machine, ...devices: string[]): { name: string; level: number; devices: string[] } => ({ name: disk('md0'), level: 1, devices: devices.map((name) => (name === 'missing' ? name : disk(name))) });

stateContract({
  name: 'raid', open: openMachine,
  changing: [
    // Facts of an array are known when it is there: Salt foretells its command only.
    { title: 'a new array', fun: 'raid.present', args: (machine) => ({ ...md(machine, 'a', 'b c', 'missing'), chunk: 256 }), foretold: () => ({}) },
    { title: 'an array is put together again', fun: 'raid.present', prepare: ({ array }) => array('stopped', 'md0', 'a', 'b c'), args: (machine) => md(machine, 'a', 'b c'), foretold: () => ({}) },
    { title: 'a device more', fun: 'raid.present', prepare: ({ array }) => array('arrays', 'md0', 'a'), args: (machine) => md(machine, 'a', 'other') },
    { title: 'an array goes', fun: 'raid.absent', prepare: ({ array }) => array('arrays', 'md0', 'a', 'b c'), args: ({ disk }) => ({ name: disk('md0') }) },
  ],
  idle: [
    { title: 'an array that is there', fun: 'raid.present', prepare: ({ array }) => array('arrays', 'md0', 'a', 'b c'), args: (machine) => md(machine, 'a', 'b c', 'missing') },
    { title: 'no array', fun: 'raid.absent', args: () => ({ name: '/dev/md$(id)' }) },
  ],
  failing: [
    { title: 'no device', fun: 'raid.present', args: (machine) => md(machine, 'none', 'missing'), comment: /^All devices are missing: \['.*\/none', 'missing'\]\.$/ },
    { title: 'devices of two arrays', fun: 'raid.present', args: (machine) => md(machine, 'a', 'other'), comment: /multiple MD_UUIDs: \['uuid-of-it', 'uuid-two'\]\.$/, prepare: (machine) => {
      machine.array('arrays', 'md1', 'a');
      writeFileSync(join(machine.disk('..'), 'arrays/md2'), `uuid-two\n${machine.disk('other')}\n`);
    } },
    { title: 'mdadm refuses', fun: 'raid.present', args: (machine) => ({ ...md(machine, 'a'), name: machine.disk('refused') }), comment: /^Raid .*refused failed to be created\.\nmdadm: unexpected failure opening .*refused$/ },
    { title: 'a device that does not fit', fun: 'raid.present', prepare: ({ array }) => array('arrays', 'md0', 'a'), args: (machine) => md(machine, 'a', 'small'), comment: /already present\. Unable to add .*small to .*md0\.\nmdadm: .*small not large enough to join array\n$/ },
    { title: 'an array in use', fun: 'raid.absent', prepare: ({ array }) => array('arrays', 'busy', 'a'), args: ({ disk }) => ({ name: disk('busy') }), comment: /^Raid .*busy failed to be destroyed\nmdadm: Cannot get exclusive access/ },
    { title: 'a dash', fun: 'raid.present', args: (machine) => ({ ...md(machine, 'a'), name: '--stop' }), comment: /^Name '--stop' is not valid$/ },
    { title: 'a dash in an option', fun: 'raid.present', args: (machine) => ({ ...md(machine, 'a'), chunk: '--force' }), comment: /^Value '--force' is not valid$/ },
  ],
});
