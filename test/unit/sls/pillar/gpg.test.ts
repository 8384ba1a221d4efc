/** Encrypted values with the real gpg: a file that goes through it, `decrypt_pillar`, and a text that nobody here can open. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { everybody, PillarFolder } from '../../../support/pillar-tree.js';

const hasGpg = spawnSync('gpg', ['--version']).status === 0;

test('texts sealed for the key of the master are opened, by the pipe of a file and by decrypt_pillar', { skip: hasGpg ? false : 'there is no gpg here' }, async () => {
  const folder = new PillarFolder();
  const home = join(folder.dir, 'keys');
  mkdirSync(home);
  chmodSync(home, 0o700);
  const gpg = (words: string[], input = ''): string => execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--no-tty', ...words], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  after(() => spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']));
  gpg(['--passphrase', '', '--quick-generate-key', 'master@example.org', 'default', 'default', 'never']);
  const seal = (text: string): string => gpg(['--armor', '--trust-model', 'always', '--encrypt', '--recipient', 'master@example.org'], text);
  const indented = (text: string): string => seal(text).trimEnd().split('\n').map((line) => `  ${line}`.trimEnd()).join('\n');
  folder.write({
    'base/top.sls': everybody('pipe', 'plain'), 'base/pipe.sls': `#!yaml|gpg\nopened: |\n${indented('by the pipe')}\n`,
    'base/plain.sls': `secrets:\n  one: |\n${indented('by the option').replaceAll(/^ {2}/gm, '    ')}\nkept: |\n${indented('nobody asked')}\n`,
  });
  const opts = { gpg_keydir: home, decrypt_pillar: ['secrets:one'], decrypt_pillar_delimiter: ':', decrypt_pillar_renderers: ['gpg'], gpg_decrypt_must_succeed: true };
  const { pillar, inputs } = await folder.compile(opts);
  assert.equal(pillar['opened'], 'by the pipe');
  assert.deepEqual(pillar['secrets'], { one: 'by the option' });
  assert.match(String(pillar['kept']), /^-----BEGIN PGP MESSAGE-----/);
  assert.notEqual(inputs.fleeting, '');
  const other = join(folder.dir, 'other');
  mkdirSync(other);
  chmodSync(other, 0o700);
  after(() => spawnSync('gpgconf', ['--homedir', other, '--kill', 'all']));
  const shut = await folder.compile({ ...opts, gpg_keydir: other });
  assert.ok((shut.pillar['_errors'] as string[]).some((error) => error.startsWith("Failed to decrypt pillar key 'secrets:one': Could not decrypt cipher ")));
  assert.equal(shut.pillar['opened'], undefined);
});
