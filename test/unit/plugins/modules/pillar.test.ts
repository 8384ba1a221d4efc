import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Float, type PlainMap } from '../../../../src/kernel/std/value.js';
import pillar from '../../../../src/plugins/modules/pillar.js';
import { benchOf, type Setup } from '../bench.js';

const KNOWN: PlainMap = { s: 'text', n: 5, f: new Float(1), z: null, d: { x: 1, l: [1, 2] } };
const MASK = '**********';

function bench(setup: Setup = {}) {
  const asked: unknown[] = [];
  return {
    asked,
    ...benchOf(pillar, {
      pillar: KNOWN,
      opts: { pillarenv: null, saltenv: 'sdev' },
      ports: { refresh: { compilePillar: async (options) => { asked.push(options); return KNOWN; } } },
      ...setup,
    }),
  };
}

test('pillar.get shows values to templates and to those who ask', async () => {
  assert.equal(await bench().call('get', ['s']), MASK);
  assert.equal(await bench().call('get', ['s'], { unmask: true }), 'text');
  assert.equal(await bench({ unmaskPillar: true }).call('get', ['s']), 'text');
  assert.equal(await bench({ unmaskPillar: true }).call('get', ['s'], { unmask: false }), MASK);
});

test('pillar.get and keys can be strict about missing keys', async () => {
  const strict = bench({ opts: { pillar_raise_on_missing: true } });
  await assert.rejects(strict.call('get', ['nope']), { className: 'KeyError', message: "'Pillar key not found: nope'" });
  assert.equal(await strict.call('get', ['nope', 'dflt'], { unmask: true }), 'dflt');
  await assert.rejects(bench().call('keys', ['nope']), { className: 'KeyError', message: "'Pillar key not found: nope'" });
  await assert.rejects(bench().call('keys', ['s']), { className: 'ValueError', message: 'Pillar value in key s is not a dict' });
});

test('pillar.get with an environment compiles, and comes masked', async () => {
  const { call, asked } = bench();
  assert.equal(await call('get', ['s'], { pillarenv: 'dev', unmask: true }), MASK);
  assert.deepEqual(asked, [{ pillarenv: 'dev' }]);
});

test('pillar.items picks the environment by options and hands the override on', async () => {
  const plain = bench();
  await plain.call('items', [], { saltenv: 'x' });
  assert.deepEqual(plain.asked, [{}]);
  const following = bench({ opts: { pillarenv_from_saltenv: true, saltenv: 'sdev' } });
  await following.call('items', [], { saltenv: 'x' });
  await following.call('data', [], { pillar: { a: 1 } });
  assert.deepEqual(following.asked, [{ pillarenv: 'x' }, { pillarenv: 'sdev', override: { a: 1 } }]);
});

test('pillar.items decrypts its override or says why not', async () => {
  const { call } = bench();
  await assert.rejects(call('items', [], { pillar: { a: 'x' }, pillar_enc: 'nope' }), {
    message: "Failed to decrypt pillar override: 'nope' is not a valid decryption renderer. Valid choices are: gpg",
  });
  const asked: unknown[] = [];
  const able = bench({
    ports: {
      refresh: { compilePillar: async (options) => { asked.push(options); return {}; } },
      render: { template: async (text, engine) => `${engine} of ${text}` },
    },
  });
  await able.call('items', [], { pillar: { a: ['x', 1] }, pillar_enc: 'gpg' });
  assert.deepEqual(asked, [{ override: { a: ['gpg of x', 1] } }]);
});

test('pillar.item, ls, obfuscate and raw give names, types and values', async () => {
  const { call } = bench();
  assert.deepEqual(await call('item', ['d:x', 'nope'], { default: 'zz', unmask: true }), { 'd:x': 1, nope: 'zz' });
  assert.deepEqual(await call('ls', ['s', 'n']), ['s', 'n']);
  assert.deepEqual(await call('ls'), ['s', 'n', 'f', 'z', 'd']);
  assert.deepEqual(await call('obfuscate', [], { unmask: true }), { s: '<str>', n: '<int>', f: '<float>', z: '<NoneType>', d: { x: '<int>', l: ['<int>', '<int>'] } });
  assert.deepEqual(await call('raw', ['nope']), {});
  assert.deepEqual(await call('raw', ['d']), { x: 1, l: [1, 2] });
  assert.deepEqual(await call('raw', ['d'], { unmask: false }), { x: MASK, l: [MASK, MASK] });
});

test('pillar.ext asks external sources alone', async () => {
  const asked: unknown[] = [];
  const { call } = bench({ ports: { refresh: { externalPillar: async (...given) => { asked.push(given); return { e: 1 }; } } } });
  assert.deepEqual(await call('ext', ['{cmd_yaml: echo}'], { unmask: true }), { e: 1 });
  assert.deepEqual(await call('ext', [[{ a: 'b' }], { over: 1 }]), { e: MASK });
  assert.deepEqual(asked, [[{ cmd_yaml: 'echo' }], [[{ a: 'b' }], { over: 1 }]]);
  await assert.rejects(bench().call('ext', ['{}']), /external sources/);
});

test('pillar.file_exists looks into the roots', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-pillar-'));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'p.sls'), '');
  const { call } = bench({ opts: { pillar_roots: { base: [root], dev: [join(root, 'none')] } } });
  assert.equal(await call('file_exists', ['p.sls']), true);
  assert.equal(await call('file_exists', ['p.sls', 'dev']), false);
  assert.equal(await call('file_exists', ['p.sls'], { saltenv: 'nope' }), false);
  assert.equal(await call('file_exists', ['nope.sls']), false);
  await assert.rejects(bench({ opts: {} }).call('file_exists', ['x']), { message: 'No pillar_roots found. Are you running this on the master?' });
});

test('pillar.filter_by chooses by real values', async () => {
  assert.equal(await bench().call('filter_by', [{ 'te*': 1, default: 2 }, 's']), 1);
  assert.equal(await bench().call('filter_by', [{ a: 1, default: 2 }, 's']), 2);
});
