import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CommandExecutionError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { remoteFiles } from '../../../../src/sls/files/remote-files.js';

function bench(answer: (load: PlainMap) => Value) {
  const asked: PlainMap[] = [];
  return {
    asked,
    source: remoteFiles((load) => {
      asked.push(load);
      return Promise.resolve(answer(load));
    }),
  };
}

test('each question is the command of the master for it', async () => {
  const { source, asked } = bench((load) => (load['cmd'] === '_symlink_list' ? { a: 'b' } : load['cmd'] === '_master_opts' ? { file_roots: {} } : ['x']));
  assert.deepEqual(await source.list('files', 'base', 'p'), ['x']);
  await source.list('dirs', 'base', '');
  await source.list('emptyDirs', 'base', '');
  assert.deepEqual([await source.symlinks('base', ''), await source.envs(), await source.masterOpts()], [{ a: 'b' }, ['x'], { file_roots: {} }]);
  assert.deepEqual(asked.map(({ cmd }) => cmd), ['_file_list', '_dir_list', '_file_list_emptydirs', '_symlink_list', '_file_envs', '_master_opts']);
  assert.deepEqual(asked[0], { saltenv: 'base', prefix: 'p', cmd: '_file_list' });
});

test('a hash is there or it is not', async () => {
  assert.deepEqual(await bench(() => ({ hash_type: 'md5', hsum: 'x' })).source.hash('a', 'base'), { hash_type: 'md5', hsum: 'x' });
  for (const nothing of ['', {}, null, { hash_type: 'md5' }]) assert.equal(await bench(() => nothing).source.hash('a', 'base'), undefined);
});

test('pieces are unpacked, text is bytes, the end has none', async () => {
  const packed = bench(() => ({ data: gzipSync('text'), dest: 'a', gzip: 5 }));
  assert.deepEqual(await packed.source.piece('a', 'base', 7, 5), { data: Buffer.from('text'), dest: 'a' });
  assert.deepEqual(packed.asked, [{ path: 'a', saltenv: 'base', cmd: '_serve_file', gzip: 5, loc: 7 }]);
  assert.deepEqual(await bench(() => ({ data: 'é', dest: 'a' })).source.piece('a', 'base', 0, 0), { data: Buffer.from('é'), dest: 'a' });
  for (const end of [{ data: '', dest: '' }, '', { data: '', dest: '', gzip: 5 }]) {
    assert.equal((await bench(() => end).source.piece('a', 'base', 0, 0)).data.length, 0);
  }
});


test('a master that failed gives an error, not an empty list', async () => {
  await assert.rejects(bench(() => '').source.list('files', 'base', ''), CommandExecutionError);
});
