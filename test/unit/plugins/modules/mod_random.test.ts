/** Values of Python 3.11; more are compared with real Salt in test/peer/modules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import { PythonRandom } from '../../../../src/kernel/std/python-random.js';
import random from '../../../../src/plugins/modules/mod_random.js';
import { machine } from './machine.js';

const host = machine({ modules: [random], grains: { id: 'web1' }, answers: { 'shadow.gen_password': (args) => args } });

test('the same sequence as Python', () => {
  const numbers = new PythonRandom(5);
  assert.deepEqual([1, 2, 3, 4, 5].map(() => numbers.below(1000n)), [637n, 261n, 759n, 367n, 814n]);
  assert.deepEqual(new PythonRandom('a').sample([1, 2, 3, 4, 5], 5), [3, 1, 5, 4, 2]);
});

test('texts: as long as asked, of the letters asked for', async () => {
  const text = String(await host.call('random.get_str', [500], { punctuation: false, uppercase: false }));
  assert.match(text, /^[a-z0-9]{500}$/);
  assert.ok(new Set(text).size > 20);
  assert.match(String(await host.call('random.get_str', [300], { chars: 'é€' })), /^[é€]{300}$/);
  assert.notEqual(await host.call('random.get_str'), await host.call('random.get_str'));
  const none = { lowercase: false, uppercase: false, digits: false, punctuation: false };
  await assert.rejects(host.call('random.get_str', [5], none), CommandExecutionError);
  await assert.rejects(host.call('random.get_str', [10 ** 9]), InvocationError);
});

test('without a seed chance decides, within the range', async () => {
  const found = new Set<number>();
  for (let turn = 0; turn < 200; turn++) found.add(await host.call('random.rand_int', [1, 3]) as number);
  assert.deepEqual([...found].sort((a, b) => a - b), [1, 2, 3]);
  assert.deepEqual((await host.call('random.shuffle', [[1, 2, 3]]) as number[]).toSorted((a, b) => a - b), [1, 2, 3]);
  assert.equal(await host.call('random.seed', [10]), await host.call('random.seed', [10]));
});

test('a hash of a random password when none is given', async () => {
  const [password, salt, algorithm] = await host.call('random.shadow_hash') as unknown[];
  assert.equal(String(password).length, 20);
  assert.deepEqual([salt, algorithm], [null, 'sha512']);
});
