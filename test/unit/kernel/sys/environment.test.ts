import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';

test('setEnv() changes what programs get', async () => {
  const sys = createSys({ env: { PATH: process.env['PATH'], OLD: '1' } });
  sys.setEnv('NEW', 'two words');
  sys.setEnv('OLD', undefined);
  const { stdout } = await sys.run(['env']);
  const lines = Buffer.from(stdout).toString().split('\n');
  assert.ok(lines.includes('NEW=two words'));
  assert.ok(!lines.some((line) => line.startsWith('OLD=')));
});

test('setEnv() refuses what no variable can be', () => {
  const sys = createSys({ env: {} });
  for (const [name, value] of [['', 'x'], ['A=B', 'x'], ['A\0', 'x'], ['A', 'x\0']] as const) {
    assert.throws(() => sys.setEnv(name, value), InvocationError, name);
  }
  assert.deepEqual(sys.env, {});
});
