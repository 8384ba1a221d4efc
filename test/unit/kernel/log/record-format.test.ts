import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateText, recordFormatter, type LogRecord } from '../../../../src/kernel/log/record-format.js';

const record: LogRecord = {
  level: 30, levelName: 'WARNING', name: 'tsalt.minion', message: 'hello', at: new Date(2026, 0, 2, 3, 4, 5, 67), jid: '', minionId: '',
};
const write = (format: string, more: Partial<LogRecord> = {}) =>
  recordFormatter({ format, dateFormat: '%H:%M:%S', jidFormat: '[JID: %(jid)s]', minionIdFormat: '[%(minion_id)s]' })({ ...record, ...more });

const cases: [string, string][] = [
  ['[%(levelname)-8s] %(message)s', '[WARNING ] hello'],
  ['%(asctime)s,%(msecs)03d [%(name)-17s:%(lineno)-4d][%(process)d] %(message)s', `03:04:05,067 [tsalt.minion     :0   ][${process.pid}] hello`],
  ['%(levelname)10s|%(levelno)d|100%%', '   WARNING|30|100%'],
  ['%(bracketlevel)s%(bracketname)s', '[WARNING ][tsalt.minion     ]'],
  ['%(colorlevel)s %(colormsg)s', '\u001B[1;33m[WARNING ]\u001B[0m \u001B[0;33mhello\u001B[0m'],
  ['%(unknown)s%(message)s %', 'hello %'],
];
for (const [format, wanted] of cases) {
  test(`recordFormatter() writes ${format}`, () => assert.equal(write(format), wanted));
}

test('recordFormatter() shows the job id in its own form, if there is one', () => {
  assert.equal(write('%(jid)s %(message)s', { jid: '2026' }), '[JID: 2026] hello');
  assert.equal(write('%(jid)s%(message)s'), 'hello');
  assert.equal(write('%(minion_id)s%(message)s', { minionId: 'web1' }), '[web1]hello');
});

test('recordFormatter() takes the message as it is, directives and all', () => {
  assert.equal(write('%(message)s', { message: '%(levelname)s $& %s' }), '%(levelname)s $& %s');
});

test('dateText() follows strftime', () => {
  assert.equal(dateText(record.at, '%Y-%m-%d %H:%M:%S %y %b %B %a %A %j %I %p %f %e %T %F %% %Q'), '2026-01-02 03:04:05 26 Jan January Fri Friday 002 03 AM 067000  2 03:04:05 2026-01-02 % %Q');
});
