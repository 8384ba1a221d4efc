import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prints, type Print } from '../../../../src/master/functions/prints.js';

test('lines go to whoever waits for that run, until it ends', () => {
  const prints = new Prints();
  const lines: Print[] = [];
  const listening = prints.subscribe('salt/run/1', (print) => lines.push(print));
  prints.print('salt/run/1', 'one');
  prints.log('salt/run/1', 'error', 'bad');
  prints.state('salt/run/1', { at: 1, of: 2, fun: 'salt.state', id: 'db', failed: 0 });
  prints.print('salt/run/2', 'another run');
  listening[Symbol.dispose]();
  prints.print('salt/run/1', 'too late');
  assert.deepEqual(lines, [{ kind: 'print', text: 'one' }, { kind: 'log', level: 'error', text: 'bad' }, { kind: 'state', at: 1, of: 2, fun: 'salt.state', id: 'db', failed: 0 }]);
});
