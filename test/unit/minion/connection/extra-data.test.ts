import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extraMinionData } from '../../../../src/minion/connection/extra-data.js';

test('options named by pass_to_ext_pillars travel as nested maps, those that are not set do not', () => {
  const opts = { proxy: { host: 'h', pass: 'p', list: [1] }, id: 'm1', pass_to_ext_pillars: ['proxy:host', 'proxy:list', 'id', 'nothing:here'] };
  assert.deepEqual(extraMinionData(opts), { proxy: { host: 'h', list: [1] }, id: 'm1' });
  assert.deepEqual(extraMinionData({ id: 'm1' }), {});
  assert.deepEqual(extraMinionData({ pass_to_ext_pillars: 'id', id: 'x' }), {});
});
