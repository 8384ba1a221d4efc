/** The words pip is called with; the real pip is asked in test/peer/module-files. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CommandNotFoundError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import pip, { readFrozen } from '../../../../src/plugins/modules/pip.js';
import { machine, type Machine } from './machine.js';

interface Asked extends Machine {
  readonly env: string;
  words(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<string[]>;
}

async function environment(t: TestContext, { version = '23.0.1', stdout = '', opts = {} }: { version?: string; stdout?: string; opts?: PlainMap } = {}): Promise<Asked> {
  const env = await mkdtemp(join(tmpdir(), 'tsalt-pip-test-'));
  t.after(() => rm(env, { recursive: true }));
  await mkdir(join(env, 'bin'));
  await writeFile(join(env, 'bin', 'python3'), '');
  await chmod(join(env, 'bin', 'python3'), 0o755);
  const made = machine({
    modules: [pip], opts,
    answers: {
      'cp.cache_file': false,
      'cmd.run_all': ([argv]) => ({ pid: 1, retcode: 0, stderr: '', stdout: (argv as string[]).includes('--version') ? `pip ${version} from /x (python 3.11)` : stdout }),
    },
  });
  return Object.assign(made, {
    env,
    async words(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<string[]> {
      await made.call(`pip.${fun}`, args, { bin_env: env, ...kwargs });
      return [made.calls.at(-1)?.args[0] ?? []].flat().map(String).slice(3);
    },
  });
}

test('install: options in the order of pip, packages as they are', async (t) => {
  const host = await environment(t, { opts: { proxy_host: 'proxy', proxy_port: 3128, proxy_username: 'u', proxy_password: 'p' } });
  assert.deepEqual(await host.words('install', ["a>=1;<2, b[x]; python_version<'3' $(id)"], { upgrade: true, timeout: 5, global_options: 'x,y', extra_args: ['--a', { '-b': 'c' }], no_binary: ['q', 'r'] }), [
    'install', '--no-binary', 'q,r', '--proxy', 'http://u:p@proxy:3128', '--timeout', '5', '--upgrade', '--global-option', 'x', '--global-option', 'y', 'a>=1,<2', "b[x], python_version<'3' $(id)", '--a', '-b', 'c',
  ]);
  assert.deepEqual(host.calls.at(-1)?.kwargs['env'], { VIRTUAL_ENV: host.env });
  assert.deepEqual(await host.words('install', [], { editable: '/src/one', proxy: false, env_vars: { A: 1 } }), ['install', '--editable', '/src/one']);
  assert.deepEqual(host.calls.at(-1)?.kwargs['env'], { VIRTUAL_ENV: host.env, A: '1' });
});

test('what would be an option of pip is refused', async (t) => {
  const host = await environment(t);
  const smuggled: PlainMap[] = [{ pkgs: '--index-url=http://evil' }, { pkgs: ['a', '-rfile'] }, { requirements: '--index-url=http://evil' }, { pkgs: 'a', target: '--x' }, { pkgs: 'a', proxy: '-x' }, { editable: '-e', pkgs: 'a', cert: '--y' }];
  for (const kwargs of smuggled) await assert.rejects(host.words('install', [], kwargs), (err: Error) => err instanceof InvocationError || err.message.includes('egg'), JSON.stringify(kwargs));
  await assert.rejects(host.words('uninstall', ['--break-system-packages']), InvocationError);
  await assert.rejects(host.words('list_all_versions', ['--pre']), InvocationError);
  assert.ok(host.calls.every(({ args }) => !(args[0] as string[]).includes('install')));
});

test('a file of requirements that the master does not have', async (t) => {
  const host = await environment(t);
  const answer = { result: false, comment: "pip requirements file 'salt://none.txt' not found" };
  assert.deepEqual(await host.call('pip.install', [], { bin_env: host.env, requirements: 'salt://none.txt' }), answer);
  assert.deepEqual(await host.call('pip.uninstall', [], { bin_env: host.env, requirements: 'salt://none.txt' }), answer);
});

test('uninstall: packages that the files of requirements name are not named twice', async (t) => {
  const host = await environment(t);
  const file = join(host.env, 'requirements.txt');
  await writeFile(file, 'a==1\nb\n');
  assert.deepEqual(await host.words('uninstall', ['a,b,c'], { requirements: file }), ['uninstall', '-y', '--requirement', file, 'b', 'c']);
});

test('old programs are asked otherwise', async (t) => {
  const old = await environment(t, { version: '1.5', stdout: 'Foo_Bar==1.0\n-e git+x@1#egg=Ed\n# comment\nodd' });
  assert.deepEqual(await old.call('pip.list', [], { bin_env: old.env }), { pip: '1.5', 'foo-bar': '1.0', ed: 'git+x@1' });
  assert.deepEqual(await old.words('install', ['a'], { use_wheel: true }), ['install', '--use-wheel', 'a']);
  const young = await environment(t);
  assert.deepEqual(await young.words('install', ['a'], { use_wheel: true }), ['install', 'a']);
});

test('versions of the index, sorted and without what was not asked for', async (t) => {
  const host = await environment(t, { stdout: 'x (2.0)\nAvailable versions: 2.0, 10.0rc1, 1.10, 1.9, 1.9.post1, 2.0b1' });
  assert.deepEqual(await host.call('pip.list_all_versions', ['x'], { bin_env: host.env }), ['1.9', '1.9.post1', '1.10', '2.0']);
  assert.deepEqual(await host.call('pip.list_all_versions', ['x'], { bin_env: host.env, include_rc: true, include_beta: true }), ['1.9', '1.9.post1', '1.10', '2.0b1', '2.0', '10.0rc1']);
});

test('upgrades', async (t) => {
  const host = await environment(t, { stdout: '[{"name": "x", "version": "1", "latest_version": "2", "latest_filetype": "wheel"}]' });
  assert.deepEqual(await host.call('pip.list_upgrades', [], { bin_env: host.env }), { x: '2 [wheel]' });
  assert.equal(await host.call('pip.upgrade_available', ['x'], { bin_env: host.env }), true);
  assert.deepEqual(await host.call('pip.upgrade', [], { bin_env: host.env }), { changes: {}, result: true, comment: '' });
});

test('lines of pip freeze, and no pip at all', async () => {
  assert.deepEqual(['a==1', 'b===2', '-e c==3', '-f x', '-e hg+not trust x', 'odd'].map(readFrozen), [['a', '1'], ['b', '2'], ['c', '3'], undefined, undefined, undefined]);
  await assert.rejects(machine({ modules: [pip] }).call('pip.version', ['/no such folder']), CommandNotFoundError);
});
