/** Lists of keys with colons, as Salt shows them. Source: GnuPG, doc/DETAILS; read, python-gnupg 0.5.7 and Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { formatDate } from '../lookup/date-format.js';
import { homeOf, type Home, type Place } from './home.js';
import { runGpg } from './program.js';

const MS = 1000;
const TRUST: Readonly<Record<string, string>> = { e: 'Expired', q: 'Unknown', n: 'Not Trusted', f: 'Fully Trusted', m: 'Marginally Trusted', u: 'Ultimately Trusted', r: 'Revoked', '-': 'Unknown' };

interface ListedKey {
  readonly keyid: string;
  readonly trust: string;
  readonly length: string;
  readonly date: string;
  readonly expires: string;
  readonly ownerTrust: string;
  readonly uids?: string[];
  fingerprint?: string;
  readonly subkeys: ListedKey[];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', f: '\f', v: '\v', b: '\b', 0: '\0' };
const unescaped = (text: string): string => text.replaceAll(/\\x([0-9a-fA-F]{2})|\\([nrfvb0])/g, (_all, hex: string | undefined, letter: string) =>
  (hex === undefined ? ESCAPES[letter] ?? '' : String.fromCharCode(Number.parseInt(hex, 16))));

function listed([, trust = '', length = '', , keyid = '', date = '', expires = '', , ownerTrust = '']: readonly string[], isMain: boolean): ListedKey {
  return { keyid, trust, length, date, expires, ownerTrust, ...(isMain ? { uids: [] } : {}), subkeys: [] };
}

/** Fingerprints of subkeys are told by lists, not by what only looks into a file. */
function readList(text: string, hasSubkeyFingerprints: boolean): ListedKey[] {
  const keys: ListedKey[] = [];
  for (const line of text.split('\n')) {
    const fields = line.trim().split(':');
    const key = keys.at(-1);
    const [kind = ''] = fields;
    if (kind === 'pub' || kind === 'sec') keys.push(listed(fields, true));
    else if (kind === 'sub' || kind === 'ssb') key?.subkeys.push(listed(fields, false));
    else if (kind === 'uid') key?.uids?.push(unescaped(fields[9] ?? ''));
    else if (kind === 'fpr' && key !== undefined) {
      const of = key.subkeys.at(-1) ?? key;
      if (of === key || hasSubkeyFingerprints) of.fingerprint ??= fields[9] ?? '';
    }
  }
  return keys;
}

const dayOf = (seconds: string): string => formatDate(new Date(Number(seconds) * MS), '%Y-%m-%d');

function shown(key: ListedKey, nowMs: number): PlainMap {
  return {
    keyid: key.keyid,
    ...(key.uids === undefined ? {} : { uids: key.uids }),
    ...(key.fingerprint === undefined ? {} : { fingerprint: key.fingerprint }),
    ...(key.expires === '' ? {} : { expires: dayOf(key.expires), expired: nowMs / MS >= Number(key.expires) }),
    ...(key.date === '' ? {} : { created: dayOf(key.date) }),
    ...(key.length === '' ? {} : { keyLength: key.length }),
    ...(key.ownerTrust === '' ? {} : { ownerTrust: TRUST[key.ownerTrust] ?? 'Unknown' }),
    ...(key.trust === '' ? {} : { trust: TRUST[key.trust] ?? 'Unknown' }),
    ...(key.subkeys.length === 0 ? {} : { subkeys: key.subkeys.map((subkey) => shown(subkey, nowMs)) }),
  };
}

export async function listKeys(place: Place, secret: boolean, ctx: Context): Promise<PlainMap[]> {
  const home = await homeOf(place, ctx);
  const { stdout } = await runGpg(home, { args: [secret ? '--list-secret-keys' : '--list-keys', '--fingerprint', '--fingerprint', '--with-keygrip'] }, ctx);
  return readList(stdout.toString('utf8'), true).map((key) => shown(key, ctx.sys.now()));
}

/** The full number of a key, its last eight digits, or its fingerprint. */
export const isKey = (key: PlainMap, keyid: Value, fingerprint: Value): boolean =>
  (fingerprint !== null && key['fingerprint'] === fingerprint) || (keyid !== null && (key['keyid'] === keyid || String(key['keyid']).slice(8) === keyid));

export async function findKey(place: Place, { keyid, fingerprint, secret }: { keyid: string | null; fingerprint: string | null; secret: boolean }, ctx: Context): Promise<PlainMap | false> {
  return (await listKeys(place, secret, ctx)).find((key) => isKey(key, keyid, fingerprint)) ?? false;
}

/** Keys in a file or text, without importing them. */
export async function readKeys(home: Home, source: { path: string } | { text: string }, ctx: Context): Promise<PlainMap[]> {
  const args = ['--dry-run', '--import-options', 'import-show', '--import'];
  const { stdout } = await runGpg(home, 'path' in source ? { args, names: [source.path] } : { args, stdin: source.text }, ctx);
  return readList(stdout.toString('utf8'), false).map((key) => shown(key, ctx.sys.now()));
}

/** What a keyserver lists has columns of its own. */
export async function searchKeys(home: Home, text: string, keyserver: string, ctx: Context): Promise<PlainMap[]> {
  const query = /^[0-9a-f]+$/i.test(text.trim()) ? `0x${text.trim()}` : text.trim();
  const { stdout } = await runGpg(home, { args: ['--fingerprint', '--keyserver', keyserver, '--search-keys'], names: [query] }, ctx);
  const keys: ListedKey[] = [];
  for (const [kind, first = '', , length = '', date = '', expires = ''] of stdout.toString('utf8').split('\n').map((line) => line.trim().split(':'))) {
    if (kind === 'pub') keys.push({ keyid: first, trust: '', length, date, expires, ownerTrust: '', uids: [], subkeys: [] });
    else if (kind === 'uid') keys.at(-1)?.uids?.push(unescaped(first));
  }
  return keys.map((key) => shown(key, ctx.sys.now()));
}
