/** Services of OpenRC. The table and the exit codes are those of OpenRC 0.45.2 of Debian 12, recorded with services of Debian. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import openrc from '../../../../src/plugins/modules/gentoo_service.js';
import { machine } from './machine.js';

const TABLE = `               agetty |                                                     
  apache-htcacheclean |                                                     
              apache2 |      default                                        
                 cron |      default                                        
           hwclock.sh |                                              sysinit
            savecache |                        off                          
             twolevel | boot default                                        `;

/** The services of the table; each command that would change something is kept, and fails where `fails` says so. */
function host(fails: readonly string[] = []) {
  const ran: string[] = [];
  const { call } = machine({
    modules: [openrc], grains: { os: 'Gentoo' },
    answers: {
      'cmd.run': ([words]) => { assert.deepEqual(words, ['rc-update', '--nocolor', '--verbose', 'show']); return TABLE; },
      'cmd.retcode': ([words], options) => {
        assert.equal(options['python_shell'], false);
        const line = (words as string[]).filter((word) => word !== '--nocolor').join(' ');
        ran.push(line);
        return fails.includes(line) ? 1 : 0;
      },
      'status.pid': '17',
    },
  });
  return { call, ran };
}

test('lists come from the table of rc-update', async () => {
  const { call } = host();
  assert.deepEqual(await call('service.get_all'), ['agetty', 'apache-htcacheclean', 'apache2', 'cron', 'hwclock.sh', 'savecache', 'twolevel']);
  assert.deepEqual(await call('service.get_enabled'), { apache2: ['default'], cron: ['default'], 'hwclock.sh': ['sysinit'], savecache: ['off'], twolevel: ['boot', 'default'] });
  assert.deepEqual(await call('service.get_disabled'), ['agetty', 'apache-htcacheclean']);
  const of = (fun: string): Promise<Value[]> => Promise.all(['cron', 'agetty', 'nosuch'].map((name) => call(`service.${fun}`, [name])));
  assert.deepEqual(await of('available'), [true, true, false]);
  assert.deepEqual(await of('missing'), [false, false, true]);
  assert.deepEqual(await of('enabled'), [true, false, false]);
  assert.deepEqual(await of('disabled'), [false, true, false]);
});

test('runlevels are compared as a whole', async () => {
  const { call } = host();
  const enabled = (name: string, runlevels: Value): Promise<Value> => call('service.enabled', [name], { runlevels });
  assert.deepEqual([await enabled('twolevel', ['default', 'boot']), await enabled('twolevel', 'boot'), await enabled('cron', 'default')], [true, false, true]);
});

test('actions are words of rc-service, and its exit code is the answer', async () => {
  const { call, ran } = host(['rc-service cron stop', 'rc-service agetty status']);
  assert.deepEqual(await Promise.all(['start', 'stop', 'restart', 'reload', 'zap', 'status'].map((fun) => call(`service.${fun}`, ['cron']))), [true, false, true, true, true, true]);
  assert.deepEqual(ran, ['start', 'stop', 'restart', 'reload', 'zap', 'status'].map((word) => `rc-service cron ${word}`));
  assert.deepEqual(await call('service.status', ['a[gp]*']), { agetty: false, 'apache-htcacheclean': true, apache2: true });
  assert.equal(await call('service.status', ['cron'], { sig: 'crond' }), true);
});

test('enabling adds what lacks and removes what was not asked for; disabling removes what is there', async () => {
  const { call, ran } = host(['rc-update add nosuch']);
  assert.equal(await call('service.enable', ['agetty']), true);
  assert.equal(await call('service.enable', ['nosuch']), false);
  assert.equal(await call('service.enable', ['twolevel'], { runlevels: ['default', 'sysinit'] }), true);
  assert.equal(await call('service.enable', ['cron'], { runlevels: 'default' }), true);
  assert.equal(await call('service.disable', ['twolevel']), true);
  assert.equal(await call('service.disable', ['twolevel'], { runlevels: ['boot', 'off'] }), true);
  assert.equal(await call('service.disable', ['agetty']), true);
  assert.deepEqual(ran, [
    'rc-update add agetty', 'rc-update add nosuch', 'rc-update add twolevel sysinit', 'rc-update delete twolevel boot',
    'rc-update delete twolevel boot default', 'rc-update delete twolevel boot',
  ]);
});

test('a name that would be an option, a path or several words is refused', async () => {
  const { call, ran } = host();
  for (const name of ['--help', '../x', 'a b', '']) await assert.rejects(call('service.start', [name]), InvocationError);
  await assert.rejects(call('service.enable', ['cron'], { runlevels: '--all' }), InvocationError);
  assert.deepEqual(ran, []);
});
