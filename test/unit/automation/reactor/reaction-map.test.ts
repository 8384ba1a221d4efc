import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReactionMap } from '../../../../src/automation/reactor/reaction-map.js';

const option = [{ 'demo/*': ['/a.sls', '/b.sls'] }, { 'demo/x': '/c.sls' }, { 'other[0-9]': ['/d.sls', 5] }, 'nonsense', { two: 1, keys: 2 }];

test('all rows whose glob fits, in the order of the map', () => {
  const map = new ReactionMap(option);
  assert.deepEqual(map.filesFor('demo/x'), ['/a.sls', '/b.sls', '/c.sls']);
  assert.deepEqual(map.filesFor('demo/y/z'), ['/a.sls', '/b.sls']);
  assert.deepEqual(map.filesFor('other5'), ['/d.sls']);
  assert.deepEqual(map.filesFor('Demo/x'), []);
  assert.deepEqual(map.ignored, ['nonsense', { two: 1, keys: 2 }]);
});

test('no map is an empty one', () => {
  for (const none of [undefined, null, 'text', 5, {}]) assert.equal(new ReactionMap(none).size, 0);
});

// Source: observed, real Salt 3008.3.
test('rows are added and deleted by their glob', () => {
  const map = new ReactionMap([{ a: ['/a.sls'] }]);
  assert.deepEqual(map.add('a', ['/x.sls']), { status: false, comment: 'Reactor already exists.' });
  assert.deepEqual(map.add('b/*', ['/b.sls']), { status: true, comment: 'Reactor added.' });
  assert.deepEqual(map.filesFor('b/1'), ['/b.sls']);
  assert.deepEqual(map.delete('a'), { status: true, comment: 'Reactor deleted.' });
  assert.deepEqual(map.delete('a'), { status: false, comment: 'Reactor does not exists.' });
  assert.deepEqual(map.list(), [{ 'b/*': ['/b.sls'] }]);
});
