/** Runners that tell of the master itself: its batches, its keys, and clusters and resources, of which it has none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import batch from '../../../../src/plugins/runners/batch.js';
import cluster from '../../../../src/plugins/runners/cluster.js';
import pki from '../../../../src/plugins/runners/pki.js';
import resource from '../../../../src/plugins/runners/resource.js';
import { benchOf } from '../bench.js';

test('batch.* tell of batches and stop them', async () => {
  const jid = '20240610120000000000';
  const summary = { jid, fun: 'test.sleep', active: 2, last_progress: 1000.5 };
  const asked: Value[] = [];
  const { call, ctx } = benchOf(batch, {
    ports: {
      batches: {
        summary: (one) => (one === jid ? summary : undefined), active: () => [summary], working: () => ['web1', 'web2'], stop: (...words) => void asked.push([...words]),
      },
      local: { publish: (job) => { asked.push({ ...job } as PlainMap); return Promise.resolve({ jid: '', minions: [] }); } },
    },
  });
  const { age_seconds: age, ...told } = await call('status', [jid]) as PlainMap;
  assert.deepEqual(told, summary);
  assert.ok(Math.abs(Number(age) - (ctx.sys.now() / 1000 - 1000.5)) < 60);
  assert.equal(await call('status', ['20240610120000000001']), null);
  assert.deepEqual((await call('list_active') as PlainMap[]).map((one) => one['jid']), [jid]);
  assert.equal(await call('stop', ['20240610120000000001'], { kill: true }), false);
  assert.deepEqual(asked, []);
  assert.equal(await call('stop', [jid]), true);
  assert.deepEqual(asked.splice(0), [[jid, 'stop']]);
  assert.equal(await call('stop', [jid], { kill: true }), true);
  assert.deepEqual(asked, [{ tgt: ['web1', 'web2'], tgt_type: 'list', fun: 'saltutil.kill_job', arg: [jid] }, [jid, 'stop']]);
});

/** Source: observed, Salt 3008.3. */
test('pki.status counts the keys', async () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `m${at}`);
  const lists = { minions: names(1234), minions_pre: names(2), minions_rejected: [], minions_denied: names(1) };
  const { call } = benchOf(pki, { ports: { keys: { list: () => Promise.resolve(lists) } } });
  const text = 'PKI migration dry-run (no changes written):\n  Accepted: 1,234\n  Pending:  2\n  Rejected: 0\n  Denied:   1\n  Total:    1,237';
  assert.equal(await call('status'), text);
  assert.equal(await call('migrate_to_mmap', [true]), text);
  await assert.rejects(call('migrate_to_mmap'), { message: 'Keys stay in pki_dir: there is no mmap_key backend to move them to' });
});

const skipped = { status: 'skipped', reason: 'no cluster_id configured; this master is not a cluster member' };

/** Source: observed, Salt 3008.3 without cluster_id. */
test('cluster.* answer as a master that belongs to no cluster', async () => {
  const { call } = benchOf(cluster, { opts: { id: 'm_master', cachedir: '/var/cache/salt/master' } });
  assert.deepEqual(await call('members'), {
    node_id: 'm_master', voters: [], learners: [], membership_version: -1, voter_count: 0, learner_count: 0, leader_id: null, term: 0, unhealthy_voters: [],
    recently_demoted: [],
  });
  assert.deepEqual(await call('rings'), { node_id: 'm_master', rings: {}, active_rings: [], registry_version: -1 });
  assert.deepEqual(await call('routes'), { node_id: 'm_master', routes: {}, routing_version: -1, drop_stats: {} });
  assert.deepEqual(await call('ring_info'), { is_clustered: false, node_count: 0, nodes: [], vnodes: 0 });
  assert.deepEqual(await call('shed_status'), { status: 'missing', path: '/var/cache/salt/master/cluster-shed-status.json' });
  const shed = { status: 'skipped', reason: "ring 'a' is not active in the registry", ring: 'a', kept: 0, dropped: 0, subbanks_dropped: 0, dry_run: false };
  assert.deepEqual(await call('shed_unowned', ['a']), shed);
  assert.deepEqual(await call('shed_unowned_all', ['a']), { fan_out: skipped, local: shed });
  const calls = [['sync_roots'], ['ring_create', 'a', ['b']], ['ring_destroy', 'a'], ['ring_set', 'a'], ['route_set', 'a', 'b'], ['route_clear', 'a'], ['collect_from_peers']] as const;
  for (const [fun, ...args] of calls) assert.deepEqual(await call(fun, args), skipped, fun);
  assert.equal((await call('migrate_jobs_to_cache') as PlainMap)['reason'], "no local_cache jobs root at '/var/cache/salt/master/jobs'; nothing to do");
});

test('cluster.* refuse what makes no sense, and clusters that are configured', async () => {
  const { call } = benchOf(cluster);
  for (const [message, fun, ...args] of [
    ["cluster.ring_set requires a non-empty 'name'", 'ring_set'], ["cluster.ring_create requires a non-empty 'name'", 'ring_create', '', ['b']],
    ["cluster.ring_create requires a non-empty 'voters' list", 'ring_create', 'a', []], ["cluster.route_set requires a non-empty 'ring'", 'route_set', 'a', ''],
    ["roots must be 'file', 'pillar', or 'both', got 'x'", 'sync_roots', 'x'], ['cluster.shed_unowned requires at least one bank', 'shed_unowned', 'a', []],
    ['cluster.collect_from_peers requires at least one channel or bank', 'collect_from_peers', [], []],
  ] as const) await assert.rejects(call(fun, args), { className: 'ValueError', message });
  await assert.rejects(call('collect_from_peers', [['x']]), { message: /^cluster\.collect_from_peers: unsupported fixed channels \['x'\] \(only/ });
  await assert.rejects(benchOf(cluster, { opts: { cluster_id: 'mine' } }).call('sync_roots'), { message: /^The cluster 'mine' cannot be asked/ });
});

test('resource.* know no resources', async () => {
  const fired: Value[] = [];
  const { call } = benchOf(resource, { ports: { events: { fireMaster: async (tag, data) => { fired.push([tag, data]); return true; } } } });
  assert.equal(await call('show_grains', ['dummy', 'dummy-01']), null);
  assert.deepEqual(await call('list_grains'), {});
  assert.equal(await call('refresh', ['']), false);
  assert.equal(await call('refresh', ['web1']), true);
  assert.deepEqual(fired, [['minion/web1/resource_refresh', { minion: 'web1' }]]);
});
