/**
 * Where Vault is and who asks, from the option `vault`: `auth` and `server`, or the older form with `url`, `verify` and `namespace` beside `auth`.
 * Source: the documentation of Salt 3006 and 3007, module `vault`.
 */
import { isMap, isPlainMap, isTruthy, type PlainMap, type Value } from '../../std/value.js';
import { VaultError } from './error.js';

export interface VaultPlace {
  /** Without a slash at its end. */
  readonly url: string;
  readonly namespace: string | undefined;
  readonly verify: boolean;
  /** What to trust: certificates as PEM, or the path of a file of them. */
  readonly ca: string | undefined;
  readonly caFile: string | undefined;
  readonly login: VaultLogin;
}

export type VaultLogin =
  | { readonly method: 'token'; readonly token: string }
  | { readonly method: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: string | undefined };

const PEM = '-----BEGIN CERTIFICATE';

const invalid = (why: string): VaultError => new VaultError('InvalidConfigError', `Invalid vault configuration: ${why}`);
const mapOf = (value: Value | undefined): PlainMap => (isPlainMap(value ?? null) ? value as PlainMap : {});

/** @throws VaultError InvalidConfigError; it never tells a value */
export function vaultPlace(opts: Readonly<PlainMap>): VaultPlace {
  const options = mapOf(opts['vault']);
  const server: PlainMap = { url: options['url'] ?? null, verify: options['verify'] ?? null, namespace: options['namespace'] ?? null, ...mapOf(options['server']) };
  if (options['config_location'] === 'master' || !isTruthy(server['url'] ?? null)) {
    throw invalid('`vault:server:url` is missing here, and credentials that the master issues are not supported');
  }
  const verify = server['verify'] ?? null;
  const trust = typeof verify === 'string' ? verify : undefined;
  return {
    url: readUrl(server['url'] ?? null), namespace: isTruthy(server['namespace'] ?? null) ? text(server['namespace'], 'server:namespace') : undefined,
    verify: verify !== false, ca: trust?.startsWith(PEM) === true ? trust : undefined, caFile: trust?.startsWith(PEM) === false ? trust : undefined,
    login: readLogin(mapOf(options['auth'])),
  };
}

function readUrl(value: Value): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalid('`vault:server:url` is no address of http or https');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') throw invalid('`vault:server:url` has more than a host and a path');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readLogin(auth: PlainMap): VaultLogin {
  const method = auth['method'] ?? 'token';
  if (method === 'token') return { method, token: text(auth['token'], 'auth:token') };
  if (method !== 'approle') throw invalid('`vault:auth:method` is neither token nor approle');
  return {
    method, mount: text(auth['approle_mount'] ?? auth['mount'] ?? 'approle', 'auth:approle_mount'), roleId: text(auth['role_id'], 'auth:role_id'),
    secretId: isTruthy(auth['secret_id'] ?? null) ? text(auth['secret_id'], 'auth:secret_id') : undefined,
  };
}

function text(value: Value | undefined, name: string): string {
  if (isMap(value ?? null)) throw invalid(`\`vault:${name}\` is wrapped, which is not supported`);
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`\`vault:${name}\` is missing`);
}
