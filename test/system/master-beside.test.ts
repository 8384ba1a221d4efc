/** Functions of a minion that reach the master beside it: `saltutil.cmd`, `saltutil.runner`, `saltutil.wheel`. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';

const site = new Site(false);
let master: MasterHost;
let beside: MinionHost;

site.setUp('a minion beside its master, and another', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master');
  await master.start();
  const bus = await master.hear();
  beside = new MinionHost(site, 'tsalt', 'beside', master);
  copyFileSync(join(master.configDir, 'master'), join(beside.configDir, 'master'));
  await enrol(master, bus, [beside, new MinionHost(site, 'tsalt', 'other', master)]);
  await master.allAnswer('beside', 'other');
});

const ask = async (...words: readonly string[]): Promise<unknown> => {
  const { stdout, stderr } = await master.tsalt('tsalt', '--static', '--out=json', ...words);
  return JSON.parse(stdout === '' ? `"${stderr}"` : stdout);
};

site.test('a job for other minions', async () => {
  const { beside: answers } = await ask('beside', 'saltutil.cmd', '*', 'test.echo', 'arg=["x"]') as { beside: Record<string, { ret: unknown; retcode: number }> };
  assert.deepEqual(Object.entries(answers).map(([id, { ret, retcode }]) => [id, ret, retcode]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)), [['beside', 'x', 0], ['other', 'x', 0]]);
  const { beside: some } = await ask('beside', 'saltutil.cmd', '*', 'test.ping', 'subset=1') as { beside: object };
  assert.equal(Object.keys(some).length, 1);
});

site.test('a runner and a wheel function', async () => {
  const { beside: runner } = await ask('beside', 'saltutil.runner', 'test.arg', 'arg=[1]') as { beside: { args: unknown } };
  assert.deepEqual(runner.args, [1]);
  const { beside: wheel } = await ask('beside', 'saltutil.wheel', 'key.list', 'match=accepted') as { beside: { return: { minions: string[] } } };
  assert.deepEqual(wheel.return.minions.toSorted(), ['beside', 'other']);
});

site.test('where no master is beside, the answer says so', async () => {
  assert.deepEqual(await ask('other', 'saltutil.cmd', '*', 'test.ping'), { other: "ERROR executing 'saltutil.cmd': The salt master could not be contacted. Is master running?" });
});
