/** Tables of hosts and files of zones; the expected answers are those of Salt 3008.3 where no difference is named. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import dnsutil from '../../../../src/plugins/modules/dnsutil.js';
import { machine } from './machine.js';

const ZONE = `$ORIGIN example.org.
$TTL 1h
@ 3600 IN SOA ns1.example.org. host.master.example.org. (
   2026010101 ; serial
   1D 2H 4W 3600 )
@ IN NS ns1.example.org.
  IN NS ns2.example.org.
@ IN MX 10 mail.example.org.
www 300 IN A 192.0.2.1
mail 300 IN AAAA 2001:db8::1
ftp IN CNAME www
a.example.org. IN TXT "x"
plain IN A 192.0.2.9
`;
const READ = {
  ORIGIN: 'example.org.', TTL: '1h', NETWORK: 'IN', SOURCE: 'ns1.example.org.', CONTACT: 'host@master.example.org.', SERIAL: '2026010101', REFRESH: 86400, RETRY: 7200, EXPIRE: 604800, MINTTL: 3600,
  NS: ['ns1.example.org.', 'ns2.example.org.'], MX: [{ priority: '10', host: 'mail.example.org.' }],
  A: { 'www.example.org.': { TARGET: '192.0.2.1', TTL: '300' }, 'plain.example.org.': '192.0.2.9' }, AAAA: { 'mail.example.org.': { TARGET: '2001:db8::1', TTL: '300' } },
  CNAME: { 'ftp.example.org.': 'www' }, TXT: { 'a.example.org.': '"x"' },
};

test('parse_zone reads what Salt reads, and what it misses', async () => {
  const host = machine({ modules: [dnsutil] });
  assert.deepEqual(await host.call('dnsutil.parse_zone', [], { zone: ZONE }), READ);
  assert.equal(await host.call('dnsutil.parse_zone', ['/nonexistent']), 'Error: Zone data was not found');
  const more = await host.call('dnsutil.parse_zone', [], { zone: `${ZONE}@ 60 IN MX 20 b.example.org.\nweb 60 IN CNAME www\n` });
  assert.deepEqual(more, { ...READ, MX: [...READ.MX, { priority: '20', host: 'b.example.org.' }], CNAME: { ...READ.CNAME, 'web.example.org.': 'www' } });
});

test('tables of hosts are read, added to and taken from', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-dnsutil-'));
  t.after(() => rm(root, { recursive: true }));
  const path = join(root, 'hosts');
  await writeFile(path, '# top\n127.0.0.1 localhost\n\n192.0.2.1 a b\n192.0.2.1 c\n');
  const { call } = machine({ modules: [dnsutil] });
  assert.deepEqual(await call('dnsutil.parse_hosts', [path]), { '127.0.0.1': ['localhost'], '192.0.2.1': ['a', 'b', 'c'] });
  assert.deepEqual(await call('dnsutil.parse_hosts', [], { hosts: '192.0.2.5 x' }), { '192.0.2.5': ['x'] });
  assert.equal(await call('dnsutil.parse_hosts', [join(root, 'none')]), 'Error: hosts data was not found');
  assert.equal(await call('dnsutil.hosts_append', [path, '192.0.2.1', 'a,b,c']), `No additional hosts were added to ${path}`);
  assert.equal(await call('dnsutil.hosts_append', [path, '192.0.2.9', 'd,e']), `The following line was added to ${path}:\n192.0.2.9 d e`);
  assert.equal(await readFile(path, 'utf8'), '# top\n127.0.0.1 localhost\n\n192.0.2.1 a b\n192.0.2.1 c\n\n192.0.2.9 d e');
  assert.equal(await call('dnsutil.hosts_remove', [path, 'a,c,e']), null);
  assert.equal(await readFile(path, 'utf8'), '# top\n127.0.0.1 localhost\n\n192.0.2.1 b\n\n192.0.2.9 d\n');
  for (const [address, names] of [['192.0.2.9', 'x\n192.0.2.66 bank'], ['192.0.2.9\n', 'x'], ['192.0.2.9', '']]) await assert.rejects(call('dnsutil.hosts_append', [path, address ?? '', names ?? '']), /is no/);
});

test('serials count on within a day', async () => {
  const at = (stored: string | number) => machine({ modules: [dnsutil], sys: { now: () => new Date(2026, 6, 1).getTime() }, answers: { 'grains.get': stored, 'grains.setval': null } });
  assert.equal(await at('').call('dnsutil.serial', ['example.org']), '2026070101');
  assert.equal(await at('2026070107').call('dnsutil.serial', ['example.org', true]), '2026070108');
  assert.equal(await at(2026070107).call('dnsutil.serial', ['example.org', true]), '2026070108');
  const host = at('2025010199');
  assert.equal(await host.call('dnsutil.serial', ['example.org', true]), '2026070101');
  assert.deepEqual(host.calls.at(-1), { fun: 'grains.setval', args: ['dnsserial_example.org', '2026070101'], kwargs: {} });
});

test('questions go to dig, or to the resolver of the system', async () => {
  const withDig = machine({ modules: [dnsutil], sys: { which: () => Promise.resolve('/usr/bin/dig') }, answers: { 'dig.A': ['192.0.2.1'], 'dig.NS': [], 'dig.MX': [], 'dig.SPF': [], 'dig.AAAA': [], 'dig.check_ip': true } });
  assert.deepEqual(await withDig.call('dnsutil.A', ['web', '192.0.2.53']), ['192.0.2.1']);
  for (const fun of ['NS', 'MX', 'SPF', 'AAAA', 'check_ip']) await withDig.call(`dnsutil.${fun}`, ['example.org']);
  assert.deepEqual(withDig.calls.map(({ fun }) => fun), ['dig.A', 'dig.NS', 'dig.MX', 'dig.SPF', 'dig.AAAA', 'dig.check_ip']);
  const without = machine({ modules: [dnsutil], sys: { which: () => Promise.resolve(undefined) } });
  assert.deepEqual(await without.call('dnsutil.A', ['127.0.0.1']), ['127.0.0.1']);
  assert.equal(await without.call('dnsutil.A', [`a..${'b'.repeat(300)}`]), `Unable to resolve a..${'b'.repeat(300)}`);
  assert.equal(await without.call('dnsutil.MX', ['example.org']), 'This function requires dig, which is not currently available');
});
