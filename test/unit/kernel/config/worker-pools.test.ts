import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePools } from '../../../../src/kernel/config/worker-pools.js';
import type { Value } from '../../../../src/kernel/std/value.js';

const rest = { worker_count: 1, commands: ['*'] };
const wrong: [Value, RegExp][] = [
  ['x', /^worker_pools must be a dictionary$/],
  [{ 'a/b': rest, ok: rest }, /Pool name 'a\/b' is invalid\. Pool names cannot contain path separators/],
  [{ '..': rest, ok: rest }, /Pool name '\.\.' is invalid\. Pool names cannot be or start with '\.\.\/'/],
  [{ '': rest, ok: rest }, /- Pool name cannot be empty$/],
  [new Map<Value, Value>([[1, rest], ['ok', rest]]), /- Pool name must be a string, got int$/],
  [{ a: 5, ok: rest }, /- Pool 'a': configuration must be a dictionary$/],
  [{ a: { worker_count: 1, commands: 'x' }, ok: rest }, /- Pool 'a': commands must be a list$/],
  [{ a: { worker_count: 1 }, ok: rest }, /- Pool 'a': commands list cannot be empty$/],
  [{ a: { worker_count: 1, commands: [5] }, ok: rest }, /- Pool 'a': command '5' must be a string$/],
  [{ a: rest, ok: rest }, /- Multiple pools have catchall \('\*'\): 'a' and 'ok'\. Only one pool can use catchall\.$/],
  [{ a: { worker_count: 1, commands: ['x'] }, b: { worker_count: 1, commands: ['x', '*'] } }, /- Command 'x' mapped to multiple pools: 'a' and 'b'$/],
];
for (const [pools, message] of wrong) {
  test(`effectivePools() refuses with ${message.source}`, () => {
    assert.throws(() => effectivePools({ worker_pools: pools }), { name: 'ConfigError', message });
  });
}

test('effectivePools() takes what is configured, else all threads for everything', () => {
  assert.deepEqual(effectivePools({ worker_pools: { a: rest } }), { a: rest });
  assert.deepEqual(effectivePools({ worker_pools: {}, worker_threads: 7 }), { default: { worker_count: 7, commands: ['*'] } });
});
