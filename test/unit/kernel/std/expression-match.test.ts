import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressionMatcher } from '../../../../src/kernel/std/expression-match.js';

const cases: readonly (readonly [expression: string, fits: readonly string[], not: readonly string[]])[] = [
  ['salt/job/*/ret/*', ['salt/job/1/ret/web1'], ['salt/job/1/new']],
  ['salt/(auth|key)', ['salt/auth', 'salt/key'], ['salt/auth/more', 'a/salt/auth']],
  ['[a', ['[a'], ['a']],
  ['*', ['anything', ''], []],
];
for (const [expression, fits, not] of cases) {
  test(`${expression} as a glob or a regular expression`, () => {
    const matcher = expressionMatcher(expression);
    for (const text of fits) assert.equal(matcher(text), true, text);
    for (const text of not) assert.equal(matcher(text), false, text);
  });
}
