import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROGRESS_TAG, progressData, type JobProgress } from '../../../../../src/bus/wire/job-progress.js';
import { EventBus } from '../../../../../src/bus/event/bus.js';
import type { MinionId } from '../../../../../src/kernel/contract/job.js';
import type { PlainMap } from '../../../../../src/kernel/std/value.js';
import { eventCommand } from '../../../../../src/master/commands/minion/event.js';
import { tagKind } from '../../../../../src/master/commands/minion/event-tags.js';
import { Bounds } from '../../../../../src/master/requests/bounds.js';
import { keepingLog } from '../../../../support/logs.js';

/** As real minions fire them. Source: golden events. */
const own = [
  'salt/minion/web1/start', 'salt/beacon/web1/load/', 'salt/beacon/web1/status/2026-01-01T00:00:00', 'salt/job/1/prog/web1/0', 'salt/job/1/start/web1',
  'salt/state_result/1/web1/demo/fired',
];
const free = ['my/own', 'minion_start', '_salt_error', 'fire_master', 'salt/custom', 'salt/jobs', 'salt/engines/hook/x', 'keys', 'tsalting'];
const refused = [
  '', 'salt/auth', 'salt/auth/x', 'salt/key', 'salt/job', 'salt/job/1', 'salt/job/1/new', 'salt/job/1/ret/web1', 'salt/job/1/ret/web2', 'salt/job/1/publish',
  'salt/job/1/return/x', 'salt/job/1/sub/x', 'salt/job/1/x/ret/web2', 'salt/job/1/prog/web2/ret/web1', 'salt/job//1/ret/web2', 'salt/job/1/start/web1/ret/web2',
  'salt/run/1/new', 'salt/run/1/ret', 'salt/wheel/1/ret', 'salt/wheel/1/other', 'salt/presence/present', 'salt/presence/change', 'salt/minion', 'salt/minion/web2/start',
  'salt/minion/web10/start', 'salt/minion//web2', 'salt/beacon/web2/load', 'salt/beacon/', 'salt/job/1/prog/web2/0', 'salt/state_result/1/web2/x', 'salt/state_result/web1/x',
  'salt/cloud/a/created', 'salt/cluster/x', 'salt/stats/x', 'salt/batch/1/start', 'salt/syndic/x', 'salt/netapi/hook/x', 'salt/fileserver/gitfs/update', 'syndic/web1/x',
  'minion/refresh/web1', 'resource/refresh/web1', 'key', 'key/x', 'tsalt/bound/mine', 'a\nb', 'a\0b', 'x'.repeat(1025),
];
test('a minion may use its own tags and free ones, not those of the master and of others', () => {
  for (const [kind, tags] of Object.entries({ own, free, refused })) for (const tag of tags) assert.equal(tagKind(tag, 'web1'), kind, tag);
});

async function send(load: PlainMap, mineToo = true) {
  const progress: [string, JobProgress][] = [];
  const fired: [string, PlainMap][] = [];
  const grains: PlainMap[] = [];
  const bus = new EventBus((error) => assert.fail(error as Error));
  bus.subscribe('', ({ tag, data: { _stamp, ...data } }) => {
    assert.equal(typeof _stamp, 'string');
    fired.push([tag, data]);
  });
  const log = keepingLog();
  const command = eventCommand({ bus, log, bounds: new Bounds({ bus, log }), onGrains: (id, given) => grains.push({ id, given }), onProgress: (id, of) => progress.push([id, of]) > 0 && mineToo, progressStored: () => Promise.resolve(), isJobOf: (jid, id) => jid === '20260101000000000001' && id === 'web1' });
  const answer = await command.run(load, { kind: 'minion', id: 'web1' as MinionId, nonce: '', encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1' });
  return { fired, grains, log, answer, progress };
}

test('one event has the whole load as data, several have their own, with the tag before theirs', async () => {
  assert.deepEqual((await send({ tag: 'my/tag', data: { a: 1 }, cmd: '_minion_event' })).fired, [['my/tag', { tag: 'my/tag', data: { a: 1 }, cmd: '_minion_event' }]]);
  const several = await send({ pretag: 'pre', events: [{ tag: 'a', data: { x: 1 } }, { tag: 'b', data: 'text' }, 'no event'] });
  assert.deepEqual(several.fired, [['pre/a', { x: 1 }], ['pre/b', { data: 'text' }]]);
});

test('an event under a tag of the minion carries its proven id', async () => {
  assert.equal((await send({ tag: 'salt/minion/web1/start', id: 'web2' })).fired[0]?.[1]['id'], 'web1');
});

test('refused events are logged, the others are fired', async () => {
  const { fired, log, answer } = await send({ events: [{ tag: 'salt/auth', data: {} }, { tag: 'good', data: {} }, { data: {} }] });
  assert.deepEqual([fired.map(([tag]) => tag), log.lines.length, answer], [['good'], 2, { kind: 'value', value: null }]);
});

test('a prefix cannot make a tag of the master', async () => {
  const { fired } = await send({ pretag: 'salt', events: [{ tag: 'auth', data: {} }] });
  assert.deepEqual(fired, []);
});

test('grains that come along are kept under the proven id', async () => {
  assert.deepEqual((await send({ tag: 'a', id: 'web2', grains: { os: 'Debian' } })).grains, [{ id: 'web1', given: { os: 'Debian' } }]);
});

test('data of events that come together cannot name another minion as their sender', async () => {
  const { fired } = await send({ events: [{ tag: 'my/tag', data: { id: 'web2', x: 1 } }] });
  assert.deepEqual(fired, [['my/tag', { id: 'web1', x: 1 }]]);
});

test('of too many events at once the first are taken, and the bound is told', async () => {
  const { fired, log } = await send({ events: Array.from({ length: 5001 }, () => ({ tag: 'a', data: {} })) });
  assert.deepEqual(fired[0]?.[0], 'tsalt/bound/events_in_request');
  assert.deepEqual([fired.length, log.lines.length], [5001, 1]);
});

test('progress of jobs is no event: it goes to the delivery record under the proven id', async () => {
  const jobs: JobProgress[] = [{ jid: '1', state: 'running', forMs: 1200, pid: 9, why: undefined, states: undefined }];
  const { fired, progress } = await send({ tag: PROGRESS_TAG, data: progressData(jobs), id: 'web2', cmd: '_minion_event' });
  assert.deepEqual([fired, progress], [[], [['web1', jobs[0]]]]);
  const foreign = await send({ tag: PROGRESS_TAG, data: progressData(jobs) }, false);
  assert.match(JSON.stringify(foreign.log.lines), /progress refused/);
  assert.deepEqual((await send({ tag: PROGRESS_TAG, data: { jobs: ['x', [1, 'running'], ['1', 'returned']] } })).progress, []);
});
