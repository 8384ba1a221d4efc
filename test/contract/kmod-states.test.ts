/** States of kernel modules hold what every state must. The programs are small ones of the test: they keep a list in a file. */
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

/** What kmod 30 prints of modules that are there, and says of others. */
const PROGRAMS: Readonly<Record<string, string>> = {
  lsmod: 'echo "Module                  Size  Used by"; cat "$LIST"',
  modprobe: 'case "$1" in broken) echo "modprobe: ERROR: could not insert \'broken\': Operation not permitted" >&2; exit 1;; *) echo "$1 16384 0" >> "$LIST";; esac',
  rmmod: 'case "$1" in busy) echo "rmmod: ERROR: Module busy is in use" >&2; exit 1;; *) grep -v "^$1 " "$LIST" > "$LIST.new"; mv "$LIST.new" "$LIST";; esac',
};

async function openKernel(): Promise<StateSystem> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-kmod-states-')));
  const list = join(base, 'list');
  writeFileSync(list, 'loop 40960 2 a,b\nbusy 8192 1\n');
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(base, name), `#!/bin/sh\nLIST='${list}'\n${text}\n`);
    chmodSync(join(base, name), 0o755);
  }
  const real = createSys({ env: { ...process.env, PATH: `${base}:${process.env['PATH'] ?? ''}` } });
  const builtIn = 'kernel/drivers/dummy.ko\nkernel/drivers/other.ko\nkernel/drivers/broken.ko\n';
  const sys = { ...real, readText: (path: string) => (path.endsWith('/modules.builtin') ? Promise.resolve(builtIn) : real.readText(path)) };
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  const host = await testHost({ sys, grains: () => grains, opts: { cachedir: join(base, 'cache') } });
  return {
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(readFileSync(list, 'utf8')),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Real Salt tells no changes before they are made. */
const silent = (): PlainMap => ({});

stateContract({
  name: 'kmod', open: openKernel,
  changing: [
    { title: 'a module', fun: 'kmod.present', args: () => ({ name: 'dummy' }), foretold: silent },
    { title: 'several modules', fun: 'kmod.present', args: () => ({ name: 'made', mods: ['loop', 'dummy', 'other'] }), foretold: silent },
    { title: 'no module', fun: 'kmod.absent', args: () => ({ name: 'loop' }), foretold: silent },
  ],
  idle: [{ title: 'a module that is there', fun: 'kmod.present', args: () => ({ name: 'loop' }) }, { title: 'a module that is not there', fun: 'kmod.absent', args: () => ({ name: 'none' }) }],
  failing: [
    { title: 'no such module', fun: 'kmod.present', args: () => ({ name: '$(id)' }), comment: /^Kernel module \$\(id\) is unavailable$/ },
    { title: 'a module that does not load', fun: 'kmod.present', args: () => ({ name: 'broken' }), comment: /^Failed to load kernel module broken: Error loading module broken: modprobe: ERROR: could not insert/ },
    { title: 'a module in use', fun: 'kmod.absent', args: () => ({ name: 'busy' }), comment: /^Failed to remove kernel module busy: Error removing module busy: rmmod: ERROR: Module busy is in use$/ },
  ],
});
