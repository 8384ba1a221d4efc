/** Versions of Python packages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePythonVersions, meetsConditions, parsePythonVersion, type VersionCondition } from '../../../../src/kernel/std/pep440.js';

test('comparePythonVersions() orders as PEP 440 does', () => {
  const ordered = ['0.9', '1.0.dev1', '1.0a1.dev1', '1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0+local.1', '1.0.post1.dev1', '1.0.post1', '1.1', '1!0.1'];
  const versions = ordered.map((text) => parsePythonVersion(text));
  for (const [at, version] of versions.entries()) {
    const next = versions[at + 1];
    assert.ok(version !== undefined, ordered[at]);
    if (next !== undefined) assert.equal(comparePythonVersions(version, next), -1, `${ordered[at] ?? ''} < ${ordered[at + 1] ?? ''}`);
  }
});

test('parsePythonVersion() knows one version by all its spellings, and nothing else', () => {
  const one = parsePythonVersion('1.0rc1');
  for (const text of ['v1.0RC1', '1.0-c.1', ' 1.0_preview1 ']) assert.deepEqual(parsePythonVersion(text), one);
  for (const text of ['', 'one', '1..2', '1.0-', '1.0+']) assert.equal(parsePythonVersion(text), undefined);
});

const cases: readonly [version: string, conditions: readonly VersionCondition[], fits: boolean][] = [
  ['1.5', [['>=', '1.0'], ['<', '2']], true], ['1.5', [['~=', '1.4']], true], ['2.0', [['~=', '1.4']], false], ['1.4.9', [['~=', '1.4.2']], true], ['1.5', [['~=', '1.4.2']], false],
  ['1.5.2', [['==', '1.5.*']], true], ['1.5.2', [['!=', '1.5.*']], false], ['1.0', [['==', '1']], true], ['1.0+x', [['==', '1.0']], true], ['1.0.post1', [['>', '1.0']], false],
  ['2.0a1', [['<', '2.0']], false], ['2.0a1', [['>=', '1.0']], false], ['2.0a1', [['>=', '2.0a0']], true], ['odd', [['>=', '1']], false], ['1.0', [['===', '1.0']], true],
];

for (const [version, conditions, fits] of cases) {
  test(`meetsConditions() ${version} ${conditions.flat().join(' ')}: ${String(fits)}`, () => assert.equal(meetsConditions(version, conditions), fits));
}
