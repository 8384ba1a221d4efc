/** Answers observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import pkgResource from '../../../../src/plugins/modules/pkg_resource.js';
import { isTrue } from '../../../../src/kernel/std/is-true.js';
import {  } from '../../../../src/plugins/modules/pkg_resource/compare.js';
import { machine } from './machine.js';

const here = () => machine({
  modules: [pkgResource],
  answers: {
    'pkg.normalize_name': ([name]) => String(name).replace(/:amd64$/, ''), 'pkg.parse_arch': ([name]) => ({ name: name ?? null, arch: 'amd64' }),
    'pkg.list_pkgs': { bash: ['5.2'], tree: ['2', '3'] }, 'config.valid_fileproto': ([path]) => String(path).startsWith('salt://'),
    'cp.cache_file': ([path]) => (String(path).includes('missing') ? '' : `/cache/${String(path).slice(7)}`),
  },
});
const DETAILS = { epoch: '1', version: '2', release: '3', arch: 'amd64' };

const CASES: readonly { fun: string; args?: Value[]; kwargs?: PlainMap; gives: Value }[] = [
  { fun: 'parse_targets', args: ['a,b:amd64'], gives: [{ a: null, b: null }, 'repository'] },
  { fun: 'parse_targets', args: ['a:amd64'], kwargs: { version: '1', normalize: false }, gives: [{ 'a:amd64': '1' }, 'repository'] },
  { fun: 'parse_targets', kwargs: { pkgs: ['a', { b: '1' }, { c: 2 }] }, gives: [{ a: null, b: '1', c: '2' }, 'repository'] },
  { fun: 'parse_targets', kwargs: { pkgs: ['a'], sources: [{ a: '/b' }] }, gives: [null, null] },
  { fun: 'parse_targets', gives: [null, null] },
  { fun: 'parse_targets', kwargs: { sources: [{ a: '/b.deb' }, { c: 'salt://c.deb' }] }, gives: [['/b.deb', '/cache/c.deb'], 'file'] },
  { fun: 'parse_targets', args: ['a'], kwargs: { advisory_ids: ['X'] }, gives: [['X'], 'advisory'] },
  { fun: 'pack_sources', args: [[{ 'c:amd64': 'http://x' }]], gives: { c: 'http://x' } },
  { fun: 'pack_sources', args: ['[{"a": "/b"}]'], gives: { a: '/b' } },
  { fun: 'pack_sources', args: [['a']], gives: {} },
  { fun: 'pack_sources', args: ['[{'], gives: {} },
  { fun: 'version', gives: {} },
  { fun: 'version', args: ['tree'], gives: '2,3' },
  { fun: 'version', args: ['nosuch'], gives: '' },
  { fun: 'version', args: ['bash', 'nosuch'], kwargs: { versions_as_list: true }, gives: { bash: ['5.2'], nosuch: [] } },
  { fun: 'version', args: ['b*'], gives: { bash: '5.2' } },
  { fun: 'version_clean', args: ['1'], gives: '1' },
  { fun: 'check_extra_requirements', args: ['a', '1'], gives: true },
  { fun: 'format_version', args: ['1', '2', '3'], gives: '1:2-3' },
  { fun: 'format_version', args: ['', '2', ''], gives: '2' },
  { fun: 'format_pkg_list', args: [{ a: [DETAILS] }, true, null], gives: { a: ['1:2-3'] } },
  { fun: 'format_pkg_list', args: [{ a: [DETAILS] }, false, null], gives: { a: '1:2-3' } },
  { fun: 'format_pkg_list', args: [{ a: [DETAILS] }, false, 'all'], gives: { a: [DETAILS] } },
  { fun: 'format_pkg_list', args: [{ a: [DETAILS] }, false, ['epoch']], gives: { a: [{ epoch: '1', version: '2', arch: 'amd64' }] } },
  { fun: 'version_compare', args: ['1.0', '<', '2.0'], gives: true },
  { fun: 'version_compare', args: ['1.10', '>', '1.9'], gives: true },
  { fun: 'version_compare', args: ['2:1', '==', '1:1', true], gives: true },
  { fun: 'version_compare', args: ['1.0rc1', '!=', '1.0'], gives: true },
  { fun: 'version_compare', args: ['1', '=~', '1'], gives: false },
];
for (const { fun, args, kwargs, gives } of CASES) {
  test(`pkg_resource.${fun} ${JSON.stringify(args ?? [])} ${JSON.stringify(kwargs ?? {})}`, async () => {
    assert.deepEqual(await here().call(`pkg_resource.${fun}`, args, kwargs), gives);
  });
}

test('pkg_resource.parse_targets refuses doubles, text and sources that are nowhere', async () => {
  const refused: readonly (readonly [PlainMap, RegExp])[] = [
    [{ pkgs: ['tree', { tree: '1' }] }, /duplicated packages names: \['tree', \{'tree': '1'\}\]\. This cannot be processed/],
    [{ pkgs: 'a' }, /duplicated packages names: a\./],
    [{ sources: [{ tree: 'relative.deb' }] }, /^InvocationError: Path relative\.deb for package tree is either not absolute or an invalid protocol$/],
  ];
  for (const [kwargs, text] of refused) {
    await assert.rejects(here().call('pkg_resource.parse_targets', [], kwargs), (err: unknown) => err instanceof InvocationError && text.test(String(err)));
  }
  await assert.rejects(here().call('pkg_resource.parse_targets', [], { sources: [{ tree: 'salt://missing.deb' }] }),
    { message: 'Unable to cache source salt://missing.deb for package tree' });
});

test('add_pkg, sort_pkglist and stringify work in place', async () => {
  const packages: PlainMap = {};
  for (const version of ['3', '2', '3']) assert.equal(await here().call('pkg_resource.add_pkg', [packages, 'a', version]), null);
  assert.deepEqual(packages, { a: ['3', '2', '3'] });
  await here().call('pkg_resource.sort_pkglist', [packages]);
  assert.deepEqual(packages, { a: ['2', '3'] });
  await here().call('pkg_resource.stringify', [packages]);
  assert.deepEqual(packages, { a: '2,3' });
});

test('isTrue() is that of Salt', () => {
  for (const value of [true, 1, 'true', 'TRUE', '1', '0.5', ['a'], 2n]) assert.equal(isTrue(value), true, String(value));
  for (const value of [false, 0, -1, '', 'yes', 'false', '0', null, undefined, []]) assert.equal(isTrue(value), false, String(value));
});
