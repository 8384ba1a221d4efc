import assert from 'node:assert/strict';
import { test } from 'node:test';
import event from '../../../../src/plugins/modules/event.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { benchOf, type Setup } from '../bench.js';

type Fired = readonly [where: string, tag: string, data: Value, preload?: PlainMap];

function busBench(setup: Setup = {}) {
  const fired: Fired[] = [];
  const bench = benchOf(event, {
    ...setup,
    ports: {
      events: {
        fireLocal: async (tag, data) => { fired.push(['local', tag, data]); return true; },
        fireMaster: async (tag, data, preload) => {
          fired.push(preload === undefined ? ['master', tag, data] : ['master', tag, data, preload]);
          return true;
        },
      },
    },
  });
  return { ...bench, fired };
}

test('event.send gives data, keywords and facts of the job', async () => {
  const { call, fired } = busBench();
  assert.equal(await call('send', ['demo/kw', { n: 5 }], { key: 'value', __pub_fun: 'event.send', __pub_jid: '20260101000000000001' }), true);
  assert.deepEqual(fired, [['master', 'demo/kw', { key: 'value', __pub_fun: 'event.send', __pub_jid: '20260101000000000001', n: 5 }]]);
});

test('event.send adds chosen grains, pillar and environments', async () => {
  const { call, fired } = busBench({ grains: { id: 'web1', role: 'web', os: 'x' }, pillar: { a: 1, b: 2 }, opts: { saltenv: 'dev', pillarenv: null } });
  await call('send', ['t'], { with_grains: ['id', 'role'], with_pillar: true, with_env_opts: true, with_env: ['TSALT_NO_SUCH_VARIABLE'] });
  assert.deepEqual(fired, [['master', 't', {
    environ: {}, grains: { id: 'web1', role: 'web' }, pillar: { a: 1, b: 2 }, saltenv: 'dev', pillarenv: null,
  }]]);
});

test('event.send passes entries of the request and ignores data that is no mapping', async () => {
  const { call, fired } = busBench();
  await call('send', ['t', 'text'], { preload: { extra: 1 } });
  assert.deepEqual(fired, [['master', 't', {}, { extra: 1 }]]);
});

for (const opts of [{ local: true }, { file_client: 'local' }, { master_type: 'disable' }] as const) {
  test(`event.send stays here with ${JSON.stringify(opts)}`, async () => {
    const { call, fired } = busBench({ opts });
    assert.equal(await call('send', ['t', { a: 1 }]), true);
    assert.deepEqual(fired, [['local', 't', { a: 1 }]]);
  });
}

test('event.send goes out in local mode when the master is wanted', async () => {
  const { call, fired } = busBench({ opts: { local: true, use_master_when_local: true } });
  await call('send', ['t']);
  assert.deepEqual(fired, [['master', 't', {}]]);
});

test('event.fire_master sends any data, but nothing in local mode', async () => {
  const { call, fired } = busBench();
  assert.equal(await call('fire_master', ['words', 'tag']), true);
  assert.deepEqual(fired, [['master', 'tag', 'words']]);
  const alone = busBench({ opts: { file_client: 'local' } });
  assert.equal(await alone.call('fire_master', [{}, 'tag']), false);
  assert.deepEqual(alone.fired, []);
});

test('event.fire wants a mapping and a tag', async () => {
  const { call, fired } = busBench();
  assert.equal(await call('fire', [{ a: 1 }, 'tag']), true);
  assert.equal(await call('fire', ['text', 'tag']), false);
  assert.equal(await call('fire', [{}, '']), false);
  assert.deepEqual(fired, [['local', 'tag', { a: 1 }]]);
});

test('event.fire answers false when the bus cannot be reached', async () => {
  const bench = benchOf(event, { ports: { events: { fireLocal: () => Promise.reject(new Error('no bus')) } } });
  assert.equal(await bench.call('fire', [{}, 'tag']), false);
  assert.deepEqual(bench.logged, ['debug event not sent']);
});
