/** The counters of a running master: as events, on the command line, at the endpoint for metrics. */
import assert from 'node:assert/strict';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { freePort, Site } from '../support/fleet/site.js';

const site = new Site();
let master: MasterHost;
let hearing: Hearing;
let port = 0;

site.setUp('a master that tells of its work, and a minion', async () => {
  port = await freePort();
  master = await MasterHost.prepare(site, 'tsalt', 'm', { master_stats: true, master_stats_event_iter: 1, metrics_port: port });
  await master.start();
  hearing = await master.hear();
  await enrol(master, hearing, [new MinionHost(site, 'tsalt', 'web1', master)]);
  await master.allAnswer('web1');
});

site.test('salt/stats in the form of Salt', async () => {
  const asking = setInterval(() => void master.call('web1', 'test.ping'), 300);
  try {
    const { data } = await hearing.heard('salt/stats/*', ({ data: given }) => '_return' in (given['stats'] as PlainMap));
    assert.deepEqual(Object.keys(data).sort(), ['_stamp', 'pool', 'pool_index', 'stats', 'time', 'worker']);
    const { runs, mean } = (data['stats'] as PlainMap)['_return'] as PlainMap;
    assert.ok(Number(runs) >= 1 && Number(mean) > 0 && Number(mean) < 5);
  } finally {
    clearInterval(asking);
  }
});

site.test('tsalt-run stats shows what was counted', async () => {
  const { code, stdout } = await master.tsalt('tsalt-run', 'stats', '--out=json');
  assert.equal(code, 0);
  const stats = JSON.parse(stdout) as PlainMap;
  assert.ok(Number((stats['returns'] as PlainMap)['taken']) >= 1);
  assert.deepEqual(stats['minions'], { accepted: 1, connected: 1 });
  assert.ok(Number((stats['memory'] as PlainMap)['rss_bytes']) > 1e7);
  assert.match((await master.tsalt('tsalt-run', 'stats.metrics', '--out=txt')).stdout, /^# TYPE tsalt_jobs_published counter\n/);
});

site.test('the endpoint has jobs, returns, events, lag and memory', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await answer.text();
  for (const name of ['jobs_published_total', 'returns_total', 'events_fired_total', 'loop_lag_max_seconds', 'memory_resident_bytes', 'minions_connected', 'command_runs_total{command="_return"}']) {
    assert.match(text, new RegExp(`^tsalt_${name.replace(/[{}]/g, '\\$&')} [0-9.]+$`, 'm'));
  }
  assert.ok(text.endsWith('# EOF\n'));
});
