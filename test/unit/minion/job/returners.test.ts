import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenReturner } from '../../../../src/kernel/loader/open-returner.js';
import { absentReturners, returnerNames } from '../../../../src/minion/job/returners.js';

test('a returner is named once, in the job or in the configuration', () => {
  assert.deepEqual(returnerNames('a, b,,a', 'b,c'), ['a', 'b', 'c']);
  assert.deepEqual(returnerNames('', ['c', 'd,e']), ['c', 'd', 'e']);
  assert.deepEqual(returnerNames('', undefined), []);
});

test('absentReturners() names the asked ones that are not here', async () => {
  const queues = { returner: (name: string) => Promise.resolve(name === 'local' ? {} as OpenReturner : undefined) };
  assert.deepEqual(await absentReturners(queues, 'nosuch,local,redis'), ['nosuch', 'redis']);
  assert.deepEqual(await absentReturners(queues, ''), []);
});
