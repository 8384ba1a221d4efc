import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostNameForId } from '../../../../src/kernel/config/host-name.js';
import { findId, withDomain } from '../../../../src/kernel/config/minion-id.js';
import { Notices } from '../../../../src/kernel/config/notice.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { host, tree } from './tree.js';

const files = (texts: Record<string, string>) => ({ readText: (path: string) => texts[path] });
const names: [string, Parameters<typeof host>[0], string][] = [
  ['the full name', { namesByAddress: () => Promise.resolve(['web1', 'web1.example.com', 'x.y']) }, 'web1.example.com'],
  ['the canonical name without a dot', { namesByAddress: () => Promise.resolve(['alias']) }, 'alias'],
  ['the host name when the full one is local', { namesByAddress: () => Promise.resolve(['localhost.localdomain']) }, 'web1'],
  ['/etc/hostname', { hostname: () => 'localhost', ...files({ '/etc/hostname': '# c\nfile1 # x\n' }) }, 'file1'],
  ['names of loopback in /etc/hosts', { hostname: () => 'localhost', ...files({ '/etc/hosts': '192.0.2.1 other\n127.0.0.1 localhost host2\n' }) }, 'host2'],
  ['an address', { hostname: () => 'localhost', addresses: () => ['192.0.2.7'] }, '192.0.2.7'],
  ['localhost at last', { hostname: () => 'localhost' }, 'localhost'],
];
for (const [title, facts, wanted] of names) {
  test(`a made id is ${title}`, async () => assert.equal(await hostNameForId(host(facts)), wanted));
}

const find = (opts: PlainMap, facts: Parameters<typeof host>[0] = {}, idFunction?: () => Promise<string | number | undefined>) =>
  findId({ root_dir: '/nowhere', ...opts }, { notices: new Notices(), cacheId: false, idFunction, host: host(facts) });

test('options change a made id', async () => {
  const facts = { hostname: () => 'WEB1.Example.com' };
  assert.deepEqual(await find({ minion_id_lowercase: true }, facts), { id: 'web1.example.com', isAddress: false });
  assert.equal((await find({ minion_id_remove_domain: true }, facts)).id, 'WEB1');
  assert.equal((await find({ minion_id_remove_domain: 'example.COM' }, facts)).id, 'WEB1');
  assert.equal((await find({ minion_id_remove_domain: 'ample.com' }, facts)).id, 'WEB1.Example.com');
  assert.equal((await find({}, { hostname: () => 'localhost', addresses: () => ['192.0.2.7'] })).isAddress, true);
});

test('a cached id is taken as it is, unless it is localhost or caching is off', async () => {
  const id = async (text: string, more: PlainMap = {}) => (await find({ root_dir: tree({ 'etc/salt/minion_id': text }), minion_id_lowercase: true, ...more })).id;
  assert.deepEqual([await id('Cached.X \nmore'), await id('\uFEFFbom'), await id('localhost\n'), await id('\n'), await id('Cached', { minion_id_caching: false })], ['Cached.X', 'bom', 'web1', 'web1', 'web1']);
});

test('id_function makes the id', async () => {
  const opts = { id_function: { 'network.get_hostname': { a: 1 } }, minion_id_lowercase: true };
  assert.equal((await find(opts, {}, () => Promise.resolve('FUN'))).id, 'fun');
  await assert.rejects(find(opts, {}, () => Promise.resolve(5)), /^ConfigError: Function network\.get_hostname returned a value/);
  await assert.rejects(find(opts), /^ConfigError: Failed to load module network\.get_hostname$/);
  await assert.rejects(find({ id_function: 5 }), /'id_function' option is neither a string nor a dictionary/);
});

test('withDomain() appends once', () => {
  assert.deepEqual([withDomain('a', 'd.test'), withDomain('a.d.test', 'd.test'), withDomain('a.', 'd'), withDomain('a', undefined)], ['a.d.test', 'a.d.test', 'a.', 'a']);
});
