/** Pillars without templates: made on the loop exactly as the threads make them, shared by all who get the same, and left to a thread when in doubt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBus } from '../../../../src/bus/codec/codec.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { CompiledPillars } from '../../../../src/master/pillar/compiled-pillars.js';
import { PlainPillars } from '../../../../src/master/pillar/plain-pillars.js';
import type { PillarRequest } from '../../../../src/sls/pillar/request.js';
import { listeningLog } from '../../../support/module-host.js';
import { everybody, PillarFolder } from '../../../support/pillar-tree.js';

const BYTES_MAX = 1_000_000;
const asked = (id: string, more: Partial<PillarRequest> = {}): PillarRequest => ({ id, grains: { id, os: 'TestOS' }, saltenv: 'base', pillarenv: null, override: {}, extra: {}, ...more });
const plainOf = (folder: PillarFolder, opts: PlainMap = {}, bytesMax = BYTES_MAX): PlainPillars => {
  const all = { ...folder.opts, ...opts };
  return new PlainPillars(all, new CompiledPillars(all), { bytesMax, log: listeningLog() });
};

test('plain files give what the whole compiler makes of them', async () => {
  const trees: Record<string, string>[] = [
    { 'base/top.sls': everybody('a', 'sub.*'), 'base/a.sls': 'a: |+\n  text\n\nlist: [1, 2.50, ~, yes, 0o17, 2024-01-02]\n', 'base/sub/init.sls': 'a: {}\nz: 1\n', 'base/sub/x.sls': 'list: [3]\nz: {y: 1}\n' },
    { 'base/top.sls': "base:\n  'os:TestOS':\n    - match: grain\n    - a\n  'other*': [b]\n  'm*':\n    - order: -1\n    - b\n", 'base/a.sls': 'include:\n  - b\nwho: a\n', 'base/b.sls': 'who: b\nb: "{ %"\n' },
    { 'base/top.sls': everybody('a'), 'base/a.sls': '' },
    { 'base/top.sls': everybody() },
  ];
  for (const tree of trees) {
    const folder = new PillarFolder().write(tree);
    const made = await plainOf(folder).make(asked('m1'));
    assert.ok(made !== undefined, JSON.stringify(tree));
    const { pillar } = await folder.compile({}, asked('m1'));
    assert.equal(JSON.stringify(decodeBus(made.bus)), JSON.stringify(pillar));
  }
});

test('whatever is not plain, large, or wrong is left to a thread', async () => {
  const folder = new PillarFolder();
  const leaves: readonly [string, PlainMap?, Partial<PillarRequest>?][] = [
    ['a: {{ 1 }}\n'], ['{# note #}\na: 1\n'], ['#!yaml\na: 1\n'], ["#jinja2: {\"variable_start_string\": \"<<\"}\na: <<1>>\n"], ['a: &x [1]\nb: *x\n'], ['a: "1\r\n2"\n'],
    ['a: [1\n'], ['include: [missing]\n'], ['_errors: [mine]\n'], [`a: ${'x'.repeat(70_000)}\n`],
    ['a: 1\n', { renderer: 'yaml' }], ['a: 1\n', { ext_pillar: [{ cmd_json: 'true' }] }], ['a: 1\n', { pillar_opts: true }], ['a: 1\n', { decrypt_pillar: ['a'] }],
    ['a: 1\n', { jinja_sls_env: { line_statement_prefix: 'a' } }], ['a: 1\n', {}, { override: { b: 1 } }], ['a: 1\n', {}, { external: { cmd_json: 'true' } }],
  ];
  for (const [text, opts = {}, more = {}] of leaves) {
    folder.write({ 'base/top.sls': everybody('a'), 'base/a.sls': text });
    assert.equal(await plainOf(folder, opts).make(asked('m1', more)), undefined, JSON.stringify([text, opts, more]));
  }
  folder.write({ 'base/a.sls': `a: ${'x'.repeat(2000)}\n` });
  assert.equal(await plainOf(folder, {}, 1000).make(asked('m1')), undefined);
  folder.write({ 'base/a.sls': 'a: 1\n', 'base/top.sls': 'base:\n  "*": 7\n' });
  assert.equal(await plainOf(folder).make(asked('m1')), undefined);
});

test('minions that get the same share it until a file changes', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': "base:\n  'web*': [a]\n  'db*': [b]\n", 'base/a.sls': 'a: 1\n', 'base/b.sls': 'b: 1\n' });
  const plain = plainOf(folder);
  const [web1, web2, db1] = await Promise.all(['web1', 'web2', 'db1'].map((id) => plain.make(asked(id))));
  assert.ok(web1 !== undefined && web1 === web2);
  assert.deepEqual([decodeBus(web1.bus), decodeBus(db1?.bus ?? new Uint8Array())], [{ a: 1 }, { b: 1 }]);
  assert.equal(await plain.make(asked('web3')), web1);
  folder.write({ 'base/a.sls': 'a: 22\n' });
  assert.deepEqual(decodeBus((await plain.make(asked('web1')))?.bus ?? new Uint8Array()), { a: 22 });
});
