/** `salt-call` of real Salt changes the beacons of our minion, over the minion's bus. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { runCommand } from '../support/fleet/program.js';
import { saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site(skipWithoutSalt);
let minion: MinionHost;
let bus: Hearing;

site.setUp('our master and our minion', async () => {
  const master = await MasterHost.prepare(site, 'tsalt', 'master');
  await master.start();
  bus = await master.hear();
  minion = new MinionHost(site, 'tsalt', 'web1', master);
  await enrol(master, bus, [minion]);
  await master.allAnswer('web1');
});

async function call(...words: string[]): Promise<unknown> {
  const { stdout, stderr } = await runCommand([saltProgram('salt-call'), '-c', minion.configDir, '--local', '--out=json', '-l', 'critical', ...words]);
  try {
    return (JSON.parse(stdout) as { local: unknown }).local;
  } catch (error) {
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

site.test('it adds one that is valid, sees it, turns it off and saves', async () => {
  assert.deepEqual(await call('beacons.add', 'ps', '[{processes: {nosuchprocess: stopped}}, {interval: 1}]'), { comment: 'Added beacon: ps.', result: true });
  const { data } = await bus.heard('salt/beacon/web1/ps/');
  assert.equal(data['nosuchprocess'], 'Stopped');
  assert.deepEqual(await call('beacons.add', 'load', '[{averages: 3}]'), {
    comment: 'Beacon load configuration invalid, not adding.\nAverages configuration for load beacon must contain 1m, 5m or 15m items.', result: false,
  });
  assert.deepEqual(await call('beacons.disable_beacon', 'ps'), { comment: 'Disabled beacon ps on minion.', result: true });
  assert.equal(await call('beacons.list'), 'beacons:\n  ps:\n  - processes:\n      nosuchprocess: stopped\n  - interval: 1\n  - enabled: false\n');
  // Real Salt makes no folder.
  mkdirSync(minion.path('conf/minion.d'));
  const saved = await call('beacons.save') as { comment: string };
  assert.match(readFileSync(saved.comment.replace(/^Beacons saved to (.*)\.$/, '$1'), 'utf8'), /nosuchprocess: stopped/);
  assert.deepEqual(await call('beacons.delete', 'ps'), { comment: 'Deleted beacon: ps.', result: true });
});
