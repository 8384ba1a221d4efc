/** Archives by the real programs; prepared answers for those that are not installed everywhere. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { CommandExecutionError, InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { Value } from '../../../../src/kernel/std/value.js';
import archive from '../../../../src/plugins/modules/archive.js';
import { readTarList } from '../../../../src/plugins/modules/archive/contents.js';
import cmd from '../../../../src/plugins/modules/cmd.js';
import { machine, type Machine } from './machine.js';

const local = { 'cp.cache_file': ([name]: readonly Value[]) => name ?? null };

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tsalt-archive-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
const host = (): Machine => machine({ modules: [archive, cmd], answers: local });

test('names with dashes, quotes and shell characters go in and out', async (t) => {
  const folder = await folderFor(t);
  const names = ['--checkpoint-action=exec=touch executed', '-x', "it's $(touch executed)", '*.txt', 'a[b]?'];
  for (const name of names) await writeFile(join(folder, name), name);
  const zip = join(folder, 'made $(id).zip');
  assert.deepEqual(await host().call('archive.zip', [zip, names], { cwd: folder }), names.filter((name) => !/[*?[]/.test(name)), 'patterns are patterns');
  await host().call('archive.tar', ['-cf', join(folder, 'made.tar'), names.slice(0, 3)], { cwd: folder });
  for (const made of [zip, join(folder, 'made.tar')]) assert.deepEqual(await host().call('archive.list', [made]), names.slice(0, 3).toSorted());
  await host().call('archive.unzip', [zip, join(folder, 'out')], { excludes: ["it's $(touch executed)"] });
  assert.equal(await readFile(join(folder, 'out', '-x'), 'utf8'), '-x');
  assert.equal(existsSync(join(folder, 'out', "it's $(touch executed)")), false);
  assert.equal(existsSync(join(folder, 'executed')), false);
  assert.equal(existsSync('executed'), false);
});

test('nothing is written outside of the folder, nor through a link of the archive', async (t) => {
  const folder = await folderFor(t);
  const inner = join(folder, 'inner');
  await mkdir(inner);
  await writeFile(join(folder, 'evil'), 'evil', { mode: 0o600 });
  execFileSync('zip', ['-q', join(folder, 'up.zip'), '../evil'], { cwd: inner });
  await host().call('archive.unzip', [join(folder, 'up.zip'), join(folder, 'out')]).catch((err: unknown) => assert.ok(err instanceof CommandExecutionError));
  assert.equal((await lstat(join(folder, 'evil'))).mode & 0o777, 0o600);
  await symlink('../evil', join(inner, 'link'));
  execFileSync('zip', ['-q', '-y', join(folder, 'link.zip'), 'link'], { cwd: inner });
  assert.deepEqual(await host().call('archive.unzip', [join(folder, 'link.zip'), join(folder, 'out2')]), ['link']);
  assert.equal((await lstat(join(folder, 'evil'))).mode & 0o777, 0o600);
});

test('rights: those of the archive, or those of new files', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'tool'), 'x', { mode: 0o700 });
  execFileSync('zip', ['-q', 'a.zip', 'tool'], { cwd: folder });
  const rightsIn = async (out: string): Promise<number> => (await lstat(join(folder, out, 'tool'))).mode & 0o777;
  await host().call('archive.unzip', [join(folder, 'a.zip'), join(folder, 'one')]);
  await host().call('archive.unzip', [join(folder, 'a.zip'), join(folder, 'two')], { extract_perms: false });
  assert.deepEqual([await rightsIn('one'), await rightsIn('two')], [0o700, 0o666 & ~process.umask()]);
});

test('a locked archive wants its password, which no log shows', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'x'), 'text');
  execFileSync('zip', ['-q', '-P', 'pass$(id) word', 'l.zip', 'x'], { cwd: folder });
  const made = host();
  const zip = join(folder, 'l.zip');
  assert.equal(await made.call('archive.is_encrypted', [zip]), true);
  await assert.rejects(made.call('archive.unzip', [zip, join(folder, 'out')]), /File x is encrypted, password required/);
  await assert.rejects(made.call('archive.unzip', [zip, join(folder, 'out')], { password: 'wrong' }), CommandExecutionError);
  await made.call('archive.unzip', [zip, join(folder, 'out')], { password: 'pass$(id) word' });
  assert.equal(await readFile(join(folder, 'out', 'x'), 'utf8'), 'text');
  assert.ok(!made.log.some(({ text }) => text.includes('pass$')));
});

test('tar lists of names that look like anything else', () => {
  assert.deepEqual(readTarList([
    'drwxr-xr-x 0/0               0 2026-01-02 03:04 "a b/"', '-rw-r--r-- 0/0               1 2026-01-02 03:04 "a b/\\"q\\" -> \\303\\274\\n"',
    'lrwxrwxrwx 0/0               0 2026-01-02 03:04 "l" -> "t"', 'hrw-r--r-- 0/0               0 2026-01-02 03:04 "h" link to "t"', 'crw-r--r-- 0/0             1,3 2026-01-02 03:04 "null"', 'tar: noise',
  ].join('\n')), { dirs: ['a b/'], files: ['a b/"q" -> ü\n', 'h', 'null'], links: ['l'] });
});

test('RAR by its programs', async () => {
  const asked = machine({
    modules: [archive], sys: { which: (program) => Promise.resolve(program === 'rar' ? '/bin/rar' : undefined) },
    answers: { ...local, 'cmd.run': ([argv]) => ((argv as string[])[1] === 'lt' ? ' Name: dir\n Type: Directory\n\n Name: dir/file\n Type: File\n' : (argv as string[]).join('|')) },
  });
  assert.deepEqual(await asked.call('archive.list', ['/x.rar']), ['dir/', 'dir/file']);
  assert.deepEqual(await asked.call('archive.unrar', ['/x.rar', '/out'], { excludes: 'a, b' }), ['/bin/rar|x|-idp|/x.rar|-x|a|-x|b|/out']);
  assert.deepEqual(await asked.call('archive.rar', ['/x.rar', '/a,-b']), ['rar|a|-idp|/x.rar|--|/a|-b']);
  await assert.rejects(asked.call('archive.unrar', ['-x', '/out']), InvocationError);
  await assert.rejects(asked.call('archive.unrar', ['/x.rar', '--out']), InvocationError);
});
