import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathsOf } from '../../../../src/plugins/pillar/vault/paths.js';

const pillar = { roles: ['web', 'db'], zones: { north: 1, south: 2 }, site: 'x', deep: { list: ['a'] }, trap: '{minion}', none: [] };
const paths = (pattern: string): string[] | undefined => pathsOf(pattern, 'm1', pillar);

test('a pattern gives a path, of lists and maps one for each item', () => {
  assert.deepEqual(paths('secret/minions/{minion}/pass'), ['secret/minions/m1/pass']);
  assert.deepEqual(paths('secret/{pillar[roles]}/{minion}'), ['secret/web/m1', 'secret/db/m1']);
  assert.deepEqual(paths('secret/{pillar[site]}/{pillar[zones]}'), ['secret/x/north', 'secret/x/south']);
  assert.deepEqual(paths('secret/{pillar[deep][list][0]}'), ['secret/a']);
  assert.deepEqual([paths('secret/plain'), paths('secret/{pillar[none]}')], [['secret/plain'], []]);
});

test('a value is no pattern', () => {
  assert.deepEqual(paths('secret/{pillar[trap]}'), ['secret/{minion}']);
});

test('what is not there, or is no pattern, gives nothing', () => {
  for (const pattern of ['{pillar[missing]}', '{pillar[site][a]}', '{pillar}', '{minion[a]}', '{grains[a]}', 'a{b', 'a}b', '{}']) assert.equal(paths(pattern), undefined, pattern);
});

test('paths are no more than a thousand', () => {
  const many = { all: Array.from({ length: 1000 }, (_, at) => at) };
  assert.equal(pathsOf('{pillar[all]}', 'm1', many)?.length, 1000);
  assert.equal(pathsOf('{pillar[all]}/{pillar[all]}', 'm1', many), undefined);
});
