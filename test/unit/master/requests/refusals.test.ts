import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandTable, reply, type OpenCommand } from '../../../../src/master/requests/command.js';
import { Refusals, shownCommand, shownName } from '../../../../src/master/requests/refusals.js';
import { listeningLog } from '../../../support/module-host.js';

test('every refusal is counted; a flood of one kind writes a few lines, and others are still seen', () => {
  const log = listeningLog();
  const refusals = new Refusals(log);
  for (let at = 0; at < 1000; at += 1) refusals.add('unreadable', { connection: 'c' });
  refusals.add('no_proof', { id: 'web1' });
  assert.deepEqual(refusals.counts, { unreadable: 1000, no_proof: 1 });
  assert.ok(log.lines.length <= 12, `${log.lines.length} lines`);
  assert.deepEqual(log.lines.at(-1), { level: 'warn', fields: { why: 'no_proof', id: 'web1' }, text: 'request refused' });
});

test('names are shown only when they look like names', () => {
  assert.equal(shownName('web1.example-2'), 'web1.example-2');
  assert.equal(shownName('a b'), '[3 characters]');
  assert.equal(shownName('x'.repeat(65)), '[65 characters]');
  assert.equal(shownName(undefined), '[nothing]');
  assert.match(shownName({ a: 'secret' }), /^\[\w+\]$/);
});

test('an unknown command is shown only when it looks like a method', () => {
  assert.equal(shownCommand('_syndic_return'), '_syndic_return');
  for (const name of ['secret-7f3a', 'Hunter2', '', 'x y', '\n']) assert.equal(shownCommand(name), `[${name.length} characters]`);
  assert.equal(shownCommand('a'.repeat(65)), '[65 characters]');
  assert.equal(shownCommand(5), '[int]');
});

const command = (over: Partial<OpenCommand>): OpenCommand => ({ name: 'x', from: 'open', rule: 'Anyone', bytesMax: 1, run: () => Promise.resolve(reply(null)), ...over });

test('a command without a rule or a size, or declared twice, cannot start', () => {
  assert.throws(() => new CommandTable([command({ rule: ' ' })]), /has no rule/);
  assert.throws(() => new CommandTable([command({ bytesMax: 0 })]), /has no size limit/);
  assert.throws(() => new CommandTable([command({ bytesMax: NaN })]), /has no size limit/);
  assert.throws(() => new CommandTable([command({}), command({})]), /declared twice/);
  const table = new CommandTable([command({})]);
  assert.equal(table.find('minion', 'x'), undefined, 'sealed does not find what is sent in clear');
  assert.equal(table.find('open', 'constructor'), undefined);
});
