import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBus } from '../../../../src/bus/codec/codec.js';
import { sendableReturn } from '../../../../src/minion/job/sendable-return.js';

const load = { cmd: '_return', id: 'web1', jid: '1', fun: 'cmd.run', fun_args: ['cat big'], return: 'x'.repeat(1000), retcode: 0, success: true };

test('a return that fits goes as it is', () => {
  const { bytes, load: sendable } = sendableReturn(load);
  assert.equal(sendable, load);
  assert.deepEqual(decodeBus(bytes), load);
});

test('a return that no master would take says so instead, and keeps who and which job', () => {
  const { bytes, load: sendable } = sendableReturn(load, 500);
  assert.deepEqual(decodeBus(bytes), sendable);
  assert.ok(bytes.length < 500);
  assert.match(String(sendable['return']), /^ERROR: the return of cmd\.run cannot be sent: it has \d+ bytes, more than 500$/);
  const { return: text, ...rest } = sendable;
  assert.equal(typeof text, 'string');
  assert.deepEqual(rest, { cmd: '_return', id: 'web1', jid: '1', fun: 'cmd.run', fun_args: [], retcode: 1, success: false, out: 'nested' });
});
