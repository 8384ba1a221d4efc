import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeldomLog } from '../../../../src/master/requests/seldom-log.js';
import { keepingLog } from '../../../support/logs.js';

test('one minion cannot fill the log; what another does is still written', () => {
  const log = keepingLog();
  const seldom = new SeldomLog(log);
  for (let at = 0; at < 1000; at += 1) seldom.warn('bad', { tag: 'x' }, 'refused');
  seldom.warn('good', { tag: 'y' }, 'refused');
  assert.ok(log.lines.length < 30, `${log.lines.length} lines`);
  assert.deepEqual(log.lines.at(-1), { level: 'warn', fields: { id: 'good', tag: 'y' }, text: 'refused' });
});
