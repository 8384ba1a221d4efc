/** States of SELinux hold what every state must. The programs are small ones of the test: they keep lists in files, in the forms of policycoreutils 3.4. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSys } from '../../src/kernel/sys/sys.js';
import { belowSys } from '../support/below-sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const LISTS: Readonly<Record<string, string>> = {
  booleans: 'SELinux boolean                State  Default Description\n\nown_bool                       (off  ,  off)  Allow own to do it\nlocked                         (off  ,   on)  Nobody may\n',
  modules: '100 base              pp\n400 own               pp disabled\n',
  files: 'SELinux fcontext                                   type               Context\n\n/                                                  directory          system_u:object_r:root_t:s0 \n'
    + '/srv/own                                           all files          system_u:object_r:own_t:s0 \n',
  ports: 'SELinux Port Type              Proto    Port Number\n\nhttp_port_t                    tcp      80, 81, 443\n',
  labels: '',
};
/** Each keeps its list in `$AT`. Names come as arguments, whatever is in them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  setsebool: `persist=; [ "$1" = -P ] && { persist=yes; shift; }
for pair; do name="\${pair%%=*}"; value="\${pair#*=}"; [ "$name" = locked ] && { echo "Could not change active booleans: Permission denied" >&2; exit 1; }
awk -v n="$name" -v v="$value" -v p="$persist" '$1 == n { printf "%s  (%s  ,  %s)  Allow own to do it\\n", n, v, p == "yes" ? v : substr($4, 1, length($4) - 1); next } { print }' "$AT/booleans" > "$AT/new" && mv "$AT/new" "$AT/booleans"; done`,
  semodule: `case "$1" in
--list-modules=full) cat "$AT/modules";;
--install) [ -e "$2" ] || { echo "Failed to open $2: No such file or directory" >&2; exit 1; }; name="$(basename "$2" .pp)"; grep -vF " $name " "$AT/modules" > "$AT/new"; mv "$AT/new" "$AT/modules"; echo "400 $name pp" >> "$AT/modules";;
--remove) [ "$2" = base ] && { echo "semodule: Failed on base!" >&2; exit 1; }; grep -v " $2 " "$AT/modules" > "$AT/new"; mv "$AT/new" "$AT/modules";;
--enable) sed -i "s/^\\(400 $2 .*\\) disabled/\\1/" "$AT/modules";;
--disable) [ "$2" = base ] && { echo "semodule: Failed on base!" >&2; exit 1; }; sed -i "s/^400 $2 .*/& disabled/" "$AT/modules";;
esac`,
  semanage: `case "$1 $2" in
"boolean --list") cat "$AT/booleans";; "fcontext --list") cat "$AT/files";; "port --list") cat "$AT/ports";;
fcontext*) for last; do :; done; type=own_t; kind="all files"; while [ $# -gt 0 ]; do case "$1" in --type) type="$2";; --ftype) kind="regular file";; --add|--modify|--delete) action="$1";; esac; shift; done
  [ "$type" = none_t ] && { echo "ValueError: Type none_t is invalid, must be a file or device type" >&2; exit 1; }
  awk -v n="$last" -v k="$kind" 'index($0, n " ") != 1 || !index($0, k) { print }' "$AT/files" > "$AT/new" && mv "$AT/new" "$AT/files"
  [ "$action" = --delete ] || printf '%s   %s   system_u:object_r:%s:s0 \\n' "$last" "$kind" "$type" >> "$AT/files";;
port*) for last; do :; done; type=; while [ $# -gt 0 ]; do case "$1" in --type) type="$2";; --proto) proto="$2";; --add|--modify|--delete) action="$1";; esac; shift; done
  [ "$type" = none_t ] && { echo "ValueError: Type none_t is invalid, must be a port type" >&2; exit 1; }; [ "$last" = 80 ] && { echo "ValueError: Port tcp/80 is defined in policy, cannot be deleted" >&2; exit 1; }
  grep -v " $proto *$last\\$" "$AT/ports" > "$AT/new"; mv "$AT/new" "$AT/ports"; [ "$action" = --delete ] || echo "$type   $proto   $last" >> "$AT/ports";;
esac`,
  restorecon: `dry=; for last; do [ "$last" = -n ] && dry=yes; done; [ -e "$last" ] || { echo "restorecon: lstat($last) failed: No such file or directory" >&2; exit 255; }
grep -qxF "$last" "$AT/labels" && exit 0
if [ "$dry" = yes ]; then echo "Would relabel $last from unconfined_u:object_r:default_t:s0 to unconfined_u:object_r:own_t:s0:c0.c5"; else echo "$last" >> "$AT/labels"; fi`,
};

interface Machine extends StateSystem {
  readonly file: string;
  enforce(mode: '0' | '1', config: string): void;
}

async function openMachine(): Promise<Machine> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-selinux-states-')));
  const [lists, bin] = [join(base, 'lists'), join(base, 'bin')];
  for (const folder of [lists, bin, join(base, 'etc/selinux'), join(base, 'sys/fs/selinux')]) mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(LISTS)) writeFileSync(join(lists, name), text);
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nAT='${lists}'\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const enforce: Machine['enforce'] = (mode, config) => {
    writeFileSync(join(base, 'sys/fs/selinux/enforce'), mode);
    writeFileSync(join(base, 'etc/selinux/config'), config);
  };
  enforce('1', 'SELINUX=enforcing\nSELINUXTYPE=targeted\n');
  const file = join(base, "own;it's$(id).pp");
  writeFileSync(file, '');
  const real = createSys({ env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` } });
  const host = await testHost({ sys: belowSys(base, ['/etc/selinux', '/sys/fs/selinux', '/selinux'], [], real), grains: () => ({ os: 'Fedora', os_family: 'RedHat', kernel: 'Linux' }), opts: { cachedir: join(base, 'cache') } });
  const shown = [lists, join(base, 'etc/selinux'), join(base, 'sys/fs/selinux')];
  return {
    file, enforce,
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(shown.map((folder) => readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]))),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Contexts of files and policies of ports are told when they are there: Salt foretells none of them. */
const silent = (): Record<string, never> => ({});

stateContract({
  name: 'selinux', open: openMachine,
  changing: [
    { title: 'permissive', fun: 'selinux.mode', args: () => ({ name: 'permissive' }) },
    { title: 'disabled from the next start', fun: 'selinux.mode', args: () => ({ name: 'disabled' }) },
    { title: 'the configuration only', fun: 'selinux.mode', prepare: ({ enforce }) => enforce('1', '# own\nSELINUX=permissive\n'), args: () => ({ name: 'Enforcing' }) },
    { title: 'a boolean', fun: 'selinux.boolean', args: () => ({ name: 'own_bool', value: true }) },
    { title: 'a lasting boolean', fun: 'selinux.boolean', args: () => ({ name: 'x', booleans: [{ own_bool: 'on' }], persist: true }) },
    { title: 'a module', fun: 'selinux.module', args: () => ({ name: 'own', module_state: 'enabled' }) },
    { title: 'a new module', fun: 'selinux.module_install', args: ({ file }) => ({ name: file }) },
    { title: 'no module', fun: 'selinux.module_remove', args: () => ({ name: 'own' }) },
    { title: 'no module, by option', fun: 'selinux.module', args: () => ({ name: 'own', remove: true }) },
    { title: 'a path', fun: 'selinux.fcontext_policy_present', args: () => ({ name: "/srv/it's $(id); x(/.*)?", sel_type: 'own_t' }) },
    { title: 'a path of another type', fun: 'selinux.fcontext_policy_present', args: () => ({ name: '/srv/own', sel_type: 'other_t' }) },
    { title: 'no path', fun: 'selinux.fcontext_policy_absent', args: () => ({ name: '/srv/own' }) },
    { title: 'contexts', fun: 'selinux.fcontext_policy_applied', args: ({ file }) => ({ name: file, recursive: true }), foretold: silent },
    { title: 'a port', fun: 'selinux.port_policy_present', args: () => ({ name: 'tcp/7', sel_type: 'own_port_t' }), foretold: silent },
    { title: 'ports by any name', fun: 'selinux.port_policy_present', args: () => ({ name: 'own ports', protocol: 'udp', port: '5000-5010', sel_type: 'own_port_t' }), foretold: silent },
  ],
  idle: [
    { title: 'enforcing', fun: 'selinux.mode', args: () => ({ name: 'Enforcing' }) },
    { title: 'a boolean that is so', fun: 'selinux.boolean', args: () => ({ name: 'own_bool', value: 'off', persist: true }) },
    { title: 'a module that is so', fun: 'selinux.module', args: () => ({ name: 'own', module_state: false }) },
    { title: 'a module that is not there', fun: 'selinux.module_remove', args: () => ({ name: "no'ne" }) },
    { title: 'a path that is so', fun: 'selinux.fcontext_policy_present', args: () => ({ name: '/srv/own', sel_type: 'own_t' }) },
    { title: 'a path without a policy', fun: 'selinux.fcontext_policy_absent', args: () => ({ name: '/srv/own', filetype: 'f' }) },
    { title: 'a port that is so', fun: 'selinux.port_policy_present', args: () => ({ name: 'tcp/81', sel_type: 'http_port_t' }) },
    { title: 'a port without a policy', fun: 'selinux.port_policy_absent', args: () => ({ name: 'tcp/8' }) },
  ],
  failing: [
    { title: 'a mode that is none', fun: 'selinux.mode', args: () => ({ name: 'maybe' }), comment: /^maybe is not an accepted mode$/ },
    { title: 'no boolean', fun: 'selinux.boolean', args: () => ({ name: '$(id)', value: true }), comment: /^Boolean \$\(id\) is not available$/ },
    { title: 'a value that is none', fun: 'selinux.boolean', args: () => ({ name: 'own_bool', value: 'maybe' }), comment: /^maybe is not a valid value for the boolean own_bool$/ },
    { title: 'a boolean that is refused', fun: 'selinux.boolean', args: () => ({ name: 'locked', value: true }), comment: /^Failed to set the following booleans: \{'locked': True\}\nCould not change active booleans: Permission denied$/ },
    { title: 'no such module', fun: 'selinux.module', args: () => ({ name: 'none' }), comment: /^Module none is not available$/ },
    { title: 'a module that is refused', fun: 'selinux.module', args: () => ({ name: 'base', module_state: 'disabled' }), comment: /^Failed to set the Module base to disabled\nsemodule: Failed on base!$/ },
    { title: 'a file that is not there', fun: 'selinux.module_install', args: () => ({ name: '/no such.pp' }), comment: /^Failed to install module \/no such\.pp\nFailed to open \/no such\.pp: No such file/ },
    { title: 'a dash', fun: 'selinux.module_install', args: () => ({ name: '--remove=base' }), comment: /^Module '--remove=base' is not valid$/ },
    { title: 'both at once', fun: 'selinux.module', args: () => ({ name: 'own', install: true, remove: true }), comment: /^Cannot install and remove at the same time$/ },
    { title: 'a type that is none', fun: 'selinux.fcontext_policy_present', args: () => ({ name: '/srv/new', sel_type: 'none_t' }), comment: /^Error adding new rule: \{.*'stderr': 'ValueError: Type none_t is invalid/ },
    { title: 'a kind of file that is none', fun: 'selinux.fcontext_policy_present', args: () => ({ name: '/srv/new', sel_type: 'own_t', filetype: 'x' }), comment: /^Invalid file type code 'x'; expected one of: a, f, d, c, b, s, l, p$/ },
    { title: 'no file', fun: 'selinux.fcontext_policy_applied', args: () => ({ name: '/no such' }), comment: /^restorecon: lstat\(\/no such\) failed/ },
    { title: 'a port type that is none', fun: 'selinux.port_policy_present', args: () => ({ name: 'tcp/9', sel_type: 'none_t' }), comment: /^Error adding new policy: \{.*ValueError: Type none_t/ },
    { title: 'a port of the policy', fun: 'selinux.port_policy_absent', args: () => ({ name: 'tcp/80' }), comment: /^Error deleting policy: \{.*defined in policy/ },
    { title: 'no port', fun: 'selinux.port_policy_present', args: () => ({ name: 'tcp/x; id', sel_type: 'own_port_t' }), comment: /^Invalid name "tcp\/x; id" format and protocol and port not provided or invalid: "None" "None"\.$/ },
  ],
});
