import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenReturner } from '../../../../src/kernel/loader/open-returner.js';
import { absentReturners, returnerForm, returnerNames } from '../../../../src/minion/job/returners.js';

test('a returner is named once, in the job or in the configuration', () => {
  assert.deepEqual(returnerNames('a, b,,a', 'b,c'), ['a', 'b', 'c']);
  assert.deepEqual(returnerNames('', ['c', 'd,e']), ['c', 'd', 'e']);
  assert.deepEqual(returnerNames('', undefined), []);
});

test('absentReturners() names the asked ones that are not here', async () => {
  const queues = { returner: (name: string) => Promise.resolve(name === 'local' ? {} as OpenReturner : undefined) };
  assert.deepEqual(await absentReturners(queues, 'nosuch,local,redis'), ['nosuch', 'redis']);
  assert.deepEqual(await absentReturners(queues, ''), []);
});

test('returners get the fields of real Salt, in its order', () => {
  const job = { more: { ret_config: 'alternative', ret_kwargs: { filename: '/tmp/x' }, metadata: {} } };
  const ret = { cmd: '_return', id: 'web1', success: true, return: 'kw', retcode: 0, jid: '1', fun: 'test.echo', fun_args: ['kw'], user: 'root', _stamp: 'now' };
  // Observed, Salt 3008.3: a line of rawfile_json.
  assert.equal(
    JSON.stringify(returnerForm(ret, job)),
    '{"success":true,"return":"kw","retcode":0,"jid":"1","fun":"test.echo","fun_args":["kw"],"user":"root","ret_config":"alternative","ret_kwargs":{"filename":"/tmp/x"},"id":"web1"}',
  );
  const scheduled = { cmd: '_return', id: 'web1', fun: 'test.ping', fun_args: [], schedule: 'often', jid: '2', pid: 7, return: true };
  assert.equal(JSON.stringify(returnerForm(scheduled, { more: {} })), '{"id":"web1","fun":"test.ping","fun_args":[],"schedule":"often","jid":"2","pid":7,"return":true}');
});
