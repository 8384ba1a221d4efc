/** What the program refuses and what never reaches it; tables are in `recorded/cron`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import cron from '../../../../src/plugins/modules/cron.js';
import { machine } from './machine.js';

const minion = (retcode = 0) => machine({
  modules: [cron],
  answers: { 'cmd.run_stdout': '', 'cmd.run_all': { retcode, stderr: 'bad minute' }, 'cmd.retcode': retcode },
  sys: { userByName: (name) => Promise.resolve(name === 'bob' ? { name, uid: 4242, gid: 4242, gecos: '', home: '/', shell: '' } : undefined) },
});

test('what crontab says is the answer when it takes no table', async () => {
  const host = minion(1);
  assert.equal(await host.call('cron.set_job', ['bob', 99, '*', '*', '*', '*', 'x']), 'bad minute');
  assert.equal(await host.call('cron.set_env', ['bob', 'A', 'b']), 'bad minute');
  assert.equal(await host.call('cron.write_cron_file', ['bob', '/tmp/x']), false);
});

test('an entry cannot bring a second line', async () => {
  const host = minion();
  for (const [fun, args] of [
    ['set_job', ['bob', '*', '*', '*', '*', '*', 'x\n* * * * * y']], ['set_job', ['bob', '*\n', '*', '*', '*', '*', 'x']],
    ['set_special', ['bob', '@daily x\n*', 'y']], ['set_env', ['bob', 'A', 'b\n* * * * * y']], ['set_env', ['bob', 'A\nB', 'b']],
  ] as const) await assert.rejects(host.call(`cron.${fun}`, args), InvocationError, fun);
  await assert.rejects(host.call('cron.set_job', ['bob', '*', '*', '*', '*', '*', 'x'], { identifier: 'a\nb' }), InvocationError);
  assert.equal(host.calls.some(({ fun }) => fun === 'cmd.run_all'), false);
});

test('no name is an option of crontab', async () => {
  await assert.rejects(minion().call('cron.list_tab', ['-r']), InvocationError);
  await assert.rejects(minion().call('cron.write_cron_file', ['bob', '-r']), InvocationError);
});

test('the module asks for crontab', async () => {
  const bare = machine({ modules: [cron], sys: { which: () => Promise.resolve(undefined) } });
  assert.equal(await cron.virtual?.(bare.context), 'Cannot load cron module: crontab command not found');
});
