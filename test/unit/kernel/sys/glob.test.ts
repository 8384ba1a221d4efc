import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { globPaths, hasMagic } from '../../../../src/kernel/sys/glob.js';

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-glob-'));
  await mkdir(join(root, 'd1/sub'), { recursive: true });
  await mkdir(join(root, 'd2'));
  for (const name of ['b.conf', 'a.conf', '_x.conf', '.hidden.conf', 'c.txt', 'd1/a.conf', 'd2/z.conf']) await writeFile(join(root, name), '');
  await symlink('nowhere', join(root, 'dead.conf'));
});
after(() => rm(root, { recursive: true }));

const cases: [string, string[]][] = [
  ['*.conf', ['_x.conf', 'a.conf', 'b.conf', 'dead.conf']],
  ['.*.conf', ['.hidden.conf']],
  ['[ab].conf', ['a.conf', 'b.conf']],
  ['[!ab].conf', []],
  ['?.txt', ['c.txt']],
  ['d*/*.conf', ['d1/a.conf', 'd2/z.conf']],
  ['d*/', ['d1/', 'd2/']],
  ['c.txt', ['c.txt']],
  ['no.txt', []],
  ['no/*', []],
  ['a.conf/*', []],
  ['**/a.conf', ['d1/a.conf']],
];
for (const [pattern, wanted] of cases) {
  test(`globPaths() finds ${pattern}`, () => {
    assert.deepEqual(globPaths(`${root}/${pattern}`), wanted.map((name) => `${root}/${name}`));
  });
}

test('hasMagic() knows patterns', () => {
  assert.deepEqual(['a*', 'a?', '[a]', 'a', ''].map(hasMagic), [true, true, true, false, false]);
});
