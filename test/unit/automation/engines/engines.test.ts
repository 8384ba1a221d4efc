import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readEngines } from '../../../../src/automation/engines/engine-list.js';
import { Engines, type EnginesParts } from '../../../../src/automation/engines/engines.js';
import { sleep } from '../../../../src/kernel/std/async.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { until } from '../../../support/fleet/until.js';
import { listeningLog } from '../../../support/module-host.js';

const NOTHING: PlainMap = {};

// Timers of engines do not keep a process alive.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

test('the option in all of its forms', () => {
  const listed = readEngines(['test', { webhook: { port: 1 } }, { second: { engine_module: 'webhook', port: 2 } }, { script: [{ cmd: 'a' }, { interval: 3 }] }, { empty: null }]);
  assert.deepEqual(listed.entries, [
    { name: 'test', module: 'test', config: {} }, { name: 'webhook', module: 'webhook', config: { port: 1 } },
    { name: 'second', module: 'webhook', config: { port: 2 } }, { name: 'script', module: 'script', config: { cmd: 'a', interval: 3 } },
    { name: 'empty', module: 'empty', config: {} },
  ]);
  assert.deepEqual(readEngines({ webhook: { port: 1 }, test: null }).entries.map(({ name, config }) => [name, config]), [['webhook', { port: 1 }], ['test', {}]]);
  assert.deepEqual(readEngines(undefined), { entries: [], ignored: [] });
});

test('two of one name get names of their own; the reactor is a part of the program; what is no entry is told', () => {
  const { entries, ignored } = readEngines(['reactor', { webhook: {} }, { webhook: { port: 2 } }, 7, {}, { a: {}, b: {} }, { c: 'text' }]);
  assert.deepEqual(entries.map(({ name }) => name), ['webhook', 'webhook-2']);
  assert.deepEqual(ignored, [7, {}, { a: {}, b: {} }, { c: 'text' }]);
});

interface Told { readonly tag: string; readonly data: PlainMap }

function supervised(run: EnginesParts['run'], names: readonly string[] = ['one']) {
  const told: Told[] = [];
  const log = listeningLog();
  const engines = new Engines({
    entries: names.map((name) => ({ name, module: name, config: NOTHING })), run, log, fire: (tag, data) => void told.push({ tag, data }),
    waits: { firstMs: 2, longestMs: 8, steadyMs: 60_000, stopMs: 50 },
  });
  return { engines, told, log, tags: () => told.map(({ tag }) => tag) };
}

test('an engine that throws or ends is started again, with growing pauses, and that is seen', async () => {
  let starts = 0;
  const { engines, told, log } = supervised(async () => {
    starts += 1;
    await sleep(0);
    if (starts < 4) throw new Error('it broke');
  });
  engines.start();
  await until('six starts', () => starts >= 6);
  const failed = told.filter(({ tag }) => tag === 'tsalt/engine/one/failed').map(({ data }) => data);
  assert.deepEqual(failed.slice(0, 4).map(({ error, failures }) => [error, failures]), [['it broke', 1], ['it broke', 2], ['it broke', 3], ['it ended by itself', 4]]);
  assert.ok(failed.every(({ again_in_ms: ms }) => Number(ms) >= 1 && Number(ms) <= 8));
  // The same failure is an error once.
  assert.deepEqual(log.lines.filter(({ text }) => text.startsWith('engine ended')).slice(0, 4).map(({ level }) => level), ['error', 'warn', 'warn', 'error']);
  await engines[Symbol.asyncDispose]();
  const before = starts;
  await sleep(30);
  assert.equal(starts, before);
  assert.deepEqual((engines.counters['one'] as PlainMap)['state'], 'stopped');
});

test('the last started is stopped first; one that does not heed its signal holds up nobody', async () => {
  const ended: string[] = [];
  const { engines, tags, log } = supervised(({ name }, signal) => new Promise((resolve) => {
    if (name === 'deaf') return;
    signal.addEventListener('abort', () => {
      ended.push(name);
      resolve();
    });
  }), ['a', 'deaf', 'b']);
  engines.start();
  await engines[Symbol.asyncDispose]();
  assert.deepEqual(ended, ['b', 'a']);
  assert.deepEqual(tags().filter((tag) => tag.endsWith('stop')), ['tsalt/engine/b/stop', 'tsalt/engine/deaf/stop', 'tsalt/engine/a/stop']);
  assert.ok(log.lines.some(({ text, fields }) => text.includes('left behind') && fields['engine'] === 'deaf'));
});
