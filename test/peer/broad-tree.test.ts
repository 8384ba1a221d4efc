/**
 * One broad state tree (`broad-tree/srv`) applied by `salt-call --local` and by `tsalt-call --local` in two equal scratch systems: a test
 * run, a run, a second run. Returns and systems are the same, the test run foretells, and the second run has nothing to do.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { changesOf, comparablePicture, comparableRow, differing, orderOf, rowsOf } from './broad-tree/comparable.js';
import { applyInBoth, base, obstacle, type Applied, type Picture, type Side } from './broad-tree/machines.js';

const skip = obstacle();
const RUNS = ['test run', 'first run', 'second run'] as const;
let both: Record<Side, Applied>;
before(async () => {
  if (skip === false) both = await applyInBoth();
});
after(() => rmSync(base, { recursive: true, force: true }));

/** What each run does again, with Salt as well: a process has its own environment, and this state of `test` always changes. */
const ALWAYS = ['test_|-first_|-first_|-succeed_with_changes', 'environ_|-variable_|-TSALT_BROAD_|-setenv', 'environ_|-variables_|-variables_|-setenv'];

/** Why a test run of Salt itself does not foretell, by id. */
const NOT_FORETOLD: Readonly<Record<string, string>> = {
  variable: 'says in words that it would change', variables: 'says in words that it would change', held: 'says in words that it would change',
  cached: 'has no hash to compare', 'no-line-of-fstab': 'says so of a missing line as well',
  newest: 'needs the source of packages', known: 'needs its user', 'bob-table': 'needs its user', who: 'needs the checkout', stateful: 'tells changes by itself',
};

for (const [at, name] of RUNS.entries()) {
  test(`the ${name} gives equal returns in the same order`, { skip }, () => {
    const [real, ours] = [both.real.runs[at], both.ours.runs[at]];
    assert.ok(real !== undefined && ours !== undefined);
    const [theirs, mine] = [rowsOf(real), rowsOf(ours)];
    assert.deepEqual(orderOf(mine), orderOf(theirs));
    for (const tag of orderOf(theirs)) assert.deepEqual(comparableRow(tag, mine[tag]), comparableRow(tag, theirs[tag]), tag);
    assert.equal(ours.code, real.code);
    assert.ok(orderOf(theirs).length > 150, 'the tree is broad');
  });

  test(`the ${name} leaves equal systems`, { skip }, () => {
    const [real, ours] = [comparablePicture(both.real.runs[at]?.picture ?? {}), comparablePicture(both.ours.runs[at]?.picture ?? {})];
    const shown = (picture: Picture, path: string): string => JSON.stringify(picture[path] ?? 'nothing').slice(0, 1000);
    assert.equal(differing(ours, real).map((path) => `${path}\n  ours ${shown(ours, path)}\n  real ${shown(real, path)}`).join('\n'), '');
  });
}

test('the lists of packages are equal', { skip }, () => {
  assert.equal(both.ours.packages, both.real.packages);
  assert.ok(both.ours.packages.includes('\ntsalt-b 1:3.4 hold ok installed\n'));
});

for (const side of ['ours', 'real'] as const) {
  test(`the test run changes nothing: ${side}`, { skip }, () => {
    assert.deepEqual(differing(comparablePicture(both[side].begin), comparablePicture(both[side].runs[0].picture)), []);
  });

  test(`the test run foretells what changes: ${side}`, { skip }, () => {
    const [foretold, done] = [rowsOf(both[side].runs[0]), rowsOf(both[side].runs[1])];
    const changed = new Set(changesOf(done));
    // A state that fails for a reason that shows only then may have been foretold as well.
    const wrong = orderOf(done).filter((tag) => done[tag]?.result === true && (foretold[tag]?.result === null) !== changed.has(tag));
    assert.deepEqual(wrong.map((tag) => tag.split('_|-')[1]).filter((id) => NOT_FORETOLD[id ?? ''] === undefined), []);
  });

  test(`the second run changes nothing: ${side}`, { skip }, () => {
    const rows = rowsOf(both[side].runs[2]);
    // A command that failed is tried again.
    assert.deepEqual(changesOf(rows).filter((tag) => rows[tag]?.result === true && !ALWAYS.includes(tag)), []);
    assert.deepEqual(differing(comparablePicture(both[side].runs[1].picture), comparablePicture(both[side].runs[2].picture)), []);
  });
}
