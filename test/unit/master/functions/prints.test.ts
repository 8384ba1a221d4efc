import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prints } from '../../../../src/master/functions/prints.js';

test('lines go to whoever waits for that run, until it ends', () => {
  const prints = new Prints();
  const lines: string[] = [];
  const listening = prints.subscribe('salt/run/1', (text) => lines.push(text));
  prints.print('salt/run/1', 'one');
  prints.print('salt/run/2', 'another run');
  listening[Symbol.dispose]();
  prints.print('salt/run/1', 'too late');
  assert.deepEqual(lines, ['one']);
});
