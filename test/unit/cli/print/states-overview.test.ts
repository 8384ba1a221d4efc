import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statesOverview } from '../../../../src/cli/print/states-overview.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';

function bench() {
  const lines: string[] = [];
  return { lines, overview: statesOverview({ opts: {}, print: (text) => void lines.push(...text.split('\n')) }) };
}
const row = (id: string, result: Value, comment: string, changes: PlainMap = {}): PlainMap => ({ [`pkg_|-${id}_|-${id}_|-installed`]: { __id__: id, name: id, result, comment, changes } });

test('equal failures are told once, the most frequent first; what only waited is counted', async () => {
  const { lines, overview } = bench();
  overview.returned('a', { ...row('vim', false, 'rare'), ...row('nginx', false, 'no such package') }, 'highstate');
  overview.returned('c', { ...row('nginx', false, 'no such package'), ...row('app', false, 'One or more requisite failed: web.nginx') }, 'highstate');
  overview.returned('b', row('nginx', false, 'no such package'), 'highstate');
  overview.returned('d', row('nginx', true, '', { nginx: '1' }), 'highstate');
  overview.returned('e', row('nginx', true, ''), 'highstate');
  overview.returned('f', ["No matching sls found for 'x' in env 'base'"], 'highstate');
  overview.missing('g');
  await overview.end();
  assert.deepEqual(lines, [
    '', 'Summary of 7 minions', '--------------------', 'Failed: pkg.installed  nginx  on a, b, c', '    no such package', 'Failed: pkg.installed  vim  on a', '    rare',
    'Failed: the states could not be compiled  on f', "    No matching sls found for 'x' in env 'base'", '1 state not run, because others failed that they require',
    'Minions: 4 failed, 1 did not answer, 1 changed, 1 unchanged',
  ]);
});

test('a terminal is not flooded, and not steered', async () => {
  const { lines, overview } = bench();
  for (let at = 0; at < 300; at += 1) overview.returned(`m${at}`, row(`p${at}`, false, `${'line\n'.repeat(50)}\u001b[2J`), 'highstate');
  await overview.end();
  assert.equal(lines.filter((line) => line.startsWith('Failed: ')).length, 20);
  assert.ok(lines.includes('and 280 further failures'));
  assert.ok(lines.length < 200 && !lines.join('').includes('\u001b'));
});

test('nothing is said of one minion, of other functions, and when nobody answered', async () => {
  const { lines, overview } = bench();
  overview.returned('a', row('vim', false, 'x'), 'highstate');
  overview.returned('b', true, undefined);
  await overview.end();
  const silent = bench();
  silent.overview.missing('a');
  silent.overview.missing('b');
  await silent.overview.end();
  assert.deepEqual([lines, silent.lines], [[], []]);
});
