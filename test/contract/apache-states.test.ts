/** States of Apache on Debian hold what every state must, on a copy of its configuration. */
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateCases, type StateSystem } from './states.js';

const skip = existsSync('/usr/sbin/a2enmod') ? false : 'apache2 is not installed';
const SITE = '<VirtualHost *:80>\n</VirtualHost>\n';

async function openApache(): Promise<StateSystem> {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-apache-'));
  const [folder, state] = [join(root, 'apache2'), join(root, 'state')];
  mkdirSync(state);
  for (const kind of ['mods', 'sites', 'conf']) for (const of of ['available', 'enabled']) mkdirSync(join(folder, `${kind}-${of}`), { recursive: true });
  cpSync('/etc/apache2/mods-available', join(folder, 'mods-available'), { recursive: true });
  for (const [kind, name] of [['sites', 'web.example.org'], ['sites', 'other'], ['conf', 'extra'], ['conf', 'more']] as const) writeFileSync(join(folder, `${kind}-available`, `${name}.conf`), SITE);
  for (const [kind, name] of [['mods', 'status.load'], ['mods', 'status.conf'], ['sites', 'other.conf'], ['conf', 'more.conf']] as const) symlinkSync(`../${kind}-available/${name}`, join(folder, `${kind}-enabled`, name));
  const sys = createSys({ env: { ...process.env, APACHE_CONFDIR: folder, APACHE_STATEDIR: state } });
  const host = await testHost({ sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  return {
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(['mods', 'sites', 'conf'].map((kind) => readdirSync(join(folder, `${kind}-enabled`)).toSorted((a, b) => (a < b ? -1 : 1)).map((name) => [name, lstatSync(join(folder, `${kind}-enabled`, name)).isSymbolicLink()]))),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const name = (one: string) => (): PlainMap => ({ name: one });

/** `off` can be enabled, `on` is. */
function cases(state: string, off: string, on: string): StateCases<StateSystem> {
  const word = state.replace('apache_', '');
  return {
    name: state, open: openApache, skip,
    changing: [
      { title: 'one is enabled', fun: `${state}.enabled`, args: name(off) },
      { title: 'one is disabled', fun: `${state}.disabled`, args: name(on) },
    ],
    idle: [
      { title: 'one that is enabled', fun: `${state}.enabled`, args: name(on) },
      { title: 'one that is not enabled', fun: `${state}.disabled`, args: name(off) },
    ],
    failing: [
      { title: 'one that is not there', fun: `${state}.enabled`, args: name('none'), comment: new RegExp(`^Failed to enable none Apache ${word} \\((?:Mod|Site|Conf) none Not found\\): ERROR: (?:Module|Site|Conf) none does not exist!`) },
      { title: 'a pattern', fun: `${state}.disabled`, args: name('*'), comment: /^'\*' is no name of a module, site or configuration of Apache$/ },
      { title: 'an option', fun: `${state}.enabled`, args: name('-f'), comment: /is no name of a module/ },
      { title: 'a path', fun: `${state}.enabled`, args: name('../x; touch y'), comment: /is no name of a module/ },
    ],
  };
}

stateContract(cases('apache_module', 'headers', 'status'));
stateContract(cases('apache_site', 'web.example.org', 'other'));
stateContract(cases('apache_conf', 'extra', 'more'));
