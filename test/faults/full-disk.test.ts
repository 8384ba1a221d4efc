/** The disk under the job store, or under a minion's outbox, is full: what cannot be stored is not acknowledged, and comes later. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { FaultFleet, keptReturns } from '../support/faults/fault-fleet.js';
import { SmallDisk, skipWithoutMount } from '../support/faults/small-disk.js';

const site = new Site();
const skip = skipWithoutMount(join(site.dir, 'try'));
if (skip !== false) process.stdout.write(`faults: ${skip}\n`);
let fleet: FaultFleet;
let disk: SmallDisk;

site.test('a master whose cache has a small disk of its own, and a minion', async () => {
  disk = site.own(SmallDisk.mount(join(site.dir, 'master/cache'), 16));
  fleet = await FaultFleet.start(site, { ids: ['m1'], crowd: 2, master: { peer: { '.*': ['test.ping'] } } });
}, { skip });

site.test('returns wait for room, and nobody is told that a job was published which is not stored', async () => {
  const [minion] = fleet.minions;
  assert.ok(minion !== undefined);
  await Promise.all([1, 1.2, 1.4, 1.6].map((seconds) => fleet.ask(fleet.ids, seconds, 20_000)));
  disk.fill();
  fleet.history.fault('disk full');
  await until('returns that are refused', () => /return not stored: not acknowledged/.test(fleet.master.log()));
  await until('they wait on the minion', () => keptReturns(minion) > 0);
  // A new job cannot be stored either: who asks is told why.
  await until('a job that is refused', async () => {
    const { error, loads } = await fleet.master.job({ tgt: ['m1'], tgtType: 'list', fun: 'test.ping', timeoutMs: 2000 });
    return error !== undefined && Object.keys(loads).length === 0 ? error : undefined;
  });
  const shown = await fleet.master.tsalt('tsalt', 'm1', 'test.ping');
  assert.notEqual(shown.code, 0);
  assert.match(shown.stdout + shown.stderr, /full/i);
  const sentence = 'Cannot write to the job store: database or disk is full\n';
  for (const [words, said] of [
    [['tsalt', '--async', 'm1', 'test.ping'], `The job was not published: ${sentence}`],
    [['tsalt', '-b', '1', 'm1', 'test.ping'], `The job was not published: ${sentence}`],
    [['tsalt-run', 'manage.up'], `Exception occurred in runner manage.up: ${sentence}`],
  ] as const) {
    const [program, ...rest] = words;
    const { code, stdout, stderr } = await fleet.master.tsalt(program, ...rest);
    assert.deepEqual({ words, code, stdout, stderr }, { words, code: 1, stdout: said, stderr: '' });
  }
  const asked = await minion.callProgram('publish.publish', 'm1', 'test.ping');
  assert.deepEqual(asked, { code: 1, stdout: '', stderr: `Error running 'publish.publish': The job was not published: ${sentence}` });
  assert.match(fleet.master.log(), /job not published: it cannot be stored/);
  assert.equal(fleet.master.process.exitCode, undefined);
  disk.relieve();
  fleet.history.fault('room again');
  await fleet.assertKept();
  assert.equal(await fleet.master.call('m1', 'test.ping'), true);
}, { skip });
