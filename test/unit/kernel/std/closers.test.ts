import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Closers } from '../../../../src/kernel/std/closers.js';

test('what was opened is closed in reverse, once, also when one fails', async () => {
  const closers = new Closers();
  const closed: number[] = [];
  closers.use({ [Symbol.asyncDispose]: () => Promise.resolve(void closed.push(1)) });
  closers.defer(() => {
    throw new Error('two broke');
  });
  closers.defer(() => void closed.push(3));
  await assert.rejects(closers.dispose(), /two broke/);
  await closers.dispose();
  assert.deepEqual(closed, [3, 1]);
});
