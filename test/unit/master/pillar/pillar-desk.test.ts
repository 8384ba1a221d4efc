/** The desk with its real threads: who waits for whom, what is kept, and what becomes of pillars that hang, grow or crash. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { PillarDesk, type DeskLimits } from '../../../../src/master/pillar/pillar-desk.js';
import { BUILT, listeningLog, testHost, type LogLine } from '../../../support/module-host.js';
import { everybody, PillarFolder } from '../../../support/pillar-tree.js';

interface Bench {
  readonly desk: PillarDesk;
  readonly log: LogLine[];
  pillar(id?: string, grains?: PlainMap): Promise<PlainMap>;
}

/** Writes the index of plugins that threads read. */
const indexed = testHost();

async function benchOf(folder: PillarFolder, opts: PlainMap = {}, limits: Partial<DeskLimits> = {}): Promise<Bench> {
  await indexed;
  const log: LogLine[] = [];
  const desk = new PillarDesk({
    distDir: BUILT, opts: { ...folder.opts, ...opts }, log: listeningLog(log), limits,
    userDirs: (kind) => [join(folder.dir, 'ext', kind)], ports: () => ({ known: { get: async (bank: string, key: string) => ({ bank, key }) } }),
  });
  after(() => desk[Symbol.asyncDispose]());
  return {
    desk, log,
    pillar: async (id = 'm1', grains = { id, os: 'TestOS' }) =>
      (await desk.pillar({ id, grains, saltenv: 'base', pillarenv: null, override: {}, extra: {} })).value(),
  };
}

/** Loops without a word to anybody, so that nothing but the end of its thread stops it. */
const HANG = '#!js\nexport const run = ({ grains }) => { if (grains.id === "bad") for (;;); return { fine: grains.id }; };\n';
/** Waits for something, as an external source does. */
const SLOW_SOURCE = 'export async function ext_pillar(minion_id, pillar, ms) {\n  if (minion_id.startsWith("slow")) await new Promise((done) => setTimeout(done, ms));\n  return { ext: minion_id };\n}\n';

test('a pillar is kept while its files and grains stay, made anew when one of them changes', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': "{% import_yaml 'm.yml' as m %}a: {{ m.x }} {{ grains.os }}\n", 'base/m.yml': 'x: 1\n' });
  const { desk, pillar } = await benchOf(folder);
  assert.deepEqual(await pillar(), { a: '1 TestOS' });
  assert.deepEqual(await pillar(), { a: '1 TestOS' });
  assert.deepEqual([desk.counters.hits, desk.counters.misses], [1, 1]);
  assert.deepEqual(await pillar('m1', { id: 'm1', os: 'Other' }), { a: '1 Other' });
  folder.write({ 'base/m.yml': 'x: 22\n' });
  assert.deepEqual(await pillar(), { a: '22 TestOS' });
  folder.write({ 'base/top.sls': everybody('a', 'b'), 'base/b.sls': 'b: 1\n' });
  assert.deepEqual(await pillar(), { a: '22 TestOS', b: 1 });
  // A file that was missed before now stands in front of another.
  folder.write({ 'base/b/init.sls': 'b: hidden by b.sls\n', 'base/top.sls': everybody('b', 'late') });
  assert.deepEqual(await pillar(), { b: 1, _errors: ["Specified SLS 'late' in environment 'base' is not available on the salt master"] });
  folder.write({ 'base/late.sls': 'late: 1\n' });
  assert.deepEqual(await pillar(), { b: 1, late: 1 });
});

test('a pillar that asks functions or sources is made anew each time', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': "a: {{ salt['cmd.run']('cat " + "@FILE@" + "') }}\n" });
  folder.write({ 'base/a.sls': `a: {{ salt['cmd.run']('cat ${folder.dir}/value') }}\n`, value: 'one' });
  const { pillar, log } = await benchOf(folder);
  assert.deepEqual(await pillar(), { a: 'one' });
  folder.write({ value: 'two-secret' });
  assert.deepEqual(await pillar(), { a: 'two-secret' });
  assert.doesNotMatch(JSON.stringify(log), /two-secret/);
});

test('pillars that wait delay nobody: many wait at once, and one without a wait is served meanwhile', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': 'a: 1\n', 'ext/pillar/slow.mjs': SLOW_SOURCE });
  const { pillar } = await benchOf(folder, { ext_pillar: [{ slow: 2500 }] }, { threads: 2 });
  await pillar('warm');
  const began = Date.now();
  const slow = Array.from({ length: 12 }, (_, at) => pillar(`slow${at}`));
  assert.deepEqual(await pillar('quick'), { a: 1, ext: 'quick' });
  assert.ok(Date.now() - began < 2000, 'the quick one does not wait for the slow ones');
  assert.deepEqual(await Promise.all(slow), slow.map((_, at) => ({ a: 1, ext: `slow${at}` })));
  assert.ok(Date.now() - began < 9000, 'they wait beside each other');
});

test('a pillar that never ends is an error of its own after the time limit; its thread is ended, others are made all the same', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': HANG });
  const { pillar, log } = await benchOf(folder, {}, { ms: 8000, stopMs: 300, threads: 2 });
  await pillar('warm');
  let longestMs = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
  }, 10);
  const bad = pillar('bad');
  // Until it has begun for certain, and nobody has heard of its thread for a while.
  await sleep(500);
  const others = await Promise.all([pillar('m1'), pillar('m2'), pillar('m3'), pillar('m4')]);
  assert.deepEqual(others, [{ fine: 'm1' }, { fine: 'm2' }, { fine: 'm3' }, { fine: 'm4' }]);
  assert.deepEqual(await bad, { _errors: ['The pillar took longer than 8 seconds'] });
  clearInterval(watch);
  assert.ok(longestMs < 1000, `the loop of the program stood still for ${longestMs} ms`);
  assert.ok(log.some(({ text }) => text === 'a pillar did not stop and was ended with its thread'));
  assert.deepEqual(await pillar('m1'), { fine: 'm1' });
});

test('a thread that ends by itself takes no pillar of others with it', async () => {
  const folder = new PillarFolder().write({
    'base/top.sls': everybody('a'), 'base/a.sls': '#!js\nexport const run = async ({ grains }) => { if (grains.id === "bad") { await new Promise((done) => setTimeout(done, 200)); process.exit(1); } await new Promise((done) => setTimeout(done, 500)); return { fine: grains.id }; };\n',
  });
  const { pillar } = await benchOf(folder, {}, { threads: 1 });
  const [bad, good] = await Promise.all([pillar('bad'), pillar('good')]);
  assert.match(String((bad['_errors'] as string[])[0]), /^The thread of pillars ended/);
  assert.ok(good['fine'] === 'good' || '_errors' in good);
});

test('a pillar larger than allowed is an error that says so', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': 'a: {{ "x" * 200000 }}\n' });
  const { pillar } = await benchOf(folder, {}, { bytesMax: 100_000 });
  assert.match(String(((await pillar())['_errors'] as string[])[0]), /^The pillar has 2000\d\d bytes, more than the 100000 that are allowed$/);
});

test('templates reach the ports that the master gives them, and no others', async () => {
  const folder = new PillarFolder().write({
    'base/top.sls': everybody('a', 'b'), 'base/a.sls': 'a: 1\n', 'base/b.sls': "b: {{ salt['saltutil.refresh_modules']() }}\n",
  });
  const { pillar } = await benchOf(folder, { pillar_safe_render_error: false });
  const made = await pillar();
  assert.equal(made['a'], 1);
  assert.equal((made['_errors'] as string[]).length, 1);
});

test('top files as one, with their errors', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': "base:\n  'web*':\n    - match: glob\n    - order: 3\n    - a\n  '*': [b]\n" });
  const { desk } = await benchOf(folder);
  const request = { id: 'm1', grains: {}, saltenv: 'base', pillarenv: null, override: {}, extra: {} };
  assert.deepEqual(await desk.top(request), { top: { base: { '*': ['b'], 'web*': [{ match: 'glob' }, 'a'] } }, errors: [] });
  folder.write({ 'base/top.sls': 'base: {{ nope }}\n' });
  assert.match((await desk.top(request)).errors[0] ?? '', /^Rendering Primary Top file failed, render error:\nJinja variable 'nope' is undefined/);
});

test('plain pillars need no thread, many at once need one, and a thread without work ends', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('a'), 'base/a.sls': 'a: 1\n' });
  const { desk, pillar } = await benchOf(folder, {}, { threads: 4, idleMs: 300 });
  const ids = Array.from({ length: 20 }, (_, at) => `m${at}`);
  assert.deepEqual(await Promise.all(ids.map((id) => pillar(id))), ids.map(() => ({ a: 1 })));
  assert.deepEqual([desk.counters.plain, desk.counters.misses, desk.counters.threads], [20, 0, 0]);
  folder.write({ 'base/a.sls': 'a: {{ grains.id }}\n' });
  const many = Promise.all(ids.map((id) => pillar(id)));
  await sleep(0);
  while (desk.counters.threads === 0) await sleep(5);
  assert.equal(desk.counters.threads, 1);
  assert.deepEqual(await many, ids.map((id) => ({ a: id })));
  while (desk.counters.threads > 0) await sleep(20);
  assert.deepEqual(await pillar('late'), { a: 'late' });
});
