/** The files in which Python's `http.cookiejar` keeps cookies. Source: read, Python 3.11 `LWPCookieJar`, `MozillaCookieJar`; observed. */
import type { Cookie, CookieFormat } from './cookies.js';

type Lasting = Cookie & { readonly expires: number };

const LWP_HEAD = '#LWP-Cookies-2.0\n';
const MOZILLA_HEAD = '# Netscape HTTP Cookie File\n# http://curl.haxx.se/rfc/cookie_spec.html\n# This is a generated file!  Do not edit.\n\n';
const HTTP_ONLY = '#HttpOnly_';

/** The file has not the form that was named. */
export class CookieFileError extends Error {}

export function writeCookies(cookies: readonly Lasting[], format: CookieFormat): string {
  return format === 'mozilla' ? MOZILLA_HEAD + cookies.map(mozillaLine).join('') : LWP_HEAD + cookies.map(lwpLine).join('');
}

/** @throws CookieFileError */
export function readCookies(text: string, format: CookieFormat, path: string): Cookie[] {
  const lines = text.split(/\r?\n/);
  const head = lines.shift() ?? '';
  if (format === 'mozilla') {
    if (!/#( Netscape)? HTTP Cookie File/.test(head)) throw new CookieFileError(`'${path}' does not look like a Netscape format cookies file`);
    return lines.map(readMozilla).filter((cookie) => cookie !== undefined);
  }
  if (!/^#LWP-Cookies-(\d+\.\d+)/.test(head)) throw new CookieFileError(`'${path}' does not look like a Set-Cookie3 (LWP) format file`);
  return lines.map(readLwp).filter((cookie) => cookie !== undefined);
}

/** A word stands as it is, all else in quotes. */
const quoted = (text: string): string => (/^\w+$/.test(text) ? text : `"${text.replaceAll(/(["\\])/g, '\\$1')}"`);
const yes = (value: boolean): string => (value ? 'TRUE' : 'FALSE');

function lwpLine({ name, value, domain, path, secure, httpOnly, expires }: Lasting): string {
  const until = `${new Date(expires * 1000).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const words = [
    `${name}=${quoted(value)}`, `path=${quoted(path)}`, `domain=${quoted(domain)}`, 'path_spec', ...(domain.startsWith('.') ? ['domain_dot'] : []),
    ...(secure ? ['secure'] : []), `expires="${until}"`, ...(httpOnly ? ['HttpOnly=None'] : []), 'version=0',
  ];
  return `Set-Cookie3: ${words.join('; ')}\n`;
}

function readLwp(line: string): Cookie | undefined {
  if (!line.startsWith('Set-Cookie3:')) return undefined;
  const words = [...line.slice('Set-Cookie3:'.length).matchAll(/\s*([^=;\s]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^;]*)))?\s*(?:;|$)/g)]
    .map(([, name = '', inQuotes, plain]): [string, string] => [name, inQuotes?.replaceAll(/\\(.)/g, '$1') ?? plain?.trim() ?? '']);
  const [first, ...rest] = words;
  if (first === undefined) return undefined;
  const has = new Map(rest.map(([name, value]) => [name.toLowerCase(), value]));
  const expires = Date.parse((has.get('expires') ?? '').replace(' ', 'T'));
  return {
    name: first[0], value: first[1], domain: has.get('domain') ?? '', path: has.get('path') ?? '/', secure: has.has('secure'), httpOnly: has.has('httponly'),
    expires: Number.isNaN(expires) ? undefined : expires / 1000,
  };
}

function mozillaLine({ name, value, domain, path, secure, httpOnly, expires }: Lasting): string {
  const [shownName, shownValue] = name === '' ? ['', value] : [name, value];
  return `${httpOnly ? HTTP_ONLY : ''}${[domain, yes(domain.startsWith('.')), path, yes(secure), String(expires), shownName, shownValue].join('\t')}\n`;
}

function readMozilla(whole: string): Cookie | undefined {
  const httpOnly = whole.startsWith(HTTP_ONLY);
  const line = httpOnly ? whole.slice(HTTP_ONLY.length) : whole;
  if (/^\s*[#$]/.test(line)) return undefined;
  const [domain, , path = '/', secure, expires = '', name = '', value] = line.split('\t');
  if (domain === undefined || value === undefined) return undefined;
  return { name, value, domain, path, secure: secure === 'TRUE', httpOnly, expires: expires === '' ? undefined : Number(expires) };
}
