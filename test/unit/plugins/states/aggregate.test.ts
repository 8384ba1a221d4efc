/** Packages of several states as one installation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { aggregate } from '../../../../src/plugins/states/pkg/aggregate.js';

const chunk = (id: string, more: PlainMap = {}): PlainMap => ({ state: 'pkg', fun: 'installed', __id__: id, name: id, ...more });

test('aggregate() joins names, lists and versions, and marks what it joined', () => {
  const low: PlainMap = { ...chunk('a', { pkgs: ['a1', { a2: '1.0' }] }), __agg__: true };
  const [b, c] = [chunk('b', { version: '2' }), chunk('c', { pkgs: ['c1'] })];
  assert.deepEqual(aggregate(low, [low, b, c], {})['pkgs'], ['a1', { a2: '1.0' }, { b: '2' }, 'c1']);
  assert.deepEqual([b['__agg__'], c['__agg__'], 'version' in b], [true, true, false]);
});

test('aggregate() leaves alone what is held, from another repository, of another kind, or has run', () => {
  const low: PlainMap = chunk('a', { __agg__: true });
  const others = [chunk('b', { hold: true }), chunk('c', { fromrepo: 'x' }), chunk('d', { fun: 'removed' }), chunk('e', { sources: [{ e: '/e' }] })];
  const ran = chunk('f');
  const joined = aggregate(low, [low, ...others.slice(0, 3), ran], { 'pkg_|-f_|-f_|-installed': {} });
  assert.equal(joined, low);
  assert.ok(others.slice(0, 3).every((one) => !('__agg__' in one)));
});

test('aggregate() does not touch states that cannot be joined', () => {
  const low = chunk('a', { fun: 'held' });
  assert.equal(aggregate(low, [chunk('b', { fun: 'held' })], {}), low);
});
