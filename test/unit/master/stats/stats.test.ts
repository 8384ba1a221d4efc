import assert from 'node:assert/strict';
import { get, request } from 'node:http';
import { after, suite, test } from 'node:test';
import { Float, type PlainMap } from '../../../../src/kernel/std/value.js';
import { FAMILIES } from '../../../../src/master/stats/families.data.js';
import { openMetrics } from '../../../../src/master/stats/open-metrics.js';
import { RequestTimes } from '../../../../src/master/stats/request-times.js';
import { serveMetrics } from '../../../../src/master/stats/serve-metrics.js';
import { listeningLog } from '../../../support/module-host.js';

suite('request times', () => {
  const timed = (tells: boolean) => {
    const fired: { tag: string; data: PlainMap }[] = [];
    const clock = { ms: 0 };
    return { fired, clock, times: new RequestTimes({ tells, everyMs: 60_000, fire: (tag, data) => void fired.push({ tag, data }), nowMs: () => clock.ms }) };
  };
  test('the event of Salt comes with the first request after the period, and begins anew', () => {
    const { times, clock, fired } = timed(true);
    times.note('_auth', 100);
    times.note('_auth', 300);
    clock.ms = 60_000;
    times.note('_pillar', 50);
    assert.equal(fired.length, 0);
    clock.ms = 60_500;
    times.note('_pillar', 150);
    const [{ tag, data }] = fired as [{ tag: string; data: PlainMap }];
    assert.equal(tag, 'salt/stats/MWorker-default-0');
    assert.deepEqual(data, { time: 60.5, worker: 'MWorker-default-0', pool: 'default', pool_index: 0, stats: { _auth: { mean: 0.2, runs: 2 }, _pillar: { mean: 0.1, runs: 2 } } });
    clock.ms = 130_000;
    times.note('_return', 10);
    assert.deepEqual(Object.keys(fired[1]?.data['stats'] as PlainMap), ['_return']);
    assert.equal(times.runsOf('_pillar'), 2);
  });
  test('nothing is told unless it was asked for; the counters are kept all the same', () => {
    const { times, clock, fired } = timed(false);
    times.note('_auth', 1500);
    clock.ms = 1e6;
    times.note('_auth', 500);
    assert.deepEqual([fired, times.counters], [[], { _auth: { runs: 2, seconds: new Float(2) } }]);
  });
});

suite('OpenMetrics', () => {
  test('families with type and help, labels with what has to be escaped', () => {
    const text = openMetrics({ published: 3, returners: { 'a"b\\c\nd': { waiting: 2, given: 1 } }, engines: { hook: { state: 'running', failures: 0 }, bad: { state: 'waiting', failures: 4 } }, lag: { max_seconds: 0.5 } });
    assert.equal(text, [
      '# TYPE tsalt_jobs_published counter', '# HELP tsalt_jobs_published Publications sent to minions.', 'tsalt_jobs_published_total 3',
      '# TYPE tsalt_returner_waiting gauge', '# HELP tsalt_returner_waiting What waits on disk for a returner.', 'tsalt_returner_waiting{returner="a\\"b\\\\c\\nd"} 2',
      '# TYPE tsalt_returner_given counter', '# HELP tsalt_returner_given What a returner took.', 'tsalt_returner_given_total{returner="a\\"b\\\\c\\nd"} 1',
      '# TYPE tsalt_engine_running gauge', '# HELP tsalt_engine_running Whether an engine runs: 1, or 0 while it waits to be started again.',
      'tsalt_engine_running{engine="hook"} 1', 'tsalt_engine_running{engine="bad"} 0',
      '# TYPE tsalt_engine_failures counter', '# HELP tsalt_engine_failures Times that an engine ended or broke.',
      'tsalt_engine_failures_total{engine="hook"} 0', 'tsalt_engine_failures_total{engine="bad"} 4',
      '# TYPE tsalt_loop_lag_max_seconds gauge', '# HELP tsalt_loop_lag_max_seconds The latest of the last minute.', 'tsalt_loop_lag_max_seconds 0.5',
      '# EOF', '',
    ].join('\n'));
  });
  test('names are unique and of the form that the format wants', () => {
    const names = FAMILIES.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, kind } of FAMILIES) assert.match(name, kind === 'counter' ? /^tsalt_[a-z_]+(?<!_total)$/ : /^tsalt_[a-z_]+$/);
  });
});

suite('the endpoint', async () => {
  const served = await serveMetrics({ address: '127.0.0.1', port: 0, stats: () => ({ published: 1 }), log: listeningLog() });
  after(() => served[Symbol.asyncDispose]());
  const ask = (path: string, method = 'GET') => new Promise<{ status: number; type: string | undefined; body: string }>((resolve, reject) => {
    const sent = (method === 'GET' ? get : request)({ port: served.port, host: '127.0.0.1', path, method }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end();
  });
  test('answers for /metrics, for nothing else', async () => {
    const { status, type, body } = await ask('/metrics');
    assert.deepEqual([status, type, body.endsWith('tsalt_jobs_published_total 1\n# EOF\n')], [200, 'application/openmetrics-text; version=1.0.0; charset=utf-8', true]);
    assert.equal((await ask('/')).status, 404);
    assert.equal((await ask('/metrics', 'POST')).status, 405);
  });
});
