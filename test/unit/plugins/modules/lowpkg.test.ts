/** dpkg 1.21.22 on Debian 12; answers observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameWithArch, readAvailable, readDebInfo, readLicenses, readRecords, RECORD_FORMAT, withAvailable } from '../../../../src/plugins/modules/dpkg/package-facts.js';
import { changesBetween } from '../../../../src/plugins/modules/pkg/changes.js';
import { DEBIAN_GRAINS } from './machine.js';

const RECORD = `package:tree
revision:
architecture:amd64
maintainer:Florian Ernst <florian@debian.org>
summary:
source:tree
version:2.1.0-1
section:utils
installed_size:113
size:
MD5:
SHA1:
SHA256:
origin:
homepage:http://mama.indstate.edu/users/ice/tree/
status:ii 
install_date:1795256544
description:displays an indented directory tree, in color
 Tree is a recursive directory listing command.

*/~^\\*`;

test('readRecords() reads records and leaves out what is empty', () => {
  const tree = {
    package: 'tree', architecture: 'amd64', maintainer: 'Florian Ernst <florian@debian.org>', source: 'tree', version: '2.1.0-1', section: 'utils',
    homepage: 'http://mama.indstate.edu/users/ice/tree/', status: 'ii', install_date: '2026-11-21T10:22:24Z',
    description: 'displays an indented directory tree, in color\n Tree is a recursive directory listing command.\n',
  };
  assert.deepEqual(readRecords(RECORD), [tree]);
  assert.deepEqual(readRecords(`${RECORD}\n${RECORD.replaceAll('tree', 'wood').replace('1795256544', '')}`).map((record) => [record['package'], record['install_date']]),
    [['tree', '2026-11-21T10:22:24Z'], ['wood', undefined]]);
  assert.deepEqual(readRecords(''), []);
});

test('RECORD_FORMAT is one line with the escapes of dpkg', () => {
  assert.ok(!RECORD_FORMAT.includes('\n'));
  assert.ok(RECORD_FORMAT.endsWith('\\ndescription:${Description}\\n\\n*/~^\\\\*\\n'));
});

test('readDebInfo() reads dpkg --info', () => {
  const text = ' new Debian package, version 2.0.\n size 52464 bytes: control archive=960 bytes.\n Package: tree\n Version: 2.1.0-1\n Architecture: amd64\n Description: a tree\n';
  assert.deepEqual(readDebInfo(text), { name: 'tree', version: '2.1.0-1', arch: 'amd64' });
});

test('nameWithArch() names foreign architectures', () => {
  assert.equal(nameWithArch('a', 'i386', DEBIAN_GRAINS), 'a:i386');
  for (const arch of ['amd64', 'all']) assert.equal(nameWithArch('a', arch, DEBIAN_GRAINS), 'a');
  assert.equal(nameWithArch('a', 'armhf', { cpuarch: 'aarch64', osarch: 'arm64' }), 'a');
});

test('readLicenses() lists each licence once', () => {
  assert.equal(readLicenses('License: LGPL-2.1+\n text\nLicense: GPL-2+\nLicense: GPL-2+\n License: indented'), 'GPL-2+, LGPL-2.1+');
});

test('what dselect knows is added to what dpkg knows', () => {
  const known = readAvailable('Package: a\nPriority: optional\nDepends: x\nVersion: 9\n\nPackage: b\nTag: y\n');
  assert.deepEqual([...known.keys()], ['a', 'b']);
  assert.deepEqual(withAvailable({ version: '1' }, known.get('a')), { version: '1', package: 'a', priority: 'optional' });
});

test('changesBetween() gives what is new, gone and different', () => {
  assert.deepEqual(changesBetween({ a: '1', b: '1', c: '1' }, { a: '1', b: '2', d: '1' }), {
    b: { old: '1', new: '2' }, c: { old: '1', new: '' }, d: { old: '', new: '1' },
  });
});
