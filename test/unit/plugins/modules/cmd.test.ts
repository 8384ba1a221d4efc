/** Source of expected values: observed, Salt 3008.3 on Debian 12; golden: cli/salt-cmd-*, cli/call-cmd-*. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import cmd from '../../../../src/plugins/modules/cmd.js';
import { machine } from './machine.js';

const NO_LISTS = { 'config.get': null };
const render = {
  engines: () => ['jinja'],
  template: async (text: string, _engine: string, { variables }: { variables: PlainMap }) => text.replace('{{ id }}', 'web1').replace('{{ role }}', String(variables['pillar'] === undefined ? '' : (variables['pillar'] as PlainMap)['role'])),
};
const refresh = { compilePillar: async ({ override }: { override?: PlainMap }) => ({ role: 'own', ...override }) };
const here = (asJob = false) => machine({ modules: [cmd], answers: NO_LISTS, asJob, ports: { render, refresh } });

const TEXTS: readonly { title: string; fun: string; args: Value[]; kwargs?: PlainMap; gives: Value; code?: number }[] = [
  { title: 'gives stdout and stderr together', fun: 'cmd.run', args: ['echo a; echo b >&2; exit 4'], kwargs: { python_shell: true }, gives: 'a\nb', code: 4 },
  { title: 'takes a list without a shell', fun: 'cmd.run', args: [['echo', '$HOME', 3]], gives: '$HOME 3' },
  { title: 'splits words without a shell', fun: 'cmd.run', args: ['echo $HOME "a  b"'], gives: '$HOME a  b' },
  { title: 'counts an exit code as success', fun: 'cmd.retcode', args: ['sh -c "exit 5"'], kwargs: { success_retcodes: '4,5' }, gives: 0, code: 0 },
  { title: 'counts a text as success', fun: 'cmd.retcode', args: ['sh -c "echo OK; exit 5"'], kwargs: { success_stdout: ['OK'] }, gives: 0, code: 0 },
  { title: 'gives the code of a failure', fun: 'cmd.retcode', args: ['false'], gives: 1, code: 1 },
  { title: 'keeps the job well with ignore_retcode', fun: 'cmd.retcode', args: ['false'], kwargs: { ignore_retcode: true }, gives: 1, code: 0 },
  { title: 'gives minus the signal', fun: 'cmd.retcode', args: ['kill -9 $$'], kwargs: { python_shell: true }, gives: -9, code: -9 },
  { title: 'gives stderr alone', fun: 'cmd.run_stderr', args: ['sh -c "echo a; echo b >&2"'], gives: 'b' },
  { title: 'gives stdout alone', fun: 'cmd.run_stdout', args: ['sh -c "echo a; echo b >&2"'], gives: 'a' },
  { title: 'hides output', fun: 'cmd.run_stdout', args: ['echo a'], kwargs: { hide_output: true }, gives: '' },
  { title: 'keeps line ends without rstrip', fun: 'cmd.run', args: [['printf', 'a\\n\\n']], kwargs: { rstrip: false }, gives: 'a\n\n' },
  { title: 'turns \\n in stdin into a line end', fun: 'cmd.run', args: ['cat'], kwargs: { stdin: 'a\\nb' }, gives: 'a\nb' },
  { title: 'keeps \\n with stdin_raw_newlines', fun: 'cmd.run', args: ['cat'], kwargs: { stdin: 'a\\nb', stdin_raw_newlines: true }, gives: 'a\\nb' },
  { title: 'sets the umask', fun: 'cmd.run', args: ['umask'], kwargs: { umask: '077', python_shell: true }, gives: '0077' },
  { title: 'reads another encoding', fun: 'cmd.run', args: [['printf', '\\351']], kwargs: { output_encoding: 'latin1' }, gives: 'é' },
  { title: 'replaces what is no text', fun: 'cmd.run', args: [['printf', '\\351']], gives: '\ufffd' },
  { title: 'uses the shell asked for', fun: 'cmd.shell', args: ['echo $0'], kwargs: { shell: '/bin/sh' }, gives: '/bin/sh' },
  { title: 'reads env as a list', fun: 'cmd.run', args: ['echo $A $B'], kwargs: { env: [{ A: 'x' }, { B: 3 }], python_shell: true }, gives: 'x 3' },
  { title: 'reads env as text', fun: 'cmd.run', args: ['echo $A'], kwargs: { env: 'A=x=y', python_shell: true }, gives: 'x=y' },
  { title: 'puts a folder before PATH', fun: 'cmd.run', args: ['echo ${PATH%%:*}'], kwargs: { prepend_path: '/foo', python_shell: true }, gives: '/foo' },
  { title: 'runs code', fun: 'cmd.exec_code', args: ['sh', 'echo "$1"; exit 3'], kwargs: { args: ['a b'] }, gives: 'a b', code: 3 },
  { title: 'renders the command', fun: 'cmd.run', args: ['echo {{ id }}'], kwargs: { template: 'jinja' }, gives: 'web1' },
  { title: 'renders the command with another pillar', fun: 'cmd.run', args: ['echo {{ role }}'], kwargs: { template: 'jinja', pillar: { role: 'db' } }, gives: 'db' },
  { title: 'knows programs', fun: 'cmd.has_exec', args: ['sh'], gives: true },
  { title: 'finds the first of several programs', fun: 'cmd.which_bin', args: [['no-such-program', 'sh']], gives: '/usr/bin/sh' },
  { title: 'finds no program', fun: 'cmd.which', args: ['no-such-program'], gives: null },
  { title: 'refuses a path for a terminal', fun: 'cmd.tty', args: ['pts/../../tmp/x', 'a'], gives: { Error: 'The specified device is not a valid TTY' } },
  { title: 'says that a terminal is not there', fun: 'cmd.tty', args: ['pts99999', 'x'], gives: { Error: 'Echoing to /dev/pts/99999 returned error' } },
  {
    title: 'does not know a shell', fun: 'cmd.shell_info', args: ['nosuch'],
    gives: { error: 'Salt does not know how to get the version number for nosuch', installed: null },
  },
];

for (const { title, fun, args, kwargs, gives, code } of TEXTS) {
  test(`${fun} ${title}`, async () => {
    const minion = here();
    assert.deepEqual(await minion.call(fun, args, kwargs), gives);
    if (code !== undefined) assert.equal(minion.retcode, code);
  });
}

const FAILURES: readonly { title: string; args: Value[]; kwargs?: PlainMap; type: new (...args: never[]) => Error; text: string | RegExp }[] = [
  { title: 'an unknown user', args: ['id'], kwargs: { runas: 'nosuchuser' }, type: CommandExecutionError, text: "User 'nosuchuser' is not available" },
  { title: 'a relative folder', args: ['id'], kwargs: { cwd: 'a' }, type: CommandExecutionError, text: "Specified cwd 'a' either not absolute or does not exist" },
  { title: 'a folder that is not there', args: ['id'], kwargs: { cwd: '/nonexist' }, type: CommandExecutionError, text: "Specified cwd '/nonexist' either not absolute or does not exist" },
  { title: 'a zero umask', args: ['id'], kwargs: { umask: '000' }, type: CommandExecutionError, text: 'Zero umask is not allowed.' },
  { title: 'a umask that is no octal number', args: ['id'], kwargs: { umask: '9' }, type: CommandExecutionError, text: "Invalid umask: '9'" },
  { title: 'a shell that is not there', args: ['id'], kwargs: { shell: '/nosuch' }, type: CommandExecutionError, text: 'The shell /nosuch is not available' },
  { title: 'an unknown template engine', args: ['id'], kwargs: { template: 'nosuch' }, type: CommandExecutionError, text: 'Attempted to render file paths with unavailable engine nosuch' },
  { title: 'success codes that are no numbers', args: ['id'], kwargs: { success_retcodes: 'a' }, type: InvocationError, text: 'success_retcodes must be a list of integers' },
  { title: 'a timeout that is no number', args: ['id'], kwargs: { timeout: '1' }, type: PythonError, text: 'Error: timeout 1 must be a number' },
  { title: 'an open quote', args: ["echo 'x"], type: PythonError, text: 'No closing quotation' },
  { title: 'an empty command', args: [''], type: PythonError, text: 'list index out of range' },
  { title: 'an unknown encoding', args: ['id'], kwargs: { output_encoding: 'nosuch' }, type: PythonError, text: 'unknown encoding: nosuch' },
  {
    title: 'a program that is not there', args: ['no-such-program x'], kwargs: { cwd: '/' }, type: CommandExecutionError,
    text: "Unable to run command '['no-such-program', 'x']' with the context '{'cwd': '/', 'shell': False, 'stdout': -1, 'stderr': -2, 'with_communicate': True, 'timeout': None, 'bg': False, 'close_fds': True}', reason: [Errno 2] No such file or directory: 'no-such-program'",
  },
  { title: 'a file that is no program', args: [['/etc/passwd']], type: CommandExecutionError, text: /reason: \[Errno 13\] Permission denied: '\/etc\/passwd'$/ },
];

for (const { title, args, kwargs, type, text } of FAILURES) {
  test(`cmd.run refuses ${title}`, async () => {
    await assert.rejects(here().call('cmd.run', args, kwargs), (err: unknown) => {
      assert.ok(err instanceof type, String(err));
      if (typeof text === 'string') assert.equal(err.message, text);
      else assert.match(err.message, text);
      return true;
    });
  });
}

test('cmd.run of a job uses the shell, that of another function does not', async () => {
  assert.equal(await here(true).call('cmd.run', ['echo $((1 + 1)) | cat']), '2');
  assert.equal(await here(false).call('cmd.run', ['echo $((1 + 1)) | cat']), '$((1 + 1)) | cat');
});

test('cmd.run logs a failure twice, the second time with its output, and only the first word of the command', async () => {
  const minion = here(true);
  await minion.call('cmd.run', ['exit 4 # secret']);
  const errors = minion.log.filter(({ level }) => level === 'error').map(({ text }) => text);
  assert.deepEqual(errors, ["Command 'exit' failed with return code: 4", 'retcode: 4', "Command 'exit' failed with return code: 4", 'output: ']);
  assert.ok(!minion.log.some(({ text }) => text.includes('secret')));
});

test('cmd.run logs nothing of a quiet command', async () => {
  const minion = here();
  await minion.call('cmd.run', ['sh -c "echo secret; exit 1"'], { output_loglevel: 'quiet' });
  assert.deepEqual(minion.log, []);
});

test('cmd.run never logs passwords and other arguments', async () => {
  const minion = here();
  await minion.call('cmd.run_all', ['true hunter2'], { password: 'hunter2', env: { P: 'hunter2' }, stdin: 'hunter2' });
  assert.ok(!minion.log.some(({ text }) => text.includes('hunter2')));
});

test('cmd.run with raise_err fails with the output', async () => {
  await assert.rejects(here().call('cmd.run', ['sh -c "echo why; exit 1"'], { raise_err: true }), new CommandExecutionError('why'));
});

test('cmd.run_all gives process id, exit code and both outputs', async () => {
  const done = await here().call('cmd.run_all', ['sh -c "echo a; echo b >&2; exit 5"']) as PlainMap;
  assert.deepEqual(Object.keys(done), ['pid', 'retcode', 'stdout', 'stderr']);
  assert.ok(Number(done['pid']) > 1);
  assert.deepEqual({ ...done, pid: 0 }, { pid: 0, retcode: 5, stdout: 'a', stderr: 'b' });
});

test('cmd.run with clean_env has nothing but what is given and the locale', async () => {
  const text = await here().call('cmd.run', ['env'], { clean_env: true, env: { K: null, L: true, LC_TIME: 'x' } });
  const lines = String(text).split('\n');
  assert.equal(lines.length, 15);
  for (const line of ['K=', 'L=True', 'LC_TIME=x', 'LC_CTYPE=C', 'LANGUAGE=C']) assert.ok(lines.includes(line), line);
});

test('cmd functions of jobs are held to the lists of the configuration', async () => {
  const lists = (name: Value): Value => (name === 'cmd_blacklist_glob' ? ['rm *'] : name === 'cmd_whitelist_glob' ? ['rm *', 'echo *'] : null);
  const answers = { 'config.get': ([name]: readonly Value[]) => lists(name ?? null) };
  const job = machine({ modules: [cmd], answers, asJob: true });
  assert.equal(await job.call('cmd.run', ['echo a']), 'a');
  for (const forbidden of ['rm -rf /nonexistent', 'true']) {
    await assert.rejects(job.call('cmd.run', [forbidden]), new CommandExecutionError(`The shell command "${forbidden}" is not permitted`));
  }
  assert.equal(await machine({ modules: [cmd], answers }).call('cmd.run', ['true']), '');
});

test('cmd.powershell needs PowerShell', async () => {
  const minion = machine({ modules: [cmd], sys: { run: () => Promise.reject(new Error('not reached')), which: () => Promise.resolve(undefined) } });
  await assert.rejects(minion.call('cmd.powershell', ['dir'], { shell: 'sh' }),
    new CommandExecutionError("Must specify a valid powershell binary. Must be 'powershell' or 'pwsh'"));
});

test('cmd.shell_info reads the version of bash', async () => {
  const facts = await here().call('cmd.shell_info', ['bash']) as PlainMap;
  assert.equal(facts['installed'], true);
  assert.match(String(facts['version']), /^\d+\.\d+\.\d+$/);
  assert.ok(String(facts['version_raw']).startsWith(String(facts['version'])));
});

test('cmd.script gives a cache error when the file server has no such file', async () => {
  const minion = machine({ modules: [cmd], answers: { 'cp.cache_file': '' } });
  assert.deepEqual(await minion.call('cmd.script', ['salt://no.sh']), { pid: 0, retcode: 1, stdout: '', stderr: '', cache_error: true });
  assert.deepEqual(minion.calls, [{ fun: 'cp.cache_file', args: ['salt://no.sh', 'base'], kwargs: {} }]);
});

test('cmd.run_chroot mounts and unmounts in turn, also when the command cannot be started', async () => {
  const minion = machine({ modules: [cmd], answers: { 'mount.mount': true, 'mount.umount': true } });
  await assert.rejects(minion.call('cmd.run_chroot', ['/nonexistent/root', 'id'], { binds: ['/opt'], shell: '/nosuch' }));
  const short = minion.calls.map(({ fun, args }) => `${fun.slice(6)} ${String(args[0]).slice('/nonexistent/root/'.length)}`);
  assert.deepEqual(short, ['mount dev', 'mount proc', 'mount sys', 'mount opt', 'umount opt', 'umount sys', 'umount proc', 'umount dev']);
});
