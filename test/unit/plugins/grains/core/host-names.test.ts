import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  addressesIn, canonicalName, fqdnsGrains, fullNames, hostNameGrains, lookupFor, nameAddressGrains, nameInHosts,
} from '../../../../../src/plugins/grains/core/host-names.js';
import { rootedContext } from '../../../../support/rooted-sys.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-names-')));
after(() => rmSync(base, { recursive: true }));
let count = 0;
const folder = (): string => join(base, String(count += 1));

test('canonicalName() is the name behind the first address', () => {
  assert.equal(canonicalName('192.0.2.1       STREAM web1.example.com\n192.0.2.1       DGRAM  \n'), 'web1.example.com');
  assert.equal(canonicalName('192.0.2.1  STREAM \n192.0.2.1  DGRAM  x'), undefined);
  assert.equal(canonicalName(''), undefined);
});

test('nameInHosts() gives the first name of the line', () => {
  const hosts = '# web1\n127.0.0.1 localhost\n192.0.2.1 web1.example.com web1 # x\n192.0.2.2 other web1\n';
  assert.equal(nameInHosts(hosts, 'web1'), 'web1.example.com');
  assert.equal(nameInHosts(hosts, 'x'), undefined);
});

test('addressesIn() leaves out addresses of the other family', () => {
  const text = '::ffff:192.0.2.1 STREAM web1\n2001:db8::1     STREAM \n2001:db8::1     DGRAM  \n192.0.2.1 RAW';
  assert.deepEqual(addressesIn(text, 6), ['2001:db8::1']);
  assert.deepEqual(addressesIn(text, 4), ['192.0.2.1']);
  assert.deepEqual(addressesIn('', 4), []);
});

test('fullNames() prefers names with a dot', () => {
  assert.deepEqual(fullNames('192.0.2.1  web1 web1.example.com web1.example.org\n192.0.2.2   db1\n\n'), ['web1.example.com', 'db1']);
});

const hosts: readonly [title: string, programs: Record<string, string | [number, string]>, files: Record<string, string>, fqdn: string, domain: string][] = [
  ['a full name', { 'getent ahosts web1': '192.0.2.1 STREAM web1.example.com' }, {}, 'web1.example.com', 'example.com'],
  ['a name nobody knows', { 'getent ahosts web1': [2, ''] }, { '/etc/hosts': '192.0.2.1 web1.example.com web1' }, 'web1', ''],
  ['no name service', {}, { '/etc/hosts': '192.0.2.1 web1.example.com web1' }, 'web1.example.com', 'example.com'],
  ['nothing at all', {}, {}, 'web1', ''],
];
for (const [title, programs, files, fqdn, domain] of hosts) {
  test(`hostNameGrains() with ${title}`, async () => {
    const ctx = await rootedContext(folder(), { programs, files });
    assert.deepEqual(await hostNameGrains(ctx, lookupFor(ctx)), { localhost: 'web1', fqdn, host: 'web1', domain });
  });
}

test('hostNameGrains() falls back to localhost.localdomain', async () => {
  const ctx = await rootedContext(folder(), { hostname: '' });
  assert.equal((await hostNameGrains(ctx, lookupFor(ctx))).fqdn, 'localhost.localdomain');
});

test('nameAddressGrains() asks only for families that the host has', async () => {
  const ctx = await rootedContext(folder(), { programs: { 'getent ahostsv4 web1': '192.0.2.1 STREAM web1', 'getent ahostsv6 web1': '2001:db8::1 STREAM web1' } });
  assert.deepEqual(await nameAddressGrains('web1', { ipv4: ['127.0.0.1'], ipv6: [] }, lookupFor(ctx)), { fqdn_ip4: ['192.0.2.1'], fqdn_ip6: [] });
  assert.deepEqual(ctx.ran, ['getent ahostsv4 web1']);
});

test('fqdnsGrains() shares the addresses between lookups and sorts the names', async () => {
  const programs = { 'getent hosts 192.0.2.1 192.0.2.5': '192.0.2.1 b.example.com\n192.0.2.5 a.example.com\n', 'getent hosts 192.0.2.2': [2, '192.0.2.2 b.example.com'] } as const;
  const ctx = await rootedContext(folder(), { programs });
  const addresses = [1, 2, 3, 4, 5].map((last) => `192.0.2.${last}`);
  assert.deepEqual(await fqdnsGrains(ctx, addresses, lookupFor(ctx)), { fqdns: ['a.example.com', 'b.example.com'] });
  assert.equal(ctx.ran.length, 4);
});

test('fqdnsGrains() asks nobody when turned off', async () => {
  const ctx = await rootedContext(folder(), { opts: { enable_fqdns_grains: false } });
  assert.deepEqual(await fqdnsGrains(ctx, ['192.0.2.1'], lookupFor(ctx)), { fqdns: [] });
  assert.deepEqual(ctx.ran, []);
});
