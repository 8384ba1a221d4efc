/** Addresses of sources: `salt://`, `file://`, the web, local paths. */
import { joinPath } from './paths.js';

export const REMOTE_SCHEMES: readonly string[] = ['http', 'https', 'ftp', 'swift', 's3'];
export const VALID_SCHEMES: readonly string[] = ['salt', 'file', ...REMOTE_SCHEMES];

export interface Address {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

/** Scheme, host and path as Python's `urlparse` cuts them. */
export function parseAddress(text: string): Address {
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  const [, host = '', path = ''] = /^(?:\/\/([^/?#]*))?([^?#]*)/.exec(rest) ?? [];
  return { scheme: scheme.toLowerCase(), host, path };
}

/** Host and path in one, without slashes at the end: where a `file://` address leads. */
export function placeOf({ host, path }: Address): string {
  return joinPath(host, path).replace(/\/+$/, '');
}

/** Path and environment of a `salt://` address; other addresses as they are, without an environment. */
export function saltPath(url: string): { readonly path: string; readonly saltenv: string | null } {
  if (!url.startsWith('salt://')) return { path: url, saltenv: null };
  const [, path = '', key, saltenv] = /^salt:\/\/(.*?)(?:\?(env|saltenv)=(.*))?$/s.exec(url) ?? [];
  return { path: path.replace(/^\/+/, ''), saltenv: key === 'saltenv' ? saltenv ?? null : null };
}

/** The address without user and password. */
export function withoutLogin(url: string): string {
  return url.replace(/(https?):\/\/.*@/gi, '$1://<redacted>@');
}
