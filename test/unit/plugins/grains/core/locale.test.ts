import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { localeNames, splitLocale } from '../../../../../src/plugins/grains/core/locale.js';
import { rootedContext } from '../../../../support/rooted-sys.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-locale-')));
after(() => rmSync(base, { recursive: true }));

/** Observed: `locale.getlocale` of Python 3.11. */
const names: readonly [string, string | null, string | null][] = [
  ['C', null, null], ['POSIX', null, null], ['C.UTF-8', 'en_US', 'UTF-8'], ['C.utf8', 'en_US', 'UTF-8'],
  ['en_US.utf8', 'en_US', 'UTF-8'], ['de_DE', 'de_DE', 'ISO8859-1'], ['de_DE@euro', 'de_DE', 'ISO8859-15'],
  ['de_DE.utf8@euro', 'de_DE', 'UTF-8'], ['cs_CZ', 'cs_CZ', 'ISO8859-2'], ['ru_RU', 'ru_RU', 'UTF-8'], ['ru_RU.koi8r', 'ru_RU', 'KOI8-R'],
  ['ja_JP', 'ja_JP', 'eucJP'], ['zh_CN', 'zh_CN', 'gb2312'], ['zh_CN.gb18030', 'zh_CN', 'gb18030'], ['sr_RS@latin', 'sr_RS', 'UTF-8'],
  ['ca_ES@valencia', 'ca_ES', 'UTF-8'], ['uk_UA', 'uk_UA', 'KOI8-U'], ['en_US.iso885915', 'en_US', 'ISO8859-15'], ['en_US.latin1', 'en_US', 'ISO8859-1'],
];
for (const [name, language, encoding] of names) {
  test(`splitLocale() splits ${name}`, () => assert.deepEqual(splitLocale(name), [language, encoding]));
}

/** Header and names of a locale archive, as glibc lays them out. */
function archive(...installed: readonly string[]): Buffer {
  const text = Buffer.from(installed.map((name) => `${name}\0`).join(''));
  const header = Buffer.alloc(56);
  header.writeUInt32LE(0xde020109, 0);
  header.writeUInt32LE(header.length, 20);
  header.writeUInt32LE(text.length, 24);
  return Buffer.concat([header, text]);
}
const files = { '/usr/lib/locale/C.utf8/x': '', '/usr/lib/locale/fr_FR.utf8/x': '', '/usr/lib/locale/locale-archive': archive('de_DE.utf8', 'de_DE@euro') };

const environments: readonly [string, Record<string, string>, (string | null)[], Record<string, string | Buffer>?][] = [
  ['no variable', {}, ['en_US', 'UTF-8']],
  ['plain LANG', { LANG: 'C' }, ['en_US', 'UTF-8']],
  ['plain LC_ALL', { LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' }, [null, null]],
  ['a locale of the archive', { LANG: 'de_DE.UTF-8' }, ['de_DE', 'UTF-8']],
  ['a locale with a folder', { LANG: 'de_DE.UTF-8', LC_CTYPE: 'fr_FR.UTF-8' }, ['fr_FR', 'UTF-8']],
  ['part of a name in the archive', { LANG: 'DE.utf8' }, ['en_US', 'UTF-8']],
  ['a locale that is not installed', { LANG: 'pl_PL.UTF-8' }, ['en_US', 'UTF-8']],
  ['LC_ALL that is not installed', { LC_ALL: 'pl_PL.UTF-8' }, [null, null]],
  ['an archive of another kind', { LANG: 'de_DE.UTF-8' }, ['en_US', 'UTF-8'], { '/usr/lib/locale/locale-archive': Buffer.from('de_DE.utf8\0'.repeat(9)) }],
  ['a system without a folder of locales', { LANG: 'pl_PL.UTF-8' }, ['pl_PL', 'UTF-8'], {}],
];
for (const [at, [title, env, wanted, own]] of environments.entries()) {
  test(`localeNames() with ${title}`, async () => {
    assert.deepEqual(await localeNames(await rootedContext(join(base, String(at)), { files: own ?? files, env })), wanted);
  });
}
