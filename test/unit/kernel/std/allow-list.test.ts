import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowed } from '../../../../src/kernel/std/allow-list.js';

// Source: read, Salt 3008.3, `check_whitelist_blacklist`.
const cases: readonly (readonly [name: string, allowed: string[], denied: string[], isFine: boolean])[] = [
  ['web1', [], [], true], ['web1', ['web*'], [], true], ['db1', ['web*'], [], false], ['web1', ['web\\d'], [], true], ['web12', ['web\\d'], [], false],
  ['web1', [], ['web1'], false], ['db1', [], ['web.*'], true], ['web1', ['*'], ['web[0-9]'], false], ['web1', ['('], [], false], ['(', ['('], [], true],
];

for (const [name, allowed, denied, isFine] of cases) {
  test(`${name} is ${isFine ? 'allowed' : 'refused'} by allow ${JSON.stringify(allowed)} and deny ${JSON.stringify(denied)}`, () => {
    assert.equal(isAllowed(name, allowed, denied), isFine);
  });
}
