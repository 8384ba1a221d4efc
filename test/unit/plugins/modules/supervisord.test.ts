/** What supervisorctl 4.2 says, with its exit codes: 3 when a process does not run, 4 when the daemon does not answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import supervisord from '../../../../src/plugins/modules/supervisord.js';
import { machine } from './machine.js';

const told = (retcode: number, stdout: string) => machine({
  modules: [supervisord], sys: { which: (name) => Promise.resolve(`/usr/bin/${name}`) }, answers: { 'cmd.run_all': { retcode, stdout, stderr: '' } },
});

test('supervisord: processes that do not run are listed by their names', async () => {
  const { call } = told(3, 'aa:aa_0                          RUNNING   pid 3293, uptime 0:00:03\none                              STOPPED   Not started');
  assert.deepEqual(await call('supervisord.status'), { 'aa:aa_0': { state: 'RUNNING', reason: 'pid 3293, uptime 0:00:03' }, one: { state: 'STOPPED', reason: 'Not started' } });
  assert.deepEqual([await call('supervisord.status_bool', ['one']), await call('supervisord.status_bool', ['one', 'STOPPED']), await call('supervisord.status_bool', ['one', 'RUNNING'])], [true, true, false]);
});

test('supervisord: a daemon that does not answer is an error', async () => {
  const { call } = told(4, 'unix:///run/supervisor.sock no such file');
  assert.equal(await call('supervisord.status_raw'), 'ERROR: unix:///run/supervisor.sock no such file');
  assert.equal(await call('supervisord.status_bool', ['one']), false);
  assert.equal(await told(7, 'one: ERROR (spawn error)').call('supervisord.start', ['one']), 'one: ERROR (spawn error)');
});
