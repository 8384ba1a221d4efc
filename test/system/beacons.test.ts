/** Beacons of a running minion: what they see reaches the master, they are changed while it runs, and what is broken harms nobody. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import type { MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;
let bus: Hearing;
let watched: string;

/** As plain functions, as they would be written in Python. */
const PLAIN = `
export function validate(config) {
  return Array.isArray(config) ? [true, 'fine'] : [false, 'must be a list'];
}
export function beacon(config, ctx) {
  const count = (ctx.memory.get('count') ?? 0) + 1;
  ctx.memory.set('count', count);
  return [{ tag: 'round', count, word: Object.assign({}, ...config).word }];
}
`;
const DECLARED = `
import { beaconOptions, defineBeacon, VALID_BEACON } from 'tsalt/plugin';
export default defineBeacon({
  name: 'endless',
  validate: () => VALID_BEACON,
  beacon(config) {
    if (beaconOptions(config).blocks === true) for (;;);
    throw new Error('as it was told');
  },
});
`;

site.setUp('a master and a minion with beacons', async () => {
  watched = join(site.dir, 'watched');
  mkdirSync(watched);
  const fleet = await startFleet(site, ['web1'], {
    master: { reactor: [{ 'salt/beacon/*/inotify/*': ['salt://reactor/changed.sls'] }] },
    minion: { default_include: 'minion.d/*.conf', beacons: { inotify: [{ files: { [watched]: { mask: ['create', 'close_write'] } } }] } },
  });
  ({ master, bus } = fleet);
  [minion] = fleet.minions as [MinionHost];
  site.write('master/srv/salt/reactor/changed.sls', 'answer it:\n  local.test.echo:\n    - tgt: {{ data.id }}\n    - arg: ["{{ data.change }} {{ data.path }}"]\n');
});

const heardFrom = (beacon: string) => bus.heard(`salt/beacon/web1/${beacon}/*`);

site.test('a file that is written is told with the tag of its folder, and leads to a reaction', async () => {
  writeFileSync(join(watched, 'a'), 'one');
  const { tag, data } = await bus.heard('salt/beacon/*', ({ data: given }) => given['change'] === 'IN_CLOSE_WRITE');
  assert.equal(tag, `salt/beacon/web1/inotify/${watched}`);
  assert.deepEqual({ ...data, _stamp: '' }, { path: join(watched, 'a'), change: 'IN_CLOSE_WRITE', id: 'web1', _stamp: '' });
  const ret = await bus.heard('salt/job/*/ret/web1', ({ data: given }) => given['fun'] === 'test.echo' && String(given['return']).startsWith('IN_CLOSE_WRITE'));
  assert.equal(ret.data['return'], `IN_CLOSE_WRITE ${join(watched, 'a')}`);
});

site.test('the functions add, change, turn off and delete a beacon while the minion runs', async () => {
  const [first, second] = [[{ averages: { '1m': [0, 0], '5m': [0, 0], '15m': [0, 0] } }], [{ averages: { '1m': [0, 0], '5m': [0, 0], '15m': [0, 0] } }, { interval: 1 }]];
  assert.deepEqual(await master.call('web1', 'beacons.add', ['busy', [{ beacon_module: 'nothing' }]]), { comment: 'Beacon "nothing" is not available.', result: false });
  assert.deepEqual(await master.call('web1', 'beacons.add', ['load', [{ averages: { '1m': [1] } }]]), {
    comment: 'Beacon load configuration invalid, not adding.\nConfiguration for load beacon: 1m, 5m and 15m items must be a list of two items.', result: false,
  });
  assert.deepEqual(await master.call('web1', 'beacons.add', ['load', first]), { comment: 'Added beacon: load.', result: true });
  await heardFrom('load');
  assert.deepEqual(await master.call('web1', 'beacons.add', ['load', first]), { comment: 'Beacon load is already configured.', result: true });
  const changed = await master.call('web1', 'beacons.modify', ['load', second]) as PlainMap;
  assert.deepEqual([changed['comment'], changed['result']], ['Modified beacon: load.', true]);
  assert.match(String((changed['changes'] as PlainMap)['diff']), /\+interval:1\n$/);
  assert.deepEqual(await master.call('web1', 'beacons.disable_beacon', ['load']), { comment: 'Disabled beacon load on minion.', result: true });
  assert.deepEqual(await master.call('web1', 'beacons.disable_beacon', ['none']), { comment: 'Beacon none is not currently configured.', result: false });
  assert.deepEqual(await master.call('web1', 'beacons.delete', ['load']), { comment: 'Deleted beacon: load.', result: true });
});

site.test('what is saved outlasts the minion', async () => {
  await master.call('web1', 'beacons.add', ['ps', [{ processes: { nosuchprocess: 'stopped' } }, { interval: 1 }]]);
  const path = minion.path('conf/minion.d/beacons.conf');
  assert.deepEqual(await master.call('web1', 'beacons.save'), { comment: `Beacons saved to ${path}.`, result: true });
  assert.match(readFileSync(path, 'utf8'), /^beacons:\n {2}inotify:\n[^]*nosuchprocess: stopped/);
  await minion.stop();
  bus.clear();
  minion.start();
  assert.deepEqual((await heardFrom('ps')).data['nosuchprocess'], 'Stopped');
  await master.allAnswer('web1');
  await master.call('web1', 'beacons.delete', ['ps']);
});

site.test('tsalt-call sees and changes the beacons of the minion that runs', async () => {
  const added = await minion.callProgram('beacons.add', 'own_files', `[{files: {${watched}: {mask: [delete]}}}, {beacon_module: inotify}]`, '--out=json');
  assert.deepEqual(JSON.parse(added.stdout), { local: { comment: 'Added beacon: own_files.', result: true } });
  assert.match(String(await master.call('web1', 'beacons.list')), /own_files:\n {2}- files:/);
  const available = JSON.parse((await minion.callProgram('--local', 'beacons.list_available', 'return_yaml=False', '--out=json')).stdout) as { local: string[] };
  assert.ok(['inotify', 'load', 'ps', 'status'].every((name) => available.local.includes(name)));
});

site.test('a beacon of a user comes from the file server, configured by the pillar; it goes with the pillar', async () => {
  master.serve('salt/_beacons/counting.mjs', PLAIN);
  assert.deepEqual(await master.call('web1', 'saltutil.sync_beacons'), ['beacons.counting']);
  site.write('master/srv/pillar/top.sls', "base:\n  '*':\n    - watch\n");
  site.write('master/srv/pillar/watch.sls', 'beacons:\n  rounds:\n    - beacon_module: counting\n    - word: hello\n    - interval: 1\n');
  await master.call('web1', 'saltutil.refresh_pillar', [], { wait: true });
  bus.clear();
  const { data } = await bus.heard('salt/beacon/web1/rounds/round', ({ data: given }) => given['count'] === 2);
  assert.equal(data['word'], 'hello');
  assert.deepEqual(await master.call('web1', 'beacons.delete', ['rounds']), { comment: 'Cannot delete beacon item rounds, it is configured in pillar.', result: false });
  site.write('master/srv/pillar/watch.sls', '{}\n');
  await master.call('web1', 'saltutil.refresh_pillar', [], { wait: true });
  assert.doesNotMatch(String(await master.call('web1', 'beacons.list')), /rounds/);
});

site.test('a beacon that throws is seen on the master and in the log; one that blocks its thread stops nobody', async () => {
  master.serve('salt/_beacons/endless.mjs', DECLARED);
  await master.call('web1', 'saltutil.sync_beacons');
  await master.call('web1', 'beacons.add', ['throws', [{ beacon_module: 'endless' }, { interval: 1 }]]);
  assert.equal((await heardFrom('throws')).data['error'], 'as it was told');
  await until('the line of the log', () => minion.log().includes('Unable to start throws beacon, as it was told'));
  await master.call('web1', 'beacons.delete', ['throws']);
  await master.call('web1', 'beacons.add', ['blocks', [{ beacon_module: 'endless' }, { blocks: true }]]);
  bus.clear();
  writeFileSync(join(watched, 'b'), 'two');
  await heardFrom('inotify');
  await master.allAnswer('web1');
  // Its thread ends with it.
  assert.deepEqual(await master.call('web1', 'beacons.delete', ['blocks']), { comment: 'Deleted beacon: blocks.', result: true });
});

site.test('during a state run a beacon rests that shall', async () => {
  const conf = join(watched, 'conf');
  site.write('master/srv/salt/touch.sls', `write:\n  file.managed:\n    - name: ${conf}\n    - contents: written\nwait:\n  module.run:\n    - test.sleep:\n      - length: 2\n`);
  await master.call('web1', 'beacons.disable_beacon', ['inotify']);
  await master.call('web1', 'beacons.add', ['resting', [{ files: { [watched]: { mask: ['close_write', 'moved_to', 'create'] } } }, { beacon_module: 'inotify' }, { disable_during_state_run: true }]]);
  bus.clear();
  await master.call('web1', 'state.apply', ['touch']);
  assert.ok(existsSync(conf));
  await until('a change that is told again', () => {
    appendFileSync(join(watched, 'later'), 'x');
    return bus.events.some(({ tag }) => tag.startsWith('salt/beacon/web1/resting/'));
  });
  const told = bus.events.filter(({ tag }) => tag.startsWith('salt/beacon/web1/resting/')).map(({ data }) => data['path']);
  assert.deepEqual([...new Set(told)], [join(watched, 'later')]);
});

site.test('the state makes, changes, turns off and removes a beacon; a second run changes nothing', async () => {
  const apply = async (lines: string, test = false): Promise<readonly unknown[]> => {
    site.write('master/srv/salt/watch.sls', `load:\n${lines}`);
    const [chunk] = Object.values(await master.call('web1', 'state.apply', ['watch'], { test }) as PlainMap) as PlainMap[];
    return [chunk?.['result'], chunk?.['comment'], Object.keys(chunk?.['changes'] as PlainMap)];
  };
  const wanted = (low: number) => `  beacon.present:\n    - averages: {1m: [${low}, 9], 5m: [0, 9], 15m: [0, 9]}\n    - interval: 60\n`;
  assert.deepEqual(await apply(wanted(0), true), [true, 'Beacon: load would be added.', []]);
  assert.deepEqual(await apply(wanted(0)), [true, 'Adding load to beacons', []]);
  assert.deepEqual(await apply(wanted(0)), [true, 'Job load in correct state', []]);
  assert.deepEqual(await apply(wanted(1)), [true, 'Modifying load in beacons', ['diff']]);
  assert.deepEqual(await apply('  beacon.disabled: []\n'), [true, 'Disabled beacon load.', []]);
  assert.deepEqual(await apply('  beacon.enabled: []\n'), [true, 'Enabled load from beacons', []]);
  assert.deepEqual(await apply('  beacon.absent:\n    - save: True\n'), [true, 'Removed load from beacons\nBeacon load saved', []]);
  assert.deepEqual(await apply('  beacon.absent: []\n'), [true, 'load not configured in beacons', []]);
});
