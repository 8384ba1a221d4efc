/** Words given to dig, npm and locate, and what is made of theirs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import dig from '../../../../src/plugins/modules/dig.js';
import locate from '../../../../src/plugins/modules/locate.js';
import npm from '../../../../src/plugins/modules/npm.js';
import { machine, type Machine } from './machine.js';

const argvs = (host: Machine): unknown[] => host.calls.map(({ args }) => args[0]);

/** Answers in the form of dig 9.18 `+short`, by name and kind. */
const RECORDS: Readonly<Record<string, string>> = {
  'web.example.org A': 'alias.example.org.\n192.0.2.1\n192.0.2.2', 'web.example.org AAAA': '2001:db8::1', '-x 192.0.2.1': 'web.example.org.', 'www.example.org CNAME': 'web.example.org.',
  'example.org NS': 'ns1.example.org.\nns2.example.org.', 'ns1.example.org. A': '192.0.2.53', 'ns2.example.org. A': '192.0.2.54', 'example.org MX': '10 web.example.org\n20 none.example.org',
  'example.org SPF': '', 'example.org TXT': '"v=spf1 ip4:192.0.2.0/24 +ip6:2001:db8::/32 a include:_spf.example.net ip4:999 -all"', '_spf.example.net SPF': '"v=spf1 redirect=loop.example.net"',
  'loop.example.net SPF': '"v=spf1 ip4:198.51.100.1 include:loop.example.net"', 'other.example.org TXT': '"one"\n"two words"',
};
const resolver = () => machine({ modules: [dig], answers: { 'cmd.run_all': ([argv]) => {
  const [, , first = '', second = ''] = argv as string[];
  const stdout = RECORDS[`${first} ${second}`];
  return stdout === undefined ? { retcode: 9, stdout: '', stderr: 'no servers could be reached' } : { retcode: 0, stdout, stderr: '' };
} } });

test('dig: answers are read', async () => {
  const host = resolver();
  assert.deepEqual(await host.call('dig.A', ['web.example.org']), ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual(await host.call('dig.aaaa', ['web.example.org']), ['2001:db8::1']);
  assert.deepEqual(await host.call('dig.PTR', ['192.0.2.1']), ['web.example.org.']);
  assert.equal(await host.call('dig.CNAME', ['www.example.org']), 'web.example.org.');
  assert.deepEqual(await host.call('dig.NS', ['example.org']), ['192.0.2.53', '192.0.2.54']);
  assert.deepEqual(await host.call('dig.NS', ['example.org', false]), ['ns1.example.org.', 'ns2.example.org.']);
  assert.deepEqual(await host.call('dig.MX', ['example.org']), [['10', 'web.example.org'], ['20', 'none.example.org']]);
  assert.deepEqual(await host.call('dig.MX', ['example.org', true]), [['10', '192.0.2.1']]);
  assert.deepEqual(await host.call('dig.TXT', ['other.example.org']), ['"one"', '"two words"']);
  assert.deepEqual(await host.call('dig.A', ['nowhere.example.org']), []);
});

test('dig: senders of mail, with policies that include each other', async () => {
  const found = await resolver().call('dig.SPF', ['example.org']) as readonly string[];
  assert.deepEqual(found.slice(0, 3), ['192.0.2.0/24', '2001:db8::/32', '198.51.100.1']);
  assert.ok(found.length < 15);
});

test('dig: what is an address', async () => {
  const wanted: readonly (readonly [Value, boolean])[] = [
    ['127.0.0.1', true], ['127.0.0.1/8', true], ['127.0.0.1/33', false], ['127.0.0.1/x', false], ['1111:2222::1', true], ['1111:2222::1/7', false], ['1111:2222::1/128', true], ['text', false], [null, false], ['', false],
  ];
  for (const [text, is] of wanted) assert.equal(await resolver().call('dig.check_ip', [text]), is, String(text));
});

test('dig: a name is no option', async () => {
  const host = resolver();
  for (const name of ['-f/etc/shadow', '+trace', '@192.0.2.1', 'a b']) await assert.rejects(host.call('dig.A', [name]), InvocationError);
  await assert.rejects(host.call('dig.PTR', ['-f/etc/shadow']), InvocationError);
  await assert.rejects(host.call('dig.SPF', ['example.org', '-f/etc/shadow']), InvocationError);
  await host.call('dig.A', ['web.example.org', '192.0.2.53']);
  assert.deepEqual(argvs(host), [['dig', '+short', 'web.example.org', 'A', '@192.0.2.53']]);
});

const registry = (answer: { retcode?: number; stdout?: string; stderr?: string }) => machine({ modules: [npm], answers: { 'cmd.run_all': { retcode: 0, stdout: '', stderr: '', ...answer } } });

test('npm: words, and JSON behind other lines', async () => {
  const host = registry({ stdout: 'npm notice [x\n> postinstall\n{\n  "added": 1\n}\nbye' });
  assert.deepEqual(await host.call('npm.install', ['left-pad@1; $(id)'], { registry: 'https://r.example.org/', dry_run: true }), { added: 1 });
  assert.deepEqual(await host.call('npm.install', [], { pkgs: ['a', 'b'], dir: '/srv/app x', silent: false }), { added: 1 });
  assert.deepEqual(argvs(host), [['npm', 'install', '--json', '--silent', '--global', '--registry=https://r.example.org/', '--dry-run', 'left-pad@1; $(id)'], ['npm', 'install', '--json', 'a', 'b']]);
  assert.equal(host.calls[1]?.kwargs['cwd'], '/srv/app x');
  assert.equal(host.calls.every(({ kwargs }) => kwargs['python_shell'] === false), true);
  await assert.rejects(host.call('npm.install', ['--prefix=/etc']), InvocationError);
  await assert.rejects(host.call('npm.uninstall', ['-g']), InvocationError);
});

test('npm: failures in the words of the program', async () => {
  await assert.rejects(registry({ retcode: 1, stderr: 'E404' }).call('npm.install', ['x']), (error: Error) => error instanceof CommandExecutionError && error.message === 'E404');
  assert.equal(await registry({ retcode: 1 }).call('npm.uninstall', ['x']), false);
  assert.equal(await registry({ retcode: 1 }).call('npm.cache_clean'), false);
  await assert.rejects(registry({ retcode: 1, stderr: 'no' }).call('npm.list'), /^CommandExecutionError: no$/);
  await assert.rejects(registry({}).call('npm.list', [], { depth: 'x' }), /Error: depth x must be a number/);
  assert.deepEqual(await registry({ stdout: '{"dependencies": {"a": {"version": "1"}}}' }).call('npm.list', [], { depth: 0 }), { a: { version: '1' } });
  assert.deepEqual(await registry({ stdout: '{}' }).call('npm.list'), {});
  assert.equal(await registry({ stdout: '/root/.npm' }).call('npm.cache_path'), '/root/.npm');
});

test('locate: words, and how large the table is', async () => {
  const host = machine({ modules: [locate], answers: { 'cmd.run': 'Database /var/lib/mlocate/mlocate.db:\n\t1,234 directories\n\t5 bytes in file names' } });
  assert.deepEqual(await host.call('locate.stats'), { database: '/var/lib/mlocate/mlocate.db', directories: '1,234', 'bytes in file names': '5' });
  await host.call('locate.locate', ['--help; $(id)', '/my db', 5], { ignore: true, count: true, regex: true, follow: false });
  assert.deepEqual(argvs(host).at(-1), ['locate', '-ic', '-d', '/my db', '-l', '5', '--regex', '--', '--help;', '$(id)']);
  await assert.rejects(host.call('locate.locate', ['x', '-S']), InvocationError);
});
