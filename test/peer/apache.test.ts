/** The module apache beside that of real Salt, with the programs of this machine. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { askOurs, askSalt, compareCalls, saltFolder, type Answer } from '../support/salt-calls.js';

const skip = skipWithoutSalt !== false ? skipWithoutSalt : existsSync('/usr/sbin/apache2ctl') ? false : 'apache2 is not installed';
const root = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-peer-apache-')));
after(() => rmSync(root, { recursive: true, force: true }));

test('apache: the same answers', { skip }, async () => {
  const file = join(root, 'made.conf');
  const host = { VirtualHost: [{ this: '*:80' }, { ServerName: 'a.example.org' }, { Directory: { this: '/srv', Order: 'Deny,Allow', 'Allow from': ['10.0.0.0/8', '192.0.2.0/24'], Limit: { this: 'POST', Require: 'all denied' } } }] };
  await compareCalls(saltFolder(root), [
    ['apache.version'], ['apache.fullversion'], ['apache.modules'], ['apache.servermods'], ['apache.vhosts'], ['apache.signal', ['none']], ['apache.signal', ['configtest']],
    ['apache.config', [file, [host, { Listen: '81' }, { Alias: ['/a /b', '/c /d'] }], false]], ['apache.config', [file, [{ Listen: '22' }]]], ['file.read', [file]],
  ]);
  // Real Salt takes what Apache warns of on its other output for a directive.
  const plain = ([answer]: readonly Answer[]): unknown => Object.entries(answer !== undefined && 'value' in answer ? answer.value as object : {}).filter(([name]) => !name.startsWith('AH'));
  const theirs = plain(askSalt(root, [['apache.directives']]));
  assert.ok((theirs as unknown[]).length > 100);
  assert.deepEqual(plain(await askOurs(root, [['apache.directives']])), theirs);
});
