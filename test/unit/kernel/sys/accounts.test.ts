import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AccountTable, parseGroupLine, parsePasswdLine } from '../../../../src/kernel/sys/accounts.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsalt-accounts-'));
});
after(() => rm(folder, { recursive: true }));

test('lines of passwd and group are read', () => {
  assert.deepEqual(parsePasswdLine('web:x:33:34:Web, Server:/var/www:/bin/false'), {
    name: 'web', uid: 33, gid: 34, gecos: 'Web, Server', home: '/var/www', shell: '/bin/false',
  });
  assert.deepEqual(parseGroupLine('adm:x:4:ann,bob'), { name: 'adm', gid: 4, members: ['ann', 'bob'] });
  assert.deepEqual(parseGroupLine('adm:x:4:')?.members, []);
  for (const line of ['', '# comment', '+::::::', 'a:x:b:c']) assert.equal(parsePasswdLine(line), undefined);
});

test('a changed file is read again', async () => {
  const path = join(folder, 'passwd');
  const table = new AccountTable('passwd', parsePasswdLine, ({ uid }) => uid, path);
  assert.deepEqual(await table.all(), []);
  await writeFile(path, 'tsaltann:x:61001:1::/:/bin/sh\n');
  assert.equal((await table.byName('tsaltann'))?.uid, 61001);
  assert.equal(await table.byName('tsaltbob'), undefined);
  await writeFile(path, 'tsaltann:x:61001:1::/:/bin/sh\ntsaltbob:x:61002:1::/:/bin/sh\n');
  assert.equal((await table.byName('tsaltbob'))?.uid, 61002);
  assert.equal((await table.byId(61001))?.name, 'tsaltann');
});

test('what the file lacks is asked of the name service', async () => {
  const table = new AccountTable('passwd', parsePasswdLine, ({ uid }) => uid, join(folder, 'none'));
  assert.equal((await table.byName('root'))?.uid, 0);
  assert.equal((await table.byId(0))?.name, 'root');
  assert.equal(await table.byName('0'), undefined, 'a number is no name');
  assert.equal(await table.byName('--help'), undefined);
});

test('createSys() knows root', async () => {
  const sys = createSys();
  assert.equal((await sys.userById(0))?.name, 'root');
  assert.equal((await sys.groupByName('root'))?.gid, 0);
  assert.ok((await sys.users()).length > 0 && (await sys.groups()).length > 0);
});
