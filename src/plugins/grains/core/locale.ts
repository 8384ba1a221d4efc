/**
 * Grain `locale_info`, as a Python program sees it: language and encoding of LC_CTYPE, and the name of the time zone.
 *
 * Source: observed, Salt 3008.3 on Python 3.11: a locale that is not installed counts as `C`, and `C` as `C.UTF-8`
 * (PEP 538) unless LC_ALL asks for it; `C.UTF-8` is reported as `en_US` with UTF-8.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { LOCALE_ENCODINGS } from './locale-encodings.data.js';
import { isThere, namesIn } from './look.js';
import { zoneName } from './time-zone.js';

const FOLDER = '/usr/lib/locale';
const ARCHIVE_MAGIC = 0xde020109;
const ARCHIVE_NAMES_BYTES_MAX = 1024 * 1024;

/** Spellings of encodings that have a usual one besides those of ISO. */
const ENCODING_NAMES: Readonly<Record<string, string>> =
  { utf8: 'UTF-8', latin1: 'ISO8859-1', koi8r: 'KOI8-R', koi8u: 'KOI8-U', eucjp: 'eucJP', euckr: 'eucKR' };

type Names = readonly [language: string | null, encoding: string | null];
const NONE: Names = [null, null];

/** `de_DE.utf8` as language and encoding. */
export function splitLocale(name: string): Names {
  const [, language = '', codeset = '', modifier = ''] = /^([^.@]*)(?:\.([^@]*))?(?:@(.*))?$/.exec(name) ?? [];
  if (language === '' || ((language === 'C' || language === 'POSIX') && codeset === '')) return NONE;
  if (language === 'C') return ['en_US', encodingName(codeset)];
  if (codeset !== '') return [language, encodingName(codeset)];
  if (modifier !== '') return [language, modifier === 'euro' ? 'ISO8859-15' : 'UTF-8'];
  return [language, Object.entries(LOCALE_ENCODINGS).find(([, names]) => names.split(' ').includes(language))?.[0] ?? 'ISO8859-1'];
}

function encodingName(codeset: string): string {
  const plain = codeset.toLowerCase().replace(/[^a-z0-9]/g, '');
  const usual = ENCODING_NAMES[plain];
  if (usual !== undefined) return usual;
  const iso = /^iso8859(\d+)$/.exec(plain)?.[1];
  return iso === undefined ? codeset : `ISO8859-${iso}`;
}

/** The form in which locales are installed: `de_DE.UTF-8` is `de_DE.utf8`. */
const installedName = (name: string): string => name.replace(/\.([^@]*)/, (_, codeset: string) => `.${codeset.toLowerCase().replace(/[^a-z0-9]/g, '')}`);

/** Names in `locale-archive`: its header says where they stand. Source: glibc `locale/locarchive.h`. */
async function archiveHas(ctx: Context, name: string): Promise<boolean> {
  if (!await isThere(ctx, `${FOLDER}/locale-archive`)) return false;
  const file = await ctx.sys.fs.open(`${FOLDER}/locale-archive`, 'r');
  try {
    const header = Buffer.alloc(56);
    await file.read(header, 0, header.length, 0);
    if (header.readUInt32LE(0) !== ARCHIVE_MAGIC) return false;
    const [offset, used] = [header.readUInt32LE(20), Math.min(header.readUInt32LE(24), ARCHIVE_NAMES_BYTES_MAX)];
    const names = Buffer.alloc(used);
    const { bytesRead } = await file.read(names, 0, used, offset);
    return `\0${names.subarray(0, bytesRead).toString('latin1')}\0`.includes(`\0${name}\0`);
  } finally {
    await file.close();
  }
}

/** musl, which has no folder of locales, takes every name. */
async function isInstalled(ctx: Context, name: string): Promise<boolean> {
  const folders = await namesIn(ctx, FOLDER);
  if (folders === undefined || folders.includes(name)) return true;
  const wanted = installedName(name);
  return folders.includes(wanted) || archiveHas(ctx, wanted);
}

export async function localeNames(ctx: Context): Promise<Names> {
  const { LC_ALL: all = '', LC_CTYPE: ctype = '', LANG: lang = '' } = ctx.sys.env;
  const wanted = all || ctype || lang || 'C';
  const isPlain = wanted === 'C' || wanted === 'POSIX' || !await isInstalled(ctx, wanted);
  if (isPlain) return all === '' ? splitLocale('C.UTF-8') : NONE;
  return splitLocale(wanted);
}

export async function localeGrains(ctx: Context): Promise<PlainMap> {
  const [defaultlanguage, defaultencoding] = await localeNames(ctx);
  return { locale_info: { defaultlanguage, defaultencoding, detectedencoding: 'utf-8', timezone: await zoneName(ctx) } };
}
