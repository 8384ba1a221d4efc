/** States of services, cron and execution functions on this machine, beside those of real Salt. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Value } from '../../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const skip = skipWithoutSalt === false && process.getuid?.() !== 0 ? 'services and tables of other users are for root' : skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-jobs-')));
const files = join(base, 'files');
mkdirSync(files);
const folder = saltFolder(base, { file_roots: { base: [files] } });
const USER = 'tsalt-cron';
const SCRIPT = '/etc/init.d/tsalt-probe';
const LINK = '/etc/rc2.d/S77tsalt-probe';

/** A service that is a file; `fail` beside it makes it fail. */
const script = `#!/bin/sh
### BEGIN INIT INFO
# Provides: tsalt-probe
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: probe
### END INIT INFO
[ "$1" = status ] || [ ! -e ${base}/fail ] || exit 1
case "$1" in
  start|restart) touch ${base}/runs;;
  stop) rm -f ${base}/runs;;
  status) [ -e ${base}/runs ];;
esac
`;

function clearService(): void {
  for (const path of [SCRIPT, LINK, join(base, 'runs'), join(base, 'fail')]) rmSync(path, { force: true });
}
function clearCron(): void {
  spawnSync('crontab', ['-u', USER, '-r']);
  spawnSync('userdel', ['-f', USER]);
}
after(() => {
  clearService();
  clearCron();
  rmSync(base, { recursive: true });
});

const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);

test('service: the same results', { skip: skip === false && existsSync('/run/systemd/system') ? 'units of this machine are not touched' : skip }, async () => {
  const name = 'tsalt-probe';
  const prepare = (): void => {
    clearService();
    writeFileSync(SCRIPT, script);
    chmodSync(SCRIPT, 0o755);
  };
  const calls: StateCall[] = [
    ['service.running', { name }], ['service.running', { name, enable: false }], ['service.running', { name, enable: true }], ['service.dead', { name }],
    ['service.dead', { name, enable: true }], ['service.running', { name, init_delay: 0.1, no_block: true }], ['service.dead', { name, init_delay: 0.1, enable: 'false' }],
    ['service.running', { name: 'tsalt-none' }], ['service.dead', { name: 'tsalt-none' }], ['service.enabled', { name: 'tsalt-none' }], ['service.disabled', { name: 'tsalt-none' }],
    ['service.running', { name: '-x; id' }], ['service.running', { name, enabled: true }], ['service.enabled', { name }], ['service.disabled', { name }], ['service.unmasked', { name }],
    ['service.unmasked', { name, runtime: true }], ['service.running', { name, unmask: true }], ['service.dead', { name, sig: 'nothing runs by this name' }],
  ];
  const watch: StateCall[] = ['running', 'dead', 'enabled'].flatMap((sfun): StateCall[] => [{}, { reload: true }, { reload: true, force: true }, { full_restart: true }, { no_block: true }]
    .flatMap((more): StateCall[] => [['service.running', { name }], ['service.mod_watch', { name, sfun, ...more }, 'test'], ['service.mod_watch', { name, sfun, ...more }], ['service.mod_watch', { name, sfun, ...more }]]));
  await compareStates(folder, [...thrice(calls), ...watch, ['service.mod_beacon', { name, sfun: 'running' }], ['service.mod_beacon', { name, sfun: 'enabled' }]], { prepare });
  const linked = (): void => { prepare(); symlinkSync('../init.d/tsalt-probe', LINK); };
  await compareStates(folder, thrice(calls), { prepare: linked });
  await compareStates(folder, thrice(calls), { prepare: () => { linked(); writeFileSync(join(base, 'fail'), ''); } });
  await compareStates(folder, [...thrice(calls), ...watch], { prepare: () => { linked(); writeFileSync(join(base, 'runs'), ''); writeFileSync(join(base, 'fail'), ''); } });
});

/** Temporary files have names of their own. */
const nameless = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer).replaceAll(/\/tmp\/[\w.-]*(?:salt)[\w./-]*/g, '<temporary>')) as unknown;

test('cron: the same results', { skip: skip === false && spawnSync('crontab', ['-V']).error !== undefined ? 'no crontab here' : skip }, async () => {
  const name = "echo 'a b' \\% $HOME > /dev/null";
  const user = USER;
  writeFileSync(join(files, 'tab'), '# from a file\n5 4 * * * /bin/true\n');
  writeFileSync(join(files, 'bad tab'), 'this is no table\n');
  writeFileSync(join(files, 'tab.jinja'), '7 {{ hour }} * * * /bin/true\n');
  await compareStates(folder, thrice([
    ['cron.present', { name, user }], ['cron.present', { name, user, minute: 5, hour: '*/2' }], ['cron.present', { name: '  /bin/true  ', user, identifier: 'my id', comment: 'two\nlines' }],
    ['cron.present', { name: '/bin/false', user, identifier: 'my id', commented: true }], ['cron.present', { name: '/bin/false', user, identifier: 'my id', commented: false, dayweek: 'MON' }],
    ['cron.present', { name: '/bin/daily', user, special: '@daily' }], ['cron.present', { name: '/bin/daily', user, special: '@hourly' }], ['cron.present', { name: '/bin/bad', user, minute: 99 }],
    ['cron.env_present', { name: 'MAILTO', value: 'root', user }], ['cron.env_present', { name: 'MAILTO', value: 'a b', user }], ['cron.env_present', { name: 'EMPTY', user }],
    ['cron.env_absent', { name: ' MAILTO ', user }], ['cron.env_absent', { name: 'NONE', user }], ['cron.absent', { name, user }], ['cron.absent', { name: '/bin/none', user }],
    ['cron.absent', { name: 'whatever', user, identifier: 'my id' }], ['cron.absent', { name: '/bin/daily', user, special: '@hourly' }], ['cron.absent', { name: '/bin/daily', user, special: '@daily' }],
    ['cron.file', { name: 'salt://tab', user }], ['cron.file', { name: 'salt://tab', user, replace: false }], ['cron.file', { name: 'salt://none', user }],
    ['cron.file', { name: 'salt://tab.jinja', user, template: 'jinja', context: { hour: 3 } }], ['cron.file', { name: join(files, 'tab'), user }], ['cron.file', { name: 'salt://tab', user: 'tsalt-none' }], ['cron.file', { name: 'salt://bad tab', user }],
    ['cron.present', { name, user: 'tsalt-none' }],
  ]), { comparable: nameless, prepare: () => { clearCron(); spawnSync('useradd', ['-M', USER]); } });
});

test('module: the same results', { skip }, async () => {
  const run = (args: Record<string, Value>): StateCall[] => [['module.run', args, 'test'], ['module.run', args]];
  const named = (name: string, more: Record<string, Value> = {}): StateCall[] => run({ name, ...more });
  await compareStates(folder, [
    ...run({ name: 'made', 'test.echo': ['hello'] }), ...run({ name: 'made', 'test.echo': [{ text: 'hello' }], 'test.true': null }), ...run({ name: 'made', 'test.false': [] }),
    ...run({ name: 'made', 'test.nothing': [], 'test.nobody': [] }), ...run({ name: 'made', 'test.nothing': [], 'test.true': [] }), ...run({ name: 'made' }),
    ...run({ name: 'made', 'test.true': [], 'test.false': [] }), ...run({ name: 'made', 'test.echo': 'x' }), ...run({ name: 'made', 'test.echo': 'xy' }), ...run({ name: 'made', 'test.echo': 5 }),
    ...run({ name: 'made', 'test.echo:1': ['one'], 'test.echo:2': ['two'] }), ...run({ name: 'made', 'test.echo': [] }), ...run({ name: 'made', 'test.echo': ['a', 'b'] }),
    ...run({ name: 'made', 'test.echo': [{ wrong: 1 }] }), ...run({ name: 'made', 'test.arg': ['a', { b: 1 }, 'c', { d: 2, e: 3 }] }), ...run({ name: 'made', 'test.kwarg': [{ a: 1 }, { b: 2 }] }),
    ...run({ name: 'made', 'test.rand_sleep': [{ max: 0 }] }), ...run({ name: 'made', 'cmd.run_all': [{ cmd: 'false' }] }), ...run({ name: 'made', 'cmd.retcode': ['false'] }),
    ...run({ name: 'made', 'cmd.run': ['echo a b', { env: { A: 'x' } }, { python_shell: true }] }), ...run({ name: 'made', 'cmd.run': ['echo a', '/'] }), ...run({ name: 'made', 'test.exception': [] }),
    ...run({ name: 'made', 'state.x': [] }), ...run({ name: 'made', 'test.outputter': ['x'], 'test.nothing_else': [] }),
    ...named('test.echo', { text: 'hello' }), ...named('test.echo'), ...named('test.nobody'), ...named('test.arg', { args: ['a', 'b'], kwargs: { c: 1 } }), ...named('test.arg', { args: 'a' }),
    ...named('test.kwarg', { kwargs: ['a'] }), ...named('test.false'), ...named('cmd.run', { cmd: 'echo x', cwd: '/' }), ...named('cmd.retcode', { cmd: 'exit 1' }), ...named('cmd.run_all', { cmd: 'exit 4' }),
    ...named('user.info', { m_name: 'root' }), ...named('user.info'), ...named('file.chown', { path: '/none', user: 'root' }), ...named('cp.get_file', { path: 'salt://tab', dest: join(base, 'got'), m_saltenv: 'base' }),
    ...named('test.echo', { text: 'x', returner: 'tsalt_none' }), ...named('sys.argspec', { module: 'test.echo' }), ['module.wait', { name: 'test.echo', text: 'x' }], ['module.watch', { name: 'test.echo' }],
    ['module.mod_watch', { name: 'test.echo', text: 'x', sfun: 'wait' }], ['module.mod_watch', { name: 'made', 'test.echo': ['x'], sfun: 'wait', __reqs__: {} }],
  ], { comparable: (answer) => JSON.parse(JSON.stringify(answer).replaceAll(/"pid":\d+/g, '"pid":0')) as unknown });
});
