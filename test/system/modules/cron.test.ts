/** Tables of a user that is made for the test, with the real crontab. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import cmd from '../../../src/plugins/modules/cmd.js';
import cron from '../../../src/plugins/modules/cron.js';
import { machine } from '../../unit/plugins/modules/machine.js';

const skip = process.getuid?.() !== 0 ? 'needs root to make a user' : !existsSync('/usr/bin/crontab') ? 'needs the program crontab' : false;
const user = `tsc${randomBytes(4).toString('hex')}`;
before(() => { if (skip === false) spawnSync('useradd', ['-M', '-s', '/bin/false', user]); });
after(() => {
  if (skip !== false) return;
  spawnSync('crontab', ['-u', user, '-r']);
  spawnSync('userdel', [user]);
});

test('a job is set, changed, seen and removed', { skip }, async () => {
  const { call } = machine({ modules: [cron, cmd] });
  assert.deepEqual(await call('cron.list_tab', [user]), { pre: [], crons: [], special: [], env: [] });
  assert.equal(await call('cron.set_job', [user, '1', '2', '*', '*', '*', 'true'], { identifier: 'one' }), 'new');
  assert.equal(await call('cron.set_job', [user, '1', '3', '*', '*', '*', 'true'], { identifier: 'one' }), 'updated');
  assert.equal(await call('cron.set_job', [user, '1', '3', '*', '*', '*', 'true'], { identifier: 'one' }), 'present');
  assert.equal(await call('cron.set_env', [user, 'MAILTO', 'root']), 'new');
  const table = spawnSync('crontab', ['-u', user, '-l'], { encoding: 'utf8' }).stdout;
  assert.match(table, /^# Lines below here are managed by Salt, do not edit\nMAILTO=root\n# SALT_CRON_IDENTIFIER:one\n1 3 \* \* \* true\n$/m);
  assert.equal(await call('cron.rm_job', [user, 'true'], { identifier: 'one' }), 'removed');
  assert.equal(await call('cron.rm_job', [user, 'true'], { identifier: 'one' }), 'absent');
});

test('a time that cron does not know is refused in its words', { skip }, async () => {
  const { call } = machine({ modules: [cron, cmd] });
  assert.match(String(await call('cron.set_job', [user, '99', '2', '*', '*', '*', 'true'])), /bad minute/);
});
