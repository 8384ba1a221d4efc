/** systemctl 252 on Debian 12; answers without a running systemd observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import debian from '../../../../src/plugins/modules/debian_service.js';
import { readProperties, readRunning, readUnitFiles, withoutScopes } from '../../../../src/plugins/modules/service/systemctl.js';
import { shortName, unitName } from '../../../../src/plugins/modules/service/names.js';
import systemd from '../../../../src/plugins/modules/systemd_service.js';
import { DEBIAN_GRAINS, machine, type Machine } from './machine.js';

test('unitName() and shortName() treat services without their ending', () => {
  assert.deepEqual(['sshd', 'sshd.service', 'a.timer', 'mysocket'].map(unitName), ['sshd.service', 'sshd.service', 'a.timer', 'mysocket']);
  assert.deepEqual(['sshd.service', 'a.timer', 'b.wants', 'plain'].map(shortName), ['sshd', 'a.timer', undefined, undefined]);
});

test('readUnitFiles() and readRunning() read tables without heads', () => {
  const files = 'cron.service                 enabled         enabled\napt-daily.timer              enabled         enabled\ngetty@.service               disabled        enabled\ndbus.socket                  static          -\nmulti-user.target.wants      enabled         -\n';
  assert.deepEqual(readUnitFiles(files, 'enabled'), ['cron', 'apt-daily.timer']);
  assert.deepEqual(readUnitFiles(files, 'static'), ['dbus.socket']);
  const units = '  dbus.service      loaded active running D-Bus System Message Bus\n  dbus.socket       loaded active running D-Bus\n● bad.service       loaded failed failed  Bad\n  dev-sda.device    loaded active plugged disk\n\n';
  assert.deepEqual(readRunning(units), ['dbus', 'dbus.socket']);
});

test('readProperties() reads lists and braces', () => {
  const text = 'Id=cron.service\nAfter=basic.target system.slice\nWants=\nExecStart={ path=/usr/sbin/cron ; argv[]=/usr/sbin/cron -f ; ignore_errors=no }\nEnvironment=A=b\nno property';
  assert.deepEqual(readProperties(text), {
    Id: 'cron.service', After: ['basic.target', 'system.slice'], Wants: [],
    ExecStart: { path: '/usr/sbin/cron', 'argv[]': '/usr/sbin/cron -f', ignore_errors: 'no' }, Environment: 'A=b', 'no property': '',
  });
});

test('withoutScopes() drops the lines of systemd-run', () => {
  assert.equal(withoutScopes('Running scope as unit: run-r1.scope\nFailed to start x.service\n'), 'Failed to start x.service');
});

/** Folders with their names; links are `{ to }`. */
function diskOf(folders: Readonly<Record<string, readonly string[]>>, links: Readonly<Record<string, string>> = {}): Partial<Sys> {
  const missing = (path: string): NodeJS.ErrnoException => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
  const there = (path: string): boolean => Object.entries(folders).some(([folder, names]) => path === folder || names.some((name) => `${folder}/${name}` === path));
  const check = <T>(path: string, value: T): Promise<T> => (there(path) ? Promise.resolve(value) : Promise.reject(missing(path)));
  return {
    which: (program) => Promise.resolve(`/usr/bin/${program}`),
    exists: (path) => Promise.resolve(there(path)),
    readText: () => Promise.resolve(undefined),
    fs: {
      ...fs,
      readdir: ((path: string) => check(path, [...(folders[path] ?? [])])) as unknown as typeof fs.readdir,
      lstat: ((path: string) => check(path, { isSymbolicLink: () => false })) as unknown as typeof fs.lstat,
      access: ((path: string) => check(path, undefined)) as typeof fs.access,
      readlink: ((path: string) => (links[path] === undefined ? Promise.reject(missing(path)) : Promise.resolve(links[path]))) as typeof fs.readlink,
    },
  };
}

interface Played {
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  readonly links?: Readonly<Record<string, string>>;
  /** By the words behind `systemctl`, the end of the command. */
  readonly ends?: Readonly<Record<string, PlainMap>>;
}

/** A booted systemd whose answers are played; commands that change something are seen in `commands`. */
function booted({ folders = {}, links = {}, ends = {} }: Played = {}): Machine & { commands: string[] } {
  const commands: string[] = [];
  const endOf = ([argv]: readonly Value[]): PlainMap => {
    const words = [argv as string | string[]].flat().join(' ').replaceAll('/usr/bin/', '').replace(/^systemd-run --scope /, 'scope ');
    if (!/ (status|is-enabled|is-active|show|list-unit-files) /.test(`${words} `)) commands.push(words);
    const known = Object.entries(ends).find(([key]) => words.replace(/^(scope )?systemctl /, '').startsWith(key));
    return { pid: 1, retcode: 0, stdout: '', stderr: '', ...known?.[1] };
  };
  const minion = machine({
    modules: [systemd], grains: { ...DEBIAN_GRAINS, init: 'systemd', systemd: { version: '252', features: '' } },
    sys: {
      ...diskOf(folders, links),
      run: () => Promise.resolve({ pid: 1, code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), timedOut: false, truncated: false }),
    },
    answers: {
      'config.get': true, 'cmd.run_all': endOf, 'cmd.run': (args) => endOf(args)['stdout'] ?? '', 'cmd.run_stdout': (args) => endOf(args)['stdout'] ?? '',
      'cmd.retcode': (args) => endOf(args)['retcode'] ?? 0,
    },
  });
  return Object.assign(minion, { commands });
}

const ACTIONS: readonly { fun: string; kwargs?: PlainMap; commands: string[] }[] = [
  { fun: 'start', commands: ['scope systemctl start foo.service'] },
  { fun: 'start', kwargs: { no_block: true }, commands: ['scope systemctl --no-block start foo.service'] },
  { fun: 'stop', commands: ['scope systemctl stop foo.service'] },
  { fun: 'restart', commands: ['scope systemctl restart foo.service'] },
  { fun: 'reload', commands: ['scope systemctl reload foo.service'] },
  { fun: 'force_reload', commands: ['scope systemctl --no-block force-reload foo.service'] },
  { fun: 'enable', kwargs: { root: '/r' }, commands: ['scope systemctl --root /r enable foo.service'] },
  { fun: 'disable', commands: ['scope systemctl disable foo.service'] },
  { fun: 'mask', kwargs: { runtime: true }, commands: ['scope systemctl mask --runtime foo.service'] },
];
for (const { fun, kwargs, commands } of ACTIONS) {
  test(`service.${fun} ${JSON.stringify(kwargs ?? {})} of systemd runs ${commands.join()}`, async () => {
    const minion = booted();
    assert.equal(await minion.call(`service.${fun}`, ['foo'], kwargs), true);
    assert.deepEqual(minion.commands, commands);
  });
}

test('our own unit is restarted without waiting', async () => {
  const minion = booted();
  await minion.call('service.restart', ['salt-minion']);
  await minion.call('service.stop', ['tsalt-minion']);
  assert.deepEqual(minion.commands, ['scope systemctl --no-block restart salt-minion.service', 'scope systemctl --no-block stop tsalt-minion.service']);
});

test('failures of systemctl carry its words, service.stop and service.disable say False', async () => {
  const failed = { retcode: 5, stderr: 'Running scope as unit: run-1.scope\nFailed to start foo.service: Unit not found.' };
  const ends = Object.fromEntries(['start', 'stop', 'disable', 'enable'].map((action) => [action, failed]));
  for (const action of ['start', 'enable']) await assert.rejects(booted({ ends }).call(`service.${action}`, ['foo']), { message: 'Failed to start foo.service: Unit not found.' });
  for (const action of ['stop', 'disable']) assert.equal(await booted({ ends }).call(`service.${action}`, ['foo']), false);
  await assert.rejects(booted({ ends: { mask: { retcode: 1, stdout: 'no' } } }).call('service.mask', ['foo']), { message: "Failed to mask service 'foo'. Additional info follows:\n\nno" });
});

test('a changed unit file is read anew first', async () => {
  const minion = booted({ ends: { status: { stdout: "Warning: unit changed on disk. Run 'systemctl daemon-reload' to reload units." } } });
  await minion.call('service.start', ['foo']);
  assert.deepEqual(minion.commands, ['systemctl --system daemon-reload', 'scope systemctl start foo.service']);
});

test('service.start unmasks on demand', async () => {
  const minion = booted({ links: { '/etc/systemd/system/foo.service': '/dev/null' } });
  assert.equal(await minion.call('service.masked', ['foo']), true);
  await minion.call('service.start', ['foo'], { unmask: true });
  assert.deepEqual(minion.commands, ['scope systemctl unmask foo.service', 'scope systemctl start foo.service']);
  assert.equal(await minion.call('service.unmask', ['bar']), true);
  assert.equal(minion.commands.length, 2);
});

test('service.available and service.status of systemd go by exit codes', async () => {
  for (const [retcode, known] of [[0, true], [3, true], [4, false]] as const) {
    const minion = booted({ ends: { 'status foo': { retcode } } });
    assert.deepEqual([await minion.call('service.available', ['foo']), await minion.call('service.missing', ['foo'])], [known, !known]);
  }
  const minion = booted({ folders: { '/lib/systemd/system': ['foo.service', 'fix.timer', 'bar.service'] }, ends: { 'is-active fix': { retcode: 3 } } });
  assert.equal(await minion.call('service.status', ['foo']), true);
  assert.deepEqual(await minion.call('service.status', ['f*']), { 'fix.timer': false, foo: true });
});

test('service.enabled of systemd knows aliases, instances and init scripts', async () => {
  const folders = { '/etc/init.d': ['old', 'off'], '/etc/rc2.d': ['S01old', 'K01off', 'S01very-old'] };
  const ends = {
    'is-enabled yes': { stdout: 'enabled' }, 'is-enabled no': { retcode: 1, stdout: 'disabled' }, 'is-enabled nick': { stdout: 'alias' }, 'is-enabled o': { retcode: 1 },
    'show nick': { stdout: 'yes.service' },
  };
  const minion = booted({ folders, ends });
  const answers = await Promise.all(['yes', 'no', 'nick', 'old', 'off'].map((name) => minion.call('service.enabled', [name])));
  assert.deepEqual(answers, [true, false, true, true, false]);
  assert.equal(await minion.call('service.disabled', ['no']), true);
});

test('lists of systemd join units and init scripts', async () => {
  const folders = { '/lib/systemd/system': ['b.service', 'a.timer', 'x.wants'], '/etc/init.d': ['b', 'c'], '/etc/rc2.d': ['S01c'] };
  const minion = booted({ folders, ends: { '--full --no-legend --no-pager list-unit-files': { stdout: 'b.service enabled enabled\nd.service disabled enabled' } } });
  assert.deepEqual(await minion.call('service.get_all'), ['a.timer', 'b', 'c']);
  assert.deepEqual(await minion.call('service.get_enabled'), ['b', 'c']);
  assert.deepEqual(await minion.call('service.get_disabled'), ['d']);
});

test('an init script is enabled by update-rc.d', async () => {
  const minion = booted({ folders: { '/etc/init.d': ['old'] } });
  assert.equal(await minion.call('service.enable', ['old']), true);
  assert.equal(await minion.call('service.disable', ['old']), true);
  assert.deepEqual(minion.commands, ['scope update-rc.d -f old defaults 99', 'scope update-rc.d -f old remove']);
});

const NOT_BOOTED = "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down";

function initScripts(): Machine & { commands: string[] } {
  const commands: string[] = [];
  const minion = machine({
    modules: [debian], sys: diskOf({ '/etc/init.d': ['README', 'dbus', 'procps', 'x11-common'], '/etc/rcS.d': ['S01procps'], '/etc/rc2.d': ['S01dbus', 'S01x11-common', 'K01y'] }),
    answers: {
      'cmd.run': ([words]) => (Array.isArray(words) ? NOT_BOOTED : 'unknown'), 'status.pid': '12',
      'cmd.retcode': ([words]) => {
        commands.push(Array.isArray(words) ? words.join(' ') : String(words));
        return commands.at(-1)?.includes('dbus') === true ? 0 : 1;
      },
    },
  });
  return Object.assign(minion, { commands });
}

test('lists of init scripts are those of Salt', async () => {
  const { call } = initScripts();
  assert.deepEqual(await call('service.get_all'), ['-common', 'dbus', 'procps', 'x11-common']);
  assert.deepEqual(await call('service.get_enabled'), ['-common', 'dbus', 'procps']);
  assert.deepEqual(await call('service.get_disabled'), ['x11-common']);
  for (const [fun, answer] of [['available', true], ['missing', false], ['enabled', true], ['disabled', false]] as const) {
    assert.equal(await call(`service.${fun}`, ['dbus']), answer);
  }
});

test('init scripts are run by `service`', async () => {
  const minion = initScripts();
  for (const fun of ['start', 'stop', 'restart', 'reload', 'force_reload', 'status', 'enable', 'disable']) {
    assert.equal(await minion.call(`service.${fun}`, ['dbus']), true);
  }
  assert.deepEqual(minion.commands, [
    'service dbus start', 'service dbus stop', 'service dbus restart', 'service dbus reload', 'service dbus force-reload', 'service dbus status',
    'insserv dbus && update-rc.d dbus enable', 'update-rc.d dbus disable',
  ]);
  assert.equal(await minion.call('service.start', ['nosuch']), false);
  assert.deepEqual(await minion.call('service.status', ['*p*s']), { procps: false });
  assert.equal(await minion.call('service.status', ['x'], { sig: 'bash' }), true);
});

test('without a running systemd its questions are answered as systemctl does', async () => {
  const { call } = initScripts();
  assert.deepEqual(await call('service.show', ['dbus']), { "System has not been booted with systemd as init system (PID 1). Can't operate.": '', 'Failed to connect to bus: Host is down': '' });
  assert.equal(await call('service.offline'), '/usr/bin/systemctl');
  assert.equal(await booted().call('service.offline'), false);
});

test('names that are options, paths or several words are refused', async () => {
  for (const name of ['-H', '--now', '../x', 'a b', '', 'a;b\nc']) {
    for (const minion of [initScripts(), booted()]) {
      for (const fun of ['start', 'enable', 'disable', 'status', 'show']) {
        await assert.rejects(minion.call(`service.${fun}`, [name]), InvocationError, `${fun} ${name}`);
      }
      assert.deepEqual(minion.commands, []);
    }
  }
});

test('the providers choose by grains', async () => {
  const askOf = (grains: PlainMap) => Promise.all([debian, systemd].map(async (plugin) => (await plugin.virtual?.(machine({ modules: [], grains }).context)) === true));
  assert.deepEqual(await askOf({ init: 'systemd', systemd: { version: '252' } }), [false, true]);
  assert.deepEqual(await askOf({ init: 'unknown', systemd: { version: '252' } }), [true, true]);
  assert.deepEqual(await askOf({ init: 'sysvinit' }), [true, false]);
});
