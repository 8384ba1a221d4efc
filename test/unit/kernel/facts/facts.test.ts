import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context } from '../../../../src/kernel/contract/context.js';
import { defineGrains, type GrainsPlugin } from '../../../../src/kernel/contract/plugin.js';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import { gatherFacts, gatherQuickFacts } from '../../../../src/kernel/facts/facts.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { listeningLog } from '../../../support/module-host.js';

const gives = (name: string, grains: PlainMap): GrainsPlugin => defineGrains({ name, grains: () => grains });

async function gather(plugins: readonly GrainsPlugin[], opts: PlainMap = {}) {
  const log = listeningLog();
  const grains = await gatherFacts({
    opts, log, sys: {} as Sys, plugins: async () => plugins, context: (_name, before) => ({ grains: before }) as unknown as Context,
  });
  return { grains, lines: log.lines };
}

test('core comes first, later plugins win, the option wins over all', async () => {
  const plugins = [gives('mine', { a: 'mine', b: 'mine', c: 'mine' }), gives('core', { a: 'core', d: 'core' }), gives('extra', { b: 'extra', c: 'extra' })];
  const { grains } = await gather(plugins, { grains: { c: 'option', id: 'x' } });
  assert.deepEqual(grains, { a: 'mine', d: 'core', b: 'extra', c: 'option', id: 'x' });
});

test('a plugin sees what was gathered before it', async () => {
  const seeing = defineGrains({ name: 'mine', grains: (ctx) => ({ seen: ctx.grains['os'] ?? null }) });
  assert.deepEqual((await gather([seeing, gives('core', { os: 'Debian' })])).grains, { os: 'Debian', seen: 'Debian' });
});

test('a plugin that fails is told of and left out', async () => {
  const broken = defineGrains({ name: 'broken', grains: () => { throw new Error('no'); } });
  const { grains, lines } = await gather([broken, gives('core', { a: 1 })]);
  assert.deepEqual(grains, { a: 1 });
  assert.deepEqual(lines.map(({ level, fields }) => [level, fields['plugin']]), [['error', 'broken']]);
});

test('maps are merged at depth on demand, those of the option never', async () => {
  const plugins = [gives('core', { m: { a: 1, l: [1] } }), gives('extra', { m: { b: 2, l: [2] } })];
  assert.deepEqual((await gather(plugins)).grains, { m: { b: 2, l: [2] } });
  assert.deepEqual((await gather(plugins, { grains_deep_merge: true })).grains, { m: { a: 1, b: 2, l: [2] } });
  assert.deepEqual((await gather(plugins, { grains_deep_merge: true, grains: { m: { c: 3 } } })).grains, { m: { c: 3 } });
});

const blacklists: readonly [pattern: string, left: readonly string[]][] = [
  ['cpu_*', ['cpus', 'os', 'kept']], ['cpu_model', ['cpu_flags', 'cpus', 'os', 'kept']], ['cpu_(model|flags)', ['cpus', 'os', 'kept']],
  ['cpu', ['cpu_model', 'cpu_flags', 'cpus', 'os', 'kept']], ['(', ['cpu_model', 'cpu_flags', 'cpus', 'os', 'kept']], ['.*', ['kept']],
];
for (const [pattern, left] of blacklists) {
  test(`grains_blacklist ${pattern} leaves ${left.join()}`, async () => {
    const { grains } = await gather([gives('core', { cpu_model: 1, cpu_flags: 1, cpus: 1, os: 1 })], { grains_blacklist: [pattern], grains: { kept: 1 } });
    assert.deepEqual(Object.keys(grains), left);
  });
}

test('skip_grains gives none', async () => {
  assert.deepEqual((await gather([gives('core', { a: 1 })], { skip_grains: true, grains: { b: 1 } })).grains, {});
});

test('what takes long is left out, with the names that it may give', async () => {
  const slow = (name: string, quick: PlainMap, later: readonly string[]): GrainsPlugin =>
    defineGrains({ name, quick: () => quick, later, grains: () => assert.fail(`${name} was asked for all`) });
  const plugins = [slow('core', { os: 'Debian' }, ['virtual', 'ipv4']), gives('extra', { lvm: 'mine', virtual: 'mine', a: 1 }), slow('lvm', {}, ['lvm'])];
  const parts = (opts: PlainMap) => ({
    opts, log: listeningLog(), sys: {} as Sys, plugins: async () => plugins, context: (_name: string, before: PlainMap) => ({ grains: before }) as unknown as Context,
  });
  const { known, later } = await gatherQuickFacts(parts({}));
  // The file of the user comes after core and before lvm.
  assert.deepEqual(known, { os: 'Debian', virtual: 'mine', a: 1 });
  assert.deepEqual([...later].sort(), ['ipv4', 'lvm', 'virtual']);
  assert.deepEqual((await gatherQuickFacts(parts({ grains: { lvm: 'option' } }))).known['lvm'], 'option');
  assert.deepEqual((await gatherQuickFacts(parts({ skip_grains: true }))), { known: {}, later: [] });
});
