/** Files into containers and out of them, archives of containers and images, images built: on a real Podman service. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isPlainMap, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';
import { IMAGE, openPodman } from '../../../support/servers/podman.js';

const podman = await openPodman();
const skip = 'skip' in podman ? podman.skip : false;
const folder = mkdtempSync(join(tmpdir(), 'ts-docker-files-'));
const host = await testHost({ sys: createSys(), opts: 'url' in podman ? { 'docker.url': podman.url, cachedir: join(folder, 'cache') } : {} });
after(async () => {
  await host[Symbol.asyncDispose]();
  if ('url' in podman) await podman[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const call = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => host.session({ signal: neverAborted() }).call(`docker.${fun}`, args, kwargs);
const ask = async (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<PlainMap> => {
  const answer = await call(fun, args, kwargs);
  assert.ok(isPlainMap(answer), `${fun} gives a map`);
  return answer;
};
const at = (name: string): string => join(folder, name);
/** Nothing half done stays beside the result. */
const leftovers = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.tsalt'));

before(async () => {
  if ('url' in podman) await call('run_container', [IMAGE], { name: 'box', command: 'sleep 600', stop_signal: 'KILL', bg: true });
});

const CONTENT = Buffer.from(Array.from({ length: 70_001 }, (_, index) => index % 256));

test('docker.copy_to and copy_from carry any bytes, keep the mode, follow links, and say what is in the way', { skip }, async () => {
  writeFileSync(at("it's $(x)"), CONTENT, { mode: 0o640 });
  assert.equal(await call('copy_to', ['box', at("it's $(x)"), '/tmp']), true);
  assert.equal(await call('run', ['box', "wc -c < '/tmp/it'\\''s $(x)'"]), '70001');
  await call('run', ['box', "ln -s \"it's \\$(x)\" /tmp/link || busybox ln -s \"it's \\$(x)\" /tmp/link"]);
  for (const [source, dest] of [["/tmp/it's $(x)", 'back'], ['/tmp/link', 'linked']] as const) {
    assert.equal(await call('copy_from', ['box', source, at(dest)]), true);
    assert.deepEqual(readFileSync(at(dest)), CONTENT);
    assert.equal(statSync(at(dest)).mode & 0o777, 0o640);
  }
  await assert.rejects(call('copy_to', ['box', at('back'), '/none/back']), /Directory \/none does not exist on docker container 'box'/);
  assert.equal(await call('copy_to', ['box', at('back'), '/none/$(y)/back'], { makedirs: true }), true);
  await assert.rejects(call('copy_to', ['box', at('back'), '/none/$(y)']), /Destination path \/none\/\$\(y\)\/back already exists\. Use overwrite=True to overwrite it/);
  assert.equal(await call('copy_to', ['box', at('back'), '/none/$(y)'], { overwrite: true }), true);
  await assert.rejects(call('copy_to', ['box', at('missing'), '/tmp']), /Source file .*missing does not exist/);
  await assert.rejects(call('copy_to', ['box', at('back'), 'tmp']), /Destination path must be absolute/);
  await assert.rejects(call('cp', ['box', '/tmp/missing', at('x')]), /Source file \/tmp\/missing does not exist/);
  await assert.rejects(call('cp', ['box', '/tmp', at('x')]), /Source must be a regular file/);
  await assert.rejects(call('cp', ['box', '/dev/null', at('x')]), /Source must be a regular file/);
  await assert.rejects(call('cp', ['box', '/tmp/link', at('back')]), /Destination path .*back already exists/);
  await assert.rejects(call('cp', ['box', '/tmp/link', at('no/x')]), /Directory .*no does not exist/);
  assert.equal(await call('cp', ['box', '/tmp/link', at('deep/er')], { makedirs: true }), true);
  assert.deepEqual(leftovers(), []);
});

test('docker.script runs a file of the minion inside, with arguments and input, and leaves nothing there', { skip }, async () => {
  writeFileSync(at('say.sh'), '#!/bin/sh\necho "$1|$2"; cat; echo bad >&2; exit 7\n');
  const { pid: _pid, ...ran } = await ask('script', ['box', at('say.sh')], { args: "one 'two three'", stdin: 'in' });
  assert.deepEqual(ran, { retcode: 7, stdout: 'one|two three\nin', stderr: 'bad' });
  assert.equal(await call('script_retcode', ['box', at('say.sh')], { stdin: '' }), 7);
  assert.equal(await call('run', ['box', 'ls /tmp']).then((text) => String(text).includes('salt.docker')), false);
});

test('docker.export and import: files of a container as an archive, packed or not, and an image of it', { skip }, async () => {
  for (const name of ['box.tar', 'box.tar.gz', 'box.tar.xz']) {
    const done = await ask('export', ['box', at(name)]);
    assert.equal(done['Path'], at(name));
    assert.equal(done['Size'], statSync(at(name)).size);
    const listed = spawnSync('tar', ['-tf', at(name)], { encoding: 'utf8' });
    assert.match(listed.stdout, /^bin\/busybox$/m, listed.stderr);
  }
  await assert.rejects(call('export', ['box', at('box.tar')]), /box\.tar already exists/);
  await assert.rejects(call('export', ['box', 'box.tar']), /Path 'box\.tar' is not absolute/);
  await assert.rejects(call('export', ['box', at('new/box.tar')]), /Parent dir .*new of destination path does not exist/);
  await assert.rejects(call('export', ['box', at('x.tar')], { compression: 'zip' }), /Invalid compression type 'zip'/);
  await assert.rejects(call('export', ['none', at('x.tar')]), /Error 404/);
  assert.equal(existsSync(at('x.tar')), false);
  const made = await ask('import', [at('box.tar'), 'tsalt.test/made', '1']);
  assert.equal(made['Image'], 'tsalt.test/made:1');
  assert.equal(await call('resolve_image_id', ['tsalt.test/made:1']), `sha256:${String(made['Id']).replace(/^sha256:/, '')}`);
  assert.equal(((await ask('rmi', ['tsalt.test/made:1']))['retcode']), 0);
  await assert.rejects(call('import', [at('missing.tar'), 'tsalt.test/made']), /Source file .*missing\.tar does not exist/);
  assert.deepEqual(leftovers(), []);
});

test('docker.save and load: an image as an archive, and back under another name', { skip }, async () => {
  await call('commit', ['box', 'tsalt.test/saved', '1']);
  await call('save', ['tsalt.test/saved:1', at('saved.tar')]);
  assert.equal(((await ask('rmi', ['tsalt.test/saved:1']))['retcode']), 0);
  const loaded = await ask('load', [at('saved.tar')], { repository: 'tsalt.test/again', tag: '2' });
  assert.equal(loaded['Image'], 'tsalt.test/again:2', JSON.stringify(loaded));
  assert.equal((loaded['Layers'] as Value[]).length, 1);
  assert.equal((await call('layers', ['tsalt.test/again:2']) as Value[]).length, 2);
  await assert.rejects(call('load', [at('saved.tar')], { repository: 'only' }), /If tagging, both a repository and tag are required/);
  writeFileSync(at('broken.tar'), 'no archive');
  await assert.rejects(call('load', [at('broken.tar')]), /Error \d+|Failed to load/);
  await call('rmi', ['tsalt.test/again:2', 'tsalt.test/saved:1'], { force: true });
});

test('docker.build builds from a folder and from text; what fails says why', { skip }, async () => {
  mkdirSync(at('context'));
  writeFileSync(at('context/Dockerfile'), `FROM ${IMAGE}\nARG word=none\nCOPY greeting /greeting\nENV WORD=$word\nCMD ["cat", "/greeting"]\n`);
  writeFileSync(at('context/greeting'), 'hello\n');
  const built = await ask('build', [at('context')], { repository: 'tsalt.test/built', tag: 'a', buildargs: { word: "it's" } });
  assert.deepEqual(built['Image'], ['tsalt.test/built:a']);
  assert.equal((await ask('run_container', ['tsalt.test/built:a'], { auto_remove: true }))['Logs'], 'hello\n');
  const { Config } = await ask('inspect_image', ['tsalt.test/built:a']) as { Config: PlainMap };
  assert.ok((Config['Env'] as string[]).includes("WORD=it's"), JSON.stringify(Config));
  const { Id } = await ask('build', [], { fileobj: `FROM ${IMAGE}\nLABEL a=b\n` });
  assert.ok((await call('dangling') as string[]).some((id) => id.startsWith(String(Id).slice(0, 12))));
  const pruned = Object.values(await ask('dangling', [], { prune: true })) as PlainMap[];
  assert.ok(pruned.every(({ Removed }) => (Removed as PlainMap)['retcode'] === 0), JSON.stringify(pruned));
  await assert.rejects(call('build', [], { fileobj: 'FROM blocked.test/none\n' }), /blocked\.test/);
  await assert.rejects(call('build', [at('nowhere')]), /Build failed for .*nowhere: tar: .*No such file/);
  await assert.rejects(call('build', [], { tag: 'x' }), /If tagging, both a repository and tag are required/);
});
