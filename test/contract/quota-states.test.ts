/** The state of quotas holds what every state must. The programs are small ones of the test, with the texts of quota 4.06. */
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const REFUSED = 'echo "quotaon: Quota format not supported in kernel." >&2; exit 2';
const PROGRAMS: Readonly<Record<string, string>> = {
  setquota: 'exit 0',
  quotaon: `case "$1 $2" in "-p /nowhere") echo "quotaon: Cannot stat() given mountpoint $2: No such file or directory" >&2; exit 1;; "-p /none") echo "quotaon: Mountpoint (or device) /none not found or has no quota enabled." >&2; exit 1;;
  -p*) echo "group quota on $2 (/dev/loop0) is $(cat "$MODE")"; echo "user quota on $2 (/dev/loop0) is $(cat "$MODE")"; exit 0;; "/old ") ${REFUSED};; *) echo on > "$MODE";; esac`,
  quotaoff: 'echo off > "$MODE"',
};

async function openMachine(): Promise<StateSystem & { readonly mode: string }> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-quota-states-')));
  const mode = join(base, 'mode');
  writeFileSync(mode, 'off\n');
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(base, name), `#!/bin/sh\nMODE='${mode}'\n${text}\n`);
    chmodSync(join(base, name), 0o755);
  }
  const sys = createSys({ env: { ...process.env, PATH: `${base}:${process.env['PATH'] ?? ''}` } });
  const host = await testHost({ sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: join(base, 'cache') } });
  return {
    mode,
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(readFileSync(mode, 'utf8')),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

stateContract({
  name: 'quota', open: openMachine,
  changing: [
    { title: 'on', fun: 'quota.mode', args: () => ({ name: '/srv/a b;$(id)', mode: true, quotatype: 'user' }) },
    { title: 'on, by its word', fun: 'quota.mode', args: () => ({ name: '/srv', mode: 'on', quotatype: 'group' }) },
    { title: 'off', fun: 'quota.mode', prepare: ({ mode }) => writeFileSync(mode, 'on\n'), args: () => ({ name: '/srv', mode: false, quotatype: 'user' }) },
  ],
  idle: [{ title: 'off already', fun: 'quota.mode', args: () => ({ name: '/srv', mode: 'off', quotatype: 'user' }) }],
  failing: [
    { title: 'a kernel that has none', fun: 'quota.mode', args: () => ({ name: '/old', mode: true, quotatype: 'user' }), comment: /^Failed to set quota for \/old to on\nquotaon: Quota format not supported in kernel\.$/ },
    { title: 'no such place', fun: 'quota.mode', args: () => ({ name: '/nowhere', mode: true, quotatype: 'user' }), comment: /^Failed to set quota for \/nowhere to on\nQuota of kind user: Not found$/ },
    { title: 'a place without quotas', fun: 'quota.mode', args: () => ({ name: '/none', mode: true, quotatype: 'user' }), comment: /^Failed to set quota for \/none to on\nQuota of kind user: disabled$/ },
    { title: 'a mode that is none', fun: 'quota.mode', args: () => ({ name: '/srv', mode: 'maybe', quotatype: 'user' }), comment: /^The mode of a quota is on or off$/ },
    { title: 'a dash', fun: 'quota.mode', args: () => ({ name: '-a', mode: true, quotatype: 'user' }), comment: /^Device '-a' is not valid$/ },
  ],
});
