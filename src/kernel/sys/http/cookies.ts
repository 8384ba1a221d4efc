/**
 * Cookies of web servers, kept in a file between calls as Python's `http.cookiejar` keeps them, in both of its forms, so that Salt and
 * tsalt read each other's files.
 *
 * Source: read, Python 3.11 `http.cookiejar`; RFC 6265.
 */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** The host itself, or with a dot before it a domain and all below. */
  readonly domain: string;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Seconds since 1970; undefined: for as long as this call. */
  readonly expires: number | undefined;
}

export type CookieFormat = 'lwp' | 'mozilla';

/** Cookies that are kept at once, and characters of one. */
const COOKIES_MAX = 1000;
const COOKIE_CHARS_MAX = 8192;

export class CookieJar {
  #cookies: Cookie[];

  constructor(cookies: readonly Cookie[] = []) {
    this.#cookies = [...cookies];
  }

  /** What is said to an address; empty when nothing. Longer paths come first. */
  headerFor(url: URL, nowMs: number): string {
    const host = hostOf(url);
    return this.#cookies
      .filter((cookie) => isFor(cookie.domain, host) && isBelow(cookie.path, url.pathname) && (!cookie.secure || url.protocol === 'https:'))
      .filter(({ expires }) => expires === undefined || expires * 1000 > nowMs)
      .sort((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ');
  }

  /** Takes what a server sets; what it may not set is passed over. */
  take(lines: readonly string[], url: URL, nowMs: number): void {
    for (const line of lines) {
      const cookie = line.length > COOKIE_CHARS_MAX ? undefined : readSetCookie(line, url, nowMs);
      if (cookie === undefined) continue;
      this.#cookies = this.#cookies.filter(({ name, domain, path }) => name !== cookie.name || domain !== cookie.domain || path !== cookie.path);
      if (cookie.expires !== undefined && cookie.expires * 1000 <= nowMs) continue;
      if (this.#cookies.length < COOKIES_MAX) this.#cookies.push(cookie);
    }
  }

  /** Those that outlast this call. */
  lasting(nowMs: number): (Cookie & { readonly expires: number })[] {
    return this.#cookies.flatMap((cookie) => (cookie.expires === undefined || cookie.expires * 1000 <= nowMs ? [] : [{ ...cookie, expires: cookie.expires }]));
  }
}

/** As Python names hosts without a dot. */
function hostOf({ hostname }: URL): string {
  return hostname.includes('.') || hostname.includes(':') ? hostname : `${hostname}.local`;
}

function isFor(domain: string, host: string): boolean {
  return domain.startsWith('.') ? `.${host}`.endsWith(domain) : domain !== '' && domain === host;
}

function isBelow(path: string, asked: string): boolean {
  return asked === path || (asked.startsWith(path) && (path.endsWith('/') || asked[path.length] === '/'));
}

function readSetCookie(line: string, url: URL, nowMs: number): Cookie | undefined {
  const [first = '', ...rest] = line.split(';');
  const [name, value] = pairOf(first);
  const attributes = new Map(rest.map(pairOf).map(([key, text]) => [key.toLowerCase(), text]));
  const domain = domainOf(attributes.get('domain') ?? '', hostOf(url));
  if (name === '' || domain === undefined) return undefined;
  const path = attributes.get('path') ?? '';
  return {
    name, value, domain, path: path.startsWith('/') ? path : url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/'))),
    secure: attributes.has('secure'), httpOnly: attributes.has('httponly'), expires: expiryOf(attributes, nowMs),
  };
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Undefined: the host may not speak for that domain. One without a dot inside would be that of a whole country. */
function domainOf(asked: string, host: string): string | undefined {
  const name = asked.replace(/^\./, '').toLowerCase();
  if (name === '' || name === host) return name === '' ? host : `${/^[\d.]+$/.test(host) ? '' : '.'}${host}`;
  return name.includes('.') && host.endsWith(`.${name}`) && !/^[\d.]+$/.test(host) ? `.${name}` : undefined;
}

function expiryOf(attributes: ReadonlyMap<string, string>, nowMs: number): number | undefined {
  const age = attributes.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Math.floor(nowMs / 1000) + Number(age);
  // Old servers write the date with dashes.
  const at = Date.parse((attributes.get('expires') ?? '').replaceAll(/(\d)-([A-Za-z]{3})-(\d)/g, '$1 $2 $3'));
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}
