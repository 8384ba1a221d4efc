import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinPath, prefixRootDir } from '../../../../src/kernel/config/root-dir.js';

const cases: [string, string, string][] = [
  ['/', '/etc/salt/pki', '/etc/salt/pki'],
  ['/', 'rel/x/', '/rel/x'],
  ['/R', '/abs/pki', '/R/abs/pki'],
  ['/R', '/R/pki', '/R/pki'],
  ['/R/', '/Rx/pki', '/R/Rx/pki'],
  ['/R', './a/../b', '/R/b'],
  ['/R', '/R', '/R/R'],
  ['', 'x', '/x'],
];
for (const [root, path, wanted] of cases) {
  test(`root_dir ${root} before ${path}`, () => {
    const opts = { root_dir: root, pki_dir: path, log_file: path, other: path, unset: null };
    prefixRootDir(opts, ['pki_dir', 'unset', 'missing'], ['log_file']);
    assert.deepEqual(opts, { root_dir: root, pki_dir: wanted, log_file: wanted, other: path, unset: null });
  });
}

test('addresses stay', () => {
  const opts = { root_dir: '/R', log_file: 'file:///dev/log', key_logfile: 'udp://192.0.2.1:514' };
  prefixRootDir(opts, [], ['log_file', 'key_logfile']);
  assert.deepEqual(opts, { root_dir: '/R', log_file: 'file:///dev/log', key_logfile: 'udp://192.0.2.1:514' });
});

test('joinPath() joins as Python', () => {
  assert.deepEqual([joinPath('/a', 'b'), joinPath('/a/', 'b'), joinPath('/a', '/b'), joinPath('', 'b')], ['/a/b', '/a/b', '/b', 'b']);
});
