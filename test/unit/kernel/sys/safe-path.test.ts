import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { isBelow, isSafeName, safeJoin, safeJoinReal, UnsafePathError } from '../../../../src/kernel/sys/safe-path.js';

let root = '';
before(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'tsalt-path-')));
  await mkdir(join(root, 'in/sub'), { recursive: true });
  await writeFile(join(root, 'secret'), '');
  await symlink('../secret', join(root, 'in/out'));
  await symlink('..', join(root, 'in/up'));
  await symlink('sub', join(root, 'in/alias'));
  await symlink('/nowhere/at/all', join(root, 'in/dangling'));
});
after(() => rm(root, { recursive: true }));

const refused = ['', '.', './', '..', '../a', 'a/../../b', 'a/..', 'a/../b', '/etc/passwd', 'a\0b', `${'x'.repeat(256)}`, 'a/'.repeat(3000)];
for (const name of refused) {
  test(`safeJoin() refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.throws(() => safeJoin('/root', name), UnsafePathError);
  });
}

test('safeJoin() joins what stays below', () => {
  assert.equal(safeJoin('/srv/salt', 'web/./init.sls'), '/srv/salt/web/init.sls');
  assert.equal(safeJoin('/srv/salt', '..a/b..'), '/srv/salt/..a/b..');
  assert.equal(safeJoin('/', 'a'), '/a');
});

test('safeJoin() never leaves the root, whatever the name', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom('..', '.', '', 'a', '/', '\0', '...', 'b c')).map((parts) => parts.join('/')), (name) => {
    try {
      return isBelow('/srv/root', safeJoin('/srv/root', name));
    } catch (err) {
      return err instanceof UnsafePathError;
    }
  }));
});

test('isSafeName() takes one part only', () => {
  assert.deepEqual(['web1', 'a/b', '..', '', 'a\0'].map(isSafeName), [true, false, false, false, false]);
});

test('safeJoinReal() follows links below the root', async () => {
  assert.equal(await safeJoinReal(join(root, 'in'), 'alias/new/file'), join(root, 'in/sub/new/file'));
});

for (const name of ['out', 'up/secret', 'up', 'dangling', 'dangling/file']) {
  test(`safeJoinReal() refuses the link ${name}`, async () => {
    await assert.rejects(safeJoinReal(join(root, 'in'), name), UnsafePathError);
  });
}
