import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ChainDepths } from '../../../../src/automation/reactor/chain-depths.js';
import { ReactorMapError } from '../../../../src/automation/reactor/reaction-map.js';
import { isReactorConfigured, readReactorOptions } from '../../../../src/automation/reactor/reactor-options.js';

const MIB = 1024 * 1024;

test('a reactor runs for the option, or for the engine in any of its forms', () => {
  for (const opts of [{ reactor: [{ a: ['/b'] }] }, { reactor: '/etc/reactor.yaml' }, { engines: ['reactor'] }, { engines: [{ reactor: null }] }, { engines: { reactor: { worker_threads: 1 } } }]) {
    assert.equal(isReactorConfigured(opts), true, JSON.stringify(opts));
  }
  for (const opts of [{}, { reactor: [] }, { reactor: '' }, { engines: ['test', { webhook: {} }] }, { engines: null }]) assert.equal(isReactorConfigured(opts), false, JSON.stringify(opts));
});

test('options of the engine win over those of the host; what is no number is not taken', () => {
  const read = (opts: Parameters<typeof readReactorOptions>[0]) => {
    const { threads, waitingMax, waitingBytesMax } = readReactorOptions(opts);
    return [threads, waitingMax, waitingBytesMax / MIB];
  };
  assert.deepEqual(read({}), [10, 10_000, 64]);
  assert.deepEqual(read({ reactor_worker_threads: 3, reactor_worker_hwm: 5, reactor_worker_hwm_bytes: MIB }), [3, 5, 1]);
  assert.deepEqual(read({ reactor_worker_threads: 3, engines: [{ reactor: { worker_threads: 4, worker_hwm: 6, worker_hwm_bytes: 2 * MIB } }] }), [4, 6, 2]);
  assert.deepEqual(read({ engines: [{ reactor: [{ worker_threads: 4 }, { worker_hwm: 6 }] }] }), [4, 6, 64]);
  assert.deepEqual(read({ reactor_worker_threads: 0, reactor_worker_hwm: 'many' }), [10, 10_000, 64]);
});

test('the option may name a file', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ts-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'map.yaml');
  writeFileSync(path, "- 'a/*': /srv/a.sls\n- b: [c, d]\n");
  assert.deepEqual(readReactorOptions({ reactor: path }).map.list(), [{ 'a/*': '/srv/a.sls' }, { b: ['c', 'd'] }]);
  assert.throws(() => readReactorOptions({ reactor: join(dir, 'none') }), ReactorMapError);
});

test('depths count reactions, and the oldest are forgotten', () => {
  const depths = new ChainDepths();
  depths.note({ id: 'e1', kind: 'event' });
  depths.note({ id: 'r1', kind: 'reaction', cause: 'e1' });
  depths.note({ id: 'j1', kind: 'job', cause: 'r1' });
  depths.note({ id: 'r2', kind: 'reaction', cause: 'j1' });
  assert.deepEqual(['e1', 'r1', 'j1', 'r2', 'none', undefined].map((id) => depths.depth(id)), [0, 1, 1, 2, 0, 0]);
  depths.note({ id: 'e2', kind: 'event', cause: 'job of elsewhere' });
  depths.note({ id: 'r3', kind: 'reaction', cause: 'e2' });
  assert.deepEqual(['r2', 'r3', 'none'].map((id) => depths.root(id)), ['e1', 'job of elsewhere', 'none']);
  for (let at = 0; at < 50_000; at += 1) depths.note({ id: `x${at}`, kind: 'event' });
  assert.equal(depths.depth('r2'), 0);
});
