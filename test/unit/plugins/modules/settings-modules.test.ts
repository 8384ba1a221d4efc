/** Words given to programs of settings, and what is made of theirs; files are compared with real Salt by the peer tests. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import aliases from '../../../../src/plugins/modules/aliases.js';
import at from '../../../../src/plugins/modules/at.js';
import debconf from '../../../../src/plugins/modules/debconfmod.js';
import kmod from '../../../../src/plugins/modules/kmod.js';
import logrotate from '../../../../src/plugins/modules/logrotate.js';
import acl from '../../../../src/plugins/modules/linux_acl.js';
import temp from '../../../../src/plugins/modules/temp.js';
import debconfState from '../../../../src/plugins/states/debconfmod.js';
import { machine, type Machine } from './machine.js';

const found = { which: (program: string) => Promise.resolve(`/usr/bin/${program}`) };
const argvs = (host: Machine): unknown[] => host.calls.map(({ args }) => args[0]);

/** Recorded from at 3.2.5. */
const QUEUE = '2\tMon Nov 23 20:04:00 2026 a root\n1\tTue Nov  3 07:04:00 2026 a bob\n';
const queue = (told: Value = 'warning: commands will be executed using /bin/sh\njob 2 at Mon Nov 23 20:04:00 2026\n') => machine({
  modules: [at], sys: found,
  answers: { 'cmd.run_stdout': ([argv]) => ((argv as string[])[0] === '/usr/bin/atq' ? QUEUE : (argv as string[]).at(-1) === '2' ? 'cd /\n### SALT: mine\nls\n' : 'ls\n'), 'cmd.run': told },
});

test('at: jobs are read as the program lists them', async () => {
  const mine = { job: 2, date: '2026-11-23', time: '20:04:00', queue: 'a', user: 'root', tag: 'mine' };
  const bobs = { job: 1, date: '2026-11-03', time: '07:04:00', queue: 'a', user: 'bob', tag: '' };
  assert.deepEqual(await queue().call('at.atq'), { jobs: [mine, bobs] });
  assert.deepEqual(await queue().call('at.atq', ['mine']), { jobs: [mine] });
  assert.deepEqual(await queue().call('at.atq', [1]), { jobs: [bobs] });
  assert.deepEqual(await queue().call('at.jobcheck', [], { hour: 7, day: '3', year: 26, runas: 'bob' }), { jobs: [bobs] });
  assert.deepEqual(await queue().call('at.jobcheck', [], { minute: 5 }), { jobs: [], note: 'No match jobs or time format error' });
  assert.deepEqual(await queue().call('at.jobcheck'), { error: 'You have given a condition' });
  assert.deepEqual(await queue().call('at.at', ['now + 2 days', 'ls'], { tag: 'mine' }), { jobs: [mine] });
});

test('at: each job that is removed is a word of its own', async () => {
  const host = queue();
  assert.deepEqual(await host.call('at.atrm', ['all']), { jobs: { removed: ['2', '1'], tag: null } });
  assert.deepEqual(argvs(host).at(-1), ['/usr/bin/at', '-d', '2', '1']);
  assert.deepEqual(await host.call('at.atrm', [1, '-c', 99]), { jobs: { removed: ['1'], tag: null } });
  assert.deepEqual(argvs(host).at(-1), ['/usr/bin/at', '-d', '1']);
});

test('at: a time is no option, a tag no second line, and a refusal is told', async () => {
  await assert.rejects(queue().call('at.at', ['-f/etc/shadow', 'x']), InvocationError);
  await assert.rejects(queue().call('at.at', ['now', 'x'], { tag: 'a\nrm -rf /' }), InvocationError);
  await assert.rejects(queue('You do not have permission to use at.').call('at.at', ['now', 'x']), (error: Error) => error instanceof CommandExecutionError && error.message === 'You do not have permission to use at.');
  assert.deepEqual(await queue('syntax error. Last token seen: n\nGarbled time').call('at.at', ['n', 'x']), { jobs: [], error: 'invalid timespec' });
  assert.deepEqual(await queue().call('at.atc', ['-l']), { error: "invalid job id '-l'" });
});

/** Recorded from debconf-get-selections of debconf 1.5.82. */
const SELECTIONS = '# Time zone:\ntzdata\ttzdata/Areas\tselect\tEtc\n# Empty\ntzdata\ttzdata/Zones/Etc\tselect\t\npostfix\tpostfix/main_mailer_type\tselect\tInternet Site now\n';
const answers = (retcode = 0) => machine({
  modules: [debconf, debconfState], answers: { 'cmd.run_stdout': SELECTIONS, 'cmd.run_all': { retcode, stdout: '', stderr: 'error: Cannot find a question for x' } },
});

test('debconf: answers are read and set', async () => {
  assert.deepEqual(await answers().call('debconf.show', ['tzdata']), [['tzdata/Areas', 'select', 'Etc'], ['tzdata/Zones/Etc', 'select', '']]);
  assert.deepEqual(await answers().call('debconf.get_selections', [false]), { tzdata: [['tzdata/Areas', 'select', 'Etc']], postfix: [['postfix/main_mailer_type', 'select', 'Internet Site now']] });
  let text = '';
  const host = machine({ modules: [debconf], answers: { 'cmd.run_all': ([argv]) => {
    text = readFileSync(String((argv as string[])[1]), 'utf8');
    return { retcode: 0 };
  } } });
  assert.equal(await host.call('debconf.set', ['a', 'a/b', 'string', '$(id)', "it's"]), true);
  assert.equal(text, "a a/b string $(id) it's");
  await assert.rejects(host.call('debconf.set', ['a', 'a/b', 'string', 'x\nroot root/password password y']), InvocationError);
  await assert.rejects(answers(1).call('debconf.set', ['a', 'a/b', 'string', 'x']), /Cannot find a question/);
});

const shutHost = (test = false, retcode = 0) => {
  const host = machine({ modules: [debconf], test, answers: { 'cmd.run_stdout': SELECTIONS, 'cmd.run_all': { retcode, stdout: '', stderr: 'no such question' } } });
  const state = debconfState.functions['set'];
  return (data: Value) => state?.run({ name: 'tzdata', data, kwargs: {} }, { ...host.context, call: (fun, args = [], kwargs = {}) => host.call(fun, args, kwargs) });
};

test('debconf: the state sets what differs, hides passwords and tells failures', async () => {
  const data = { 'tzdata/Areas': { type: 'select', value: 'Etc' }, 'x/secret': { type: 'password', value: 'hush' }, 'x/yes': { type: 'boolean', value: 1 } };
  assert.deepEqual(await shutHost()(data), { name: 'tzdata', result: true, changes: { 'x/secret': '(password hidden)', 'x/yes': 'true' }, comment: 'Unchanged answers: tzdata/Areas ' });
  assert.deepEqual(await shutHost(true)(data), { name: 'tzdata', result: null, changes: { 'x/secret': '(password hidden)', 'x/yes': 'New value: true' }, comment: 'Unchanged answers: tzdata/Areas ' });
  assert.deepEqual(await shutHost()({ 'tzdata/Areas': { type: 'select', value: 'Etc' } }), { name: 'tzdata', result: true, changes: {}, comment: 'All specified answers are already set' });
  assert.deepEqual(await shutHost(false, 1)({ 'x/y': { type: 'select', value: 'z' } }), { name: 'tzdata', result: false, changes: { 'x/y': 'Failed to set!' }, comment: 'Some settings failed to be applied.\nno such question' });
});

test('kmod: a name is no option', async () => {
  const host = machine({ modules: [kmod], sys: found, answers: { 'cmd.run': 'Module Size Used by\nloop 40960 2 a,b\n', 'cmd.run_all': { retcode: 1, stderr: 'no' } } });
  assert.deepEqual(await host.call('kmod.lsmod'), [{ size: '40960', module: 'loop', depcount: '2', deps: ['a', 'b'] }]);
  await assert.rejects(host.call('kmod.load', ['-r loop']), InvocationError);
  await assert.rejects(host.call('kmod.remove', ['']), InvocationError);
  assert.equal(await host.call('kmod.load', ['loop max_loop=8; id']), 'Error loading module loop max_loop=8; id: no');
  assert.deepEqual(argvs(host).at(-1), ['/usr/bin/modprobe', 'loop', 'max_loop=8;', 'id']);
});

test('acl: one entry, and files are no options', async () => {
  const host = machine({ modules: [acl], answers: { 'cmd.run': '' } });
  await host.call('acl.modfacl', ['default:user', 'bob', 'rwx', '-x', 'a b; $(id)'], { recursive: true });
  assert.deepEqual(argvs(host), [['setfacl', '-R', '-m', 'd:u:bob:rwx', '--', '-x', 'a b; $(id)']]);
  for (const args of [['user', 'bob:rwx,u:eve', 'r', '/x'], ['user', 'bob', 'r,u:eve:rwx', '/x'], ['user', 'a\nb', 'r', '/x']]) await assert.rejects(host.call('acl.modfacl', args), InvocationError);
  await assert.rejects(host.call('acl.delfacl', ['user', 'bob']), CommandExecutionError);
});

test('logrotate and aliases take no second line', async () => {
  await assert.rejects(machine({ modules: [logrotate] }).call('logrotate.set', ['rotate', '1\npostrotate\nid\nendscript']), InvocationError);
  const host = machine({ modules: [aliases], answers: { 'config.option': '/nonexistent/aliases' } });
  await assert.rejects(host.call('aliases.set_target', ['a', 'b\nroot: |/bin/id']), InvocationError);
  await assert.rejects(host.call('aliases.set_target', ['a\nb', 'c']), InvocationError);
});

test('temp: new things that only their owner reaches', async (t) => {
  const host = machine({ modules: [temp] });
  const made = [String(await host.call('temp.dir', ['', 'tsalt-'])), String(await host.call('temp.file', ['.end', 'tsalt-']))];
  t.after(() => made.forEach((path) => rmSync(path, { recursive: true })));
  assert.deepEqual(made.map((path) => statSync(path).mode & 0o777), [0o700, 0o600]);
  assert.match(String(made[1]), /\/tsalt-[a-z0-9_]{8}\.end$/);
  await assert.rejects(host.call('temp.file', ['', '', '/nonexistent']), /No such file or directory/);
});
