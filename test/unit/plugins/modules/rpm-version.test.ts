/** The order of versions is that of rpm, asked for real where it is here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { compareLabels, compareVersions, readEvr } from '../../../../src/plugins/modules/rpm/version.js';

const LABELS = [
  '', '0', '1', '01', '1.', '1.0', '1.00', '1.0.1', '1.10', '1.9', '2', '10', '1a', '1.a', 'a', 'b1', 'A', '1.0a', '1.0.a1', '1_0', '1-0', '5.5p1', '5.5p10', 'xyz10', 'xyz.4', '8', 'xyz10.1',
  '1.0~rc1', '1.0~~', '1.0~', '1.0~rc1^git1', '1.0^', '1.0^git1', '1.0^git1~pre', '1.0^git2', '1.0^2', '~', '^', '1.0+git', '20101121', '20101122', '4294967297', '18446744073709551617', '1é', 'é',
];

test('labels are in the order of rpm itself', { skip: existsSync('/usr/bin/rpm') ? false : 'needs rpm' }, () => {
  const pairs = LABELS.filter((label) => label !== '').flatMap((first) => LABELS.filter((label) => label !== '').map((second) => [first, second] as const));
  const script = `local t = {} ${pairs.map(([a, b]) => `t[#t+1] = rpm.vercmp(${JSON.stringify(a)}, ${JSON.stringify(b)})`).join(' ')} print(table.concat(t, " "))`;
  const done = spawnSync('rpm', ['--eval', `%{lua: ${script}}`], { encoding: 'utf8', maxBuffer: 1 << 24 });
  assert.equal(done.status, 0, done.stderr);
  const orders = done.stdout.trim().split(/\s+/).map(Number);
  assert.equal(orders.length, pairs.length);
  for (const [at, [first, second]] of pairs.entries()) {
    // rpm reads a dash as the beginning of a release.
    if (!first.includes('-') && !second.includes('-')) assert.equal(compareLabels(first, second), orders[at], `${first} ${second}`);
  }
});

test('order is total: turned round it is the opposite, and it goes on', () => {
  for (const first of LABELS) {
    for (const second of LABELS) {
      assert.equal(compareLabels(first, second) + compareLabels(second, first), 0, `${first} ${second}`);
      for (const third of LABELS) {
        if (compareLabels(first, second) <= 0 && compareLabels(second, third) <= 0) assert.ok(compareLabels(first, third) <= 0, `${first} ${second} ${third}`);
      }
    }
  }
});

test('epochs come first, releases count where both have one', () => {
  assert.deepEqual(readEvr('2:1.0-3'), { epoch: '2', version: '1.0', release: '3' });
  assert.deepEqual(readEvr('x:1.0'), { epoch: '0', version: '1.0', release: '' });
  for (const [first, second, order] of [['1:1', '2', 1], ['0:1', '1', 0], ['1-1', '1-2', -1], ['1-1', '1', 0], ['1:1-1', '1:1-1', 0], ['', '1', -1]] as const) {
    assert.equal(compareVersions(first, second), order, `${first} ${second}`);
  }
  assert.equal(compareVersions('2:1', '1:2', true), -1);
});
