import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlanGroups, PlanGroups } from '../../../../src/kernel/contract/state-plan.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

const entry = (id: string, changes: PlainMap = {}): PlainMap => ({ state: 'file.managed', id, name: id, sls: 'web', comment: '', changes });
const plan = (parts: PlainMap): PlainMap => ({ fails: [], changes: [], unknown: [], unchanged: 0, ...parts });

test('minions with equal plans share a group; failures come first, then what concerns most', () => {
  const groups = new PlanGroups();
  groups.add('idle', plan({ unchanged: 3 }));
  groups.add('b', plan({ changes: [entry('x', { a: 1, b: 2 })] }));
  groups.add('c', plan({ changes: [entry('y')] }));
  groups.add('a', plan({ changes: [entry('x', { b: 2, a: 1 })] }));
  groups.add('bad', plan({ fails: [entry('z')] }));
  assert.deepEqual((groups.value()['groups'] as PlainMap[]).map(({ minions }) => minions), [['bad'], ['a', 'b'], ['c'], ['idle']]);
  assert.deepEqual(groups.value()['minions'], { fails: 1, changes: 3, unknown: 0, unchanged: 1, errors: 0, missing: 0 });
});

test('what is no plan is an error, equal ones together; who is silent is named', () => {
  const groups = new PlanGroups();
  for (const minion of ['n2', 'n1']) groups.add(minion, ["No matching sls found for 'x' in env 'base'"]);
  groups.add('old', "'state.plan' is not available.");
  groups.miss('gone');
  assert.deepEqual(groups.value(), {
    groups: [], missing: ['gone'],
    errors: [{ minions: ['n1', 'n2'], errors: ["No matching sls found for 'x' in env 'base'"] }, { minions: ['old'], errors: ["'state.plan' is not available."] }],
    minions: { fails: 0, changes: 0, unknown: 0, unchanged: 0, errors: 3, missing: 1 },
  });
  assert.equal(isPlanGroups(groups.value()), true);
  assert.equal(isPlanGroups({ groups: {} }), false);
});
