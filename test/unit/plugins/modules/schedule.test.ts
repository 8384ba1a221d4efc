/** The schedule without a scheduler, and with one that is only asked; sentences observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import schedule from '../../../../src/plugins/modules/schedule.js';
import { machine, type Machine, type MachineOptions } from './machine.js';

async function minion(t: TestContext, more: Partial<MachineOptions> = {}): Promise<{ host: Machine; file: string; again: () => Machine }> {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-schedule-'));
  t.after(() => rm(folder, { recursive: true }));
  const make = (): Machine => machine({ modules: [schedule], opts: { conf_file: join(folder, 'minion'), default_include: 'minion.d/*.conf', ...more.opts }, ...more.answers === undefined ? {} : { answers: more.answers }, ...more.ports === undefined ? {} : { ports: more.ports } });
  return { host: make(), file: join(folder, 'minion.d/_schedule.conf'), again: make };
}
const PING = { function: 'test.ping', seconds: 60 };

test('a job is added, kept in the file, turned off and on, and deleted', async (t) => {
  const { host, file, again } = await minion(t);
  assert.equal(await host.call('schedule.list'), 'schedule: {}\n');
  assert.deepEqual(await host.call('schedule.add', ['one'], PING), { comment: 'Added job: one to schedule.', result: true, changes: { one: 'added' } });
  assert.equal(await readFile(file, 'utf8'), 'schedule:\n  one: {enabled: true, function: test.ping, jid_include: true, maxrunning: 1, name: one,\n    seconds: 60}\n');
  const later = again();
  assert.deepEqual(await later.call('schedule.add', ['one'], PING), { comment: 'Job one already exists in schedule.', result: false, changes: {} });
  assert.deepEqual(await later.call('schedule.disable_job', ['one']), { comment: 'Disabled Job one in schedule.', result: true, changes: { one: 'disabled' } });
  assert.equal((await later.call('schedule.is_enabled', ['one']) as PlainMap)['enabled'], false);
  assert.deepEqual(await later.call('schedule.run_job', ['one']), { comment: 'Job one is disabled.', result: true });
  assert.deepEqual(await later.call('schedule.enable_job', ['one']), { comment: 'Enabled Job one in schedule.', result: true, changes: { one: 'enabled' } });
  assert.deepEqual(await later.call('schedule.run_job', ['one']), { comment: 'Failed to run job one on minion.', result: false }, 'nobody could start it');
  assert.deepEqual(await later.call('schedule.delete', ['one']), { comment: 'Deleted Job one from schedule.', result: true, changes: { one: 'removed' } });
  assert.deepEqual(await later.call('schedule.delete', ['one']), { comment: 'Job one does not exist.', result: false, changes: {} });
  assert.equal(await readFile(file, 'utf8'), 'schedule: {}\n');
});

test('the whole schedule is turned off; what is not to be kept is not kept', async (t) => {
  const { host, file, again } = await minion(t, { opts: { schedule: { old: { function: 'test.ping', hours: 1 } } } });
  await host.call('schedule.add', ['two'], { ...PING, persist: false });
  assert.deepEqual(Object.keys(await host.call('schedule.list', [], { return_yaml: false }) as PlainMap), ['old', 'two'], 'here');
  assert.deepEqual(Object.keys(await again().call('schedule.list', [], { return_yaml: false }) as PlainMap), ['old'], 'not in the next program');
  assert.deepEqual(await host.call('schedule.disable'), { comment: 'Disabled schedule on minion.', changes: { schedule: 'disabled' }, result: true });
  assert.equal(await host.call('schedule.is_enabled'), false);
  assert.match(await readFile(file, 'utf8'), /^ {2}enabled: false$/m);
  assert.deepEqual(await host.call('schedule.purge'), { comment: ['Deleted job: old from schedule.', 'Deleted job: two from schedule.'], changes: { old: 'removed', two: 'removed' }, result: true });
});

test('times: what is put off and left out stands in the job', async (t) => {
  const { host, file } = await minion(t);
  await host.call('schedule.add', ['one'], PING);
  const [now, later] = ['2026-01-01T10:00:00', '2026-01-01T12:00:00'];
  assert.deepEqual(await host.call('schedule.postpone_job', ['one', now, later]), { comment: 'Postponed Job one in schedule.', result: true });
  assert.deepEqual(await host.call('schedule.skip_job', ['one', later]), { comment: 'Added Skip Job one in schedule.', result: true });
  assert.deepEqual(await host.call('schedule.skip_job', ['one', 'tomorrow']), { comment: 'Date string could not be parsed.', result: false });
  const text = await readFile(file, 'utf8');
  assert.match(text, /run_explicit:\n {4}- \{time: '2026-01-01T12:00:00', time_fmt: /);
  assert.equal(text.match(/time: /g)?.length, 3);
  assert.deepEqual(await host.call('schedule.show_next_fire_time', ['one']), { result: true, comment: 'next fire time not available.' });
});

test('other minions get a job by publishing', async (t) => {
  const { host } = await minion(t, { answers: { 'publish.publish': { web2: true } } });
  await host.call('schedule.add', ['one'], { ...PING, job_args: ['$(id)'] });
  assert.deepEqual(await host.call('schedule.copy', ['one', 'web2']), { comment: 'Copied Job one from schedule to minion(s).', minions: ['web2'], result: true });
  assert.deepEqual(host.calls[0]?.args.slice(0, 2), ['web2', 'schedule.add']);
  assert.ok([host.calls[0]?.args[2] ?? []].flat().includes("job_args=['$(id)']"));
  assert.deepEqual(await host.call('schedule.move', ['one', 'web2']), { comment: 'Moved Job one from schedule.', minions: ['web2'], result: true });
  assert.deepEqual(await host.call('schedule.copy', ['one', 'web2']), { comment: 'Job one does not exist.', result: false });
});

test('a scheduler that runs is asked, with the words of Salt', async (t) => {
  const asked: PlainMap[] = [];
  const manage = (command: PlainMap): Promise<PlainMap> => {
    asked.push(command);
    return Promise.resolve({ schedule: { one: { function: 'test.ping', seconds: 1, _seconds: 1, _next_fire_time: 5 } }, next_fire_time: 17, data: { name: 'one' } });
  };
  const { host } = await minion(t, { ports: { schedule: { manage } } });
  assert.deepEqual(await host.call('schedule.list', [], { return_yaml: false }), { one: { function: 'test.ping', seconds: 1, enabled: true } });
  assert.deepEqual(await host.call('schedule.run_job', ['one']), { comment: 'Scheduling Job one on minion.', result: true });
  assert.deepEqual(await host.call('schedule.show_next_fire_time', ['one']), { result: true, next_fire_time: 17 });
  assert.deepEqual(await host.call('schedule.job_status', ['one']), { name: 'one' });
  assert.deepEqual(asked.map(({ func }) => func), ['list', 'list', 'run_job', 'get_next_fire_time', 'job_status']);
});
