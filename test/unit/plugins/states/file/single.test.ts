/** File states where real Salt cannot be asked: it fails, differs on purpose, or would touch what belongs to nobody. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../../../../src/kernel/std/value.js';
import { chunkOf, minionFolder, openStateHost, type StateHost } from '../../../../support/state-host.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-file-single-')));
let opened: Promise<StateHost> | undefined;
const host = (): Promise<StateHost> => (opened ??= openStateHost(minionFolder(base, { backup_mode: 'minion' })));
after(async () => {
  await (await opened)?.[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

let folders = 0;
function folder(files: Readonly<Record<string, string>> = {}): (name: string) => string {
  const path = join(base, 'work', String(folders += 1));
  mkdirSync(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return (name) => join(path, name);
}
const run = async (fun: string, args: PlainMap, options: { test?: boolean; low?: PlainMap; chunks?: readonly PlainMap[] } = {}): Promise<PlainMap> => (await host()).run(fun, args, options);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

test('managed takes the first source that is there from a list of sources with hashes', async () => {
  const at = folder({ a: 'one\n' });
  const told = await run('file.managed', { name: at('f'), source: [{ [at('none')]: 'md5=x' }, { [at('a')]: `md5=${md5('one\n')}` }] });
  assert.deepEqual([told['result'], readFileSync(at('f'), 'utf8')], [true, 'one\n']);
});

for (const [title, target] of [['nowhere', 'nowhere'], ['to the same text', 'same'], ['to another text', 'other']] as const) {
  test(`managed with contents puts a file in the place of a link ${title} that is not followed`, async () => {
    const at = folder({ same: 'new\n', other: 'old\n' });
    symlinkSync(at(target), at('link'));
    const told = await run('file.managed', { name: at('link'), contents: 'new', follow_symlinks: false });
    assert.deepEqual([told['result'], readFileSync(at('link'), 'utf8'), lstatSync(at('link')).isSymbolicLink()], [true, 'new\n', false], String(told['comment']));
    assert.equal(readFileSync(at('other'), 'utf8'), 'old\n');
    assert.equal(existsSync(at('nowhere')), false);
    assert.deepEqual((await run('file.managed', { name: at('link'), contents: 'new', follow_symlinks: false }))['changes'], {});
  });
}

test('managed keeps the former content where backups are wanted', async () => {
  const at = folder({ f: 'old\n' });
  await run('file.managed', { name: at('f'), contents: 'new' });
  const kept = join(base, 'var/cache/salt/minion/file_backup', at(''));
  assert.deepEqual(readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8')), ['old\n']);
});

test('managed leaves no readable copy of a secret behind, whatever goes wrong', async () => {
  const at = folder();
  await run('file.managed', { name: at('f'), contents: 'secret', mode: '0600', check_cmd: 'false' });
  await run('file.managed', { name: at('d/f'), contents: 'secret', mode: '0600' });
  await run('file.managed', { name: at('f'), contents: 'secret', mode: '0600' });
  assert.deepEqual([readdirSync(join(base, 'tmp')), statSync(at('f')).mode & 0o777], [[], 0o600]);
});

test('managed gives check_cmd a file whose name ends as it is told, in the folder it is told', async () => {
  const at = folder();
  writeFileSync(at('check'), `#!/bin/sh\necho "$1" > ${at('seen')}\n`);
  chmodSync(at('check'), 0o755);
  await run('file.managed', { name: at('f'), contents: 'x', check_cmd: at('check'), tmp_dir: at(''), tmp_ext: '.conf' });
  assert.match(readFileSync(at('seen'), 'utf8'), /\/__salt\.tmp\.\w+\.conf\n$/);
  assert.deepEqual(readdirSync(at('')).filter((name) => name.startsWith('__salt')), []);
});

test('symlink and copy do not follow a link that somebody put in the place of a file', async () => {
  const at = folder({ secret: 'keep\n', f: 'x\n' });
  symlinkSync(at('secret'), at('target'));
  await run('file.copy', { name: at('target'), source: at('f'), force: true });
  assert.deepEqual([readFileSync(at('secret'), 'utf8'), readFileSync(at('target'), 'utf8')], ['keep\n', 'x\n']);
});

test('recurse never leaves its folder', async () => {
  const at = folder();
  mkdirSync(join(base, 'srv/evil'), { recursive: true });
  writeFileSync(join(base, 'srv/evil/.. x'), 'fine\n');
  await run('file.recurse', { name: at('t'), source: 'salt://evil' });
  await run('file.recurse', { name: at('t'), source: 'salt://evil/../..' });
  assert.deepEqual([readdirSync(at('t')), readdirSync(at(''))], [['.. x'], ['t']]);
});

test('directory with clean keeps what a required recurse brings', async () => {
  const at = folder();
  mkdirSync(join(base, 'srv/kept/sub'), { recursive: true });
  writeFileSync(join(base, 'srv/kept/sub/a'), 'a\n');
  const chunk = chunkOf('file.recurse', { name: at('d/in'), source: 'salt://kept' }, { __id__: 'laid' });
  await run('file.recurse', { name: at('d/in'), source: 'salt://kept' });
  writeFileSync(at('d/in/sub/other'), 'x');
  await run('file.directory', { name: at('d'), clean: true, require: [{ file: 'laid' }] }, { chunks: [chunk] });
  assert.deepEqual([readdirSync(at('d/in/sub'))], [['a']]);
});

test('not_cached removes nothing in a test run', async () => {
  writeFileSync(join(base, 'srv/c.txt'), 'c\n');
  await run('file.cached', { name: 'salt://c.txt' });
  const told = await run('file.not_cached', { name: 'salt://c.txt' }, { test: true });
  assert.deepEqual([told['result'], told['changes']], [null, { deleted: true }]);
  assert.ok(existsSync(join(base, 'var/cache/salt/minion/files/base/c.txt')));
});

test('what was accumulated for one file is not seen by another', async () => {
  const at = folder({ g: '# BEGIN\n# END\n' });
  await run('file.accumulated', { name: 'acc', filename: at('f'), text: 'one' }, { low: { require_in: [{ file: at('f') }] } });
  await run('file.blockreplace', { name: at('g'), marker_start: '# BEGIN', marker_end: '# END', content: 'own' });
  assert.equal(readFileSync(at('g'), 'utf8'), '# BEGIN\nown\n# END\n');
});

test('serialize writes msgpack', async () => {
  const at = folder();
  const told = await run('file.serialize', { name: at('f'), dataset: { a: 1 }, serializer: 'msgpack' });
  assert.deepEqual([told['result'], readFileSync(at('f')).toString('hex')], [true, '81a16101']);
});

test('mod_beacon asks for a beacon', async () => {
  const told = await run('file.mod_beacon', { name: '/etc/x', sfun: 'directory', beacon: true, beacon_data: { interval: 5 } });
  assert.match(String(told['comment']), /Beacon "inotify" is not available/);
});
