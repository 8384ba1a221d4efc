import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import { Bounds } from '../../../../src/master/requests/bounds.js';
import { BOUND_TABLE } from '../../../../src/master/requests/bounds.data.js';
import { keepingLog } from '../../../support/logs.js';

function bench() {
  const clock = { ms: 0 };
  const log = keepingLog();
  const bus = new EventBus((error) => assert.fail(error as Error));
  const events: BusEvent[] = [];
  bus.subscribe('', (event) => void events.push(event));
  return { bounds: new Bounds({ bus, log, now: () => clock.ms }), clock, log, events };
}

test('a bound that is hit is counted, logged and told; a flood of it seldom', () => {
  const { bounds, clock, log, events } = bench();
  for (let at = 0; at < 1000; at += 1) bounds.hit('mine', { id: 'web1' });
  assert.equal(bounds.counts['mine'], 1000);
  assert.deepEqual(log.lines.map(({ fields, text }) => [fields, text]), [[{ bound: 'mine', id: 'web1' }, 'bound reached']]);
  assert.deepEqual(events.map(({ tag, data }) => [tag, data['id'], data['count']]), [['tsalt/bound/mine', 'web1', 1]]);
  bounds.hit('upload');
  assert.equal(events.at(-1)?.tag, 'tsalt/bound/upload', 'another bound is told at once');
  clock.ms = 6000;
  bounds.hit('mine');
  assert.deepEqual(log.lines.at(-1)?.fields, { bound: 'mine', left_out: 999 });
  assert.equal(events.at(-1)?.data['count'], 1001);
});

test('every bound is among the counters from the beginning', () => {
  assert.deepEqual(Object.keys(bench().bounds.counts), Object.keys(BOUND_TABLE));
});
