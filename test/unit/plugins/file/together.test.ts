/** The module among its neighbours, as a minion loads them: no doubles for `cmd`, `config` and `cp`. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';
import { inFolder } from './folder.js';
import { normal } from './world.js';

test('manage_file(), list_backups() and grep() work through the module host', async () => {
  await inFolder(async (top) => {
    const opts = { cachedir: join(top, 'cache'), hash_type: 'sha256', backup_mode: 'minion', saltenv: 'base', test: false };
    await using host = await testHost({ opts, sys: createSys(), grains: () => ({ kernel: 'Linux', os_family: 'Debian' }) });
    const session = host.session({ signal: neverAborted() });
    const path = join(top, 'a');
    await writeFile(path, 'one\n');
    const args: Value[] = [path, '', {}, null, null, null, null, null, null, 'base', ''];
    const outcome = await session.call('file.manage_file', args, { contents: 'two\n' }) as PlainMap;
    assert.deepEqual(outcome, {
      name: path, changes: { diff: '--- \n+++ \n@@ -1 +1 @@\n-one\n+two\n' }, comment: `File ${path} updated`, result: true,
    });
    assert.equal(await readFile(path, 'utf8'), 'two\n');
    const kept = normal(await session.call('file.list_backups', [path]), top);
    assert.deepEqual(kept, { 0: { 'Backup Time': '@TIME@', Size: 4, Location: '@TMP@/cache/file_backup@TMP@/a_@BACKUP@' } });
    const found = normal(await session.call('file.grep', [path, 'w', '-c']), top);
    assert.deepEqual(found, { pid: '@NUMBER@', retcode: 0, stdout: '1', stderr: '' });
    assert.equal(await session.call('file.get_diff', [path, path]), '');
    await assert.rejects(session.call('file.read', [join(top, 'none')]), {
      className: 'FileNotFoundError', message: `[Errno 2] No such file or directory: '${join(top, 'none')}'`,
    });
  });
});
