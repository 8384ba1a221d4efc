import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../../src/kernel/config/config-error.js';
import { orderOf, planMasters } from '../../../../src/minion/connection/master-plan.js';
import { MasterOrder } from '../../../../src/minion/connection/master-order.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

const hosts = (masters: readonly { host: string }[]): string => masters.map(({ host }) => host).join(' ');
const abc = { master: ['a', 'b', 'c'], id: 'm' };

test('a list is for all at once, each master once', () => {
  const plan = planMasters({ master: ['a', 'b', 'a', 'a:1'] });
  assert.equal(plan.kind, 'each');
  assert.equal(hosts(plan.masters), 'a b a');
  assert.deepEqual(planMasters({ master: 'a', master_type: 'func' }, 'z').masters, [{ host: 'z', requestPort: 4506 }]);
});

test('failover and distributed are for one at a time', () => {
  assert.equal(planMasters({ ...abc, master_type: 'failover' }).kind, 'oneOf');
  assert.equal(hosts(planMasters({ master: 'only', master_type: 'failover' }).masters), 'only');
  const first = (id: string): string => planMasters({ ...abc, id, master_type: 'distributed' }).masters[0]?.host ?? '';
  assert.equal(first('one'), first('one'));
  assert.deepEqual([...new Set(Array.from({ length: 60 }, (_, at) => first(`minion${at}`)))].sort(), ['a', 'b', 'c']);
  assert.equal(planMasters({ ...abc, master_type: 'distributed' }).masters.length, 3);
});

test('disable is for none; other words are refused with the sentence of Salt', () => {
  assert.deepEqual(planMasters({ ...abc, master_type: 'disable' }), { kind: 'none', masters: [] });
  assert.throws(() => planMasters({ ...abc, master_type: 'fail' }), (err) => err instanceof ConfigError && err.message === "Invalid keyword 'fail' for variable 'master_type'");
  assert.throws(() => planMasters({ master: [] }), ConfigError);
});

test('random_master shuffles; with failback the first one stays', () => {
  const last = (): number => 0.999;
  const order = (more: PlainMap): string => {
    const opts = { ...abc, ...more };
    return hosts(orderOf(planMasters(opts), opts, last));
  };
  assert.equal(order({ master_type: 'failover' }), 'a b c');
  assert.equal(order({ master_type: 'failover', random_master: true }), 'c b a');
  assert.equal(order({ master_type: 'failover', master_shuffle: true }), 'c b a');
  assert.equal(order({ master_type: 'failover', random_master: true, master_failback: true }), 'a c b');
});

test('the next master comes after a failure, and a round ends after the last', () => {
  const opts = { ...abc, master_type: 'failover' };
  const order = new MasterOrder(planMasters(opts), opts);
  assert.equal(order.current.host, 'a');
  assert.deepEqual([order.failed(), order.current.host], [false, 'b']);
  assert.deepEqual([order.failed(), order.current.host], [false, 'c']);
  assert.deepEqual([order.failed(), order.current.host], [true, 'a']);
});

test('a lost master comes last; the first is come back to only with failback', () => {
  const opts = { ...abc, master_type: 'failover', master_failback: true };
  const order = new MasterOrder(planMasters(opts), opts);
  assert.equal(order.preferred?.host, undefined);
  order.lost();
  assert.equal(order.current.host, 'b');
  assert.equal(order.preferred?.host, 'a');
  order.lost();
  assert.equal(order.current.host, 'a');
  order.failed();
  assert.equal(order.current.host, 'c');
  order.goBack();
  assert.equal(order.current.host, 'a');
  const staying = new MasterOrder(planMasters(opts), { ...opts, master_failback: false });
  staying.lost();
  assert.equal(staying.preferred, undefined);
});

test('an only master is tried in each round', () => {
  const order = new MasterOrder(planMasters({ master: 'a' }), { master: 'a' });
  assert.ok(order.failed());
  order.lost();
  assert.equal(order.current.host, 'a');
});
