/** A real minion and one of ours apply the same states, whoever is the master, and answer alike. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { comparable } from './states/comparable.js';
import { CALLS, TREE } from './states/tree.data.js';

const site = new Site(skipWithoutSalt);
const masters = new Map<'salt' | 'tsalt', MasterHost>();

for (const kind of ['salt', 'tsalt'] as const) {
  site.setUp(`a ${kind} master with a minion of each kind`, async () => {
    const master = await MasterHost.prepare(site, kind, `${kind}-master`, { timeout: 15 });
    masters.set(kind, master);
    for (const [path, text] of Object.entries(TREE)) master.serve(`salt/${path}`, text.replaceAll('@OUT@', `${master.path('out')}/{{ grains['id'] }}`));
    for (const id of [`ours-${kind}`, `real-${kind}`]) mkdirSync(master.path('out', id), { recursive: true });
    await master.start();
    const bus = await master.hear();
    await enrol(master, bus, [new MinionHost(site, 'tsalt', `ours-${kind}`, master), new MinionHost(site, 'salt', `real-${kind}`, master)]);
  });

  site.test(`states of a ${kind} master`, async () => {
    const master = masters.get(kind) as MasterHost;
    // Those that only read are compared on one machine alone.
    for (const words of CALLS.filter(([fun]) => ['state.apply', 'state.highstate', 'state.sls_id', 'state.single'].includes(fun ?? ''))) {
      const answers = await master.command('*', ...words);
      const [ours, real] = [`ours-${kind}`, `real-${kind}`];
      assert.deepEqual(comparable(answers[ours], [ours]), comparable(answers[real], [real]), words.join(' '));
    }
  });
}
