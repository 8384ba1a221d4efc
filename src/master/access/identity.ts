/**
 * Who is it: by the key of a local user, by a token, or by a login. Gives the rights that come with it.
 *
 * Source: wire-protocol section 9; read, Salt 3008.3.
 */
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { isList, isMap, isPlainMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Credentials } from './credentials.js';
import type { LocalKeys } from './local-keys.js';
import type { Logins } from './logins.js';
import { rightsOf, type Right } from './rights.js';
import type { TokenData, Tokens } from './tokens.js';

export interface Identity {
  /** As jobs and events show it. */
  readonly name: string;
  readonly by: Credentials['kind'];
  /** Part of `external_auth`; empty for local users. */
  readonly eauth: string;
  /** Undefined: root or the user of the master, who may everything. */
  readonly rights: readonly Right[] | undefined;
}

export interface IdentityParts {
  readonly keys: Pick<LocalKeys, 'userOf'>;
  readonly logins: Pick<Logins, 'check' | 'isEnabled'>;
  readonly tokens: Pick<Tokens, 'find'>;
  readonly opts: Readonly<PlainMap>;
  /** The account the master runs as. */
  readonly masterUser: string;
}

const SUDO = 'sudo_';

export async function identify(credentials: Credentials, from: string, parts: IdentityParts): Promise<Identity | undefined> {
  switch (credentials.kind) {
    case 'user':
      return byKey(credentials, parts);
    case 'token': {
      const data = await parts.tokens.find(credentials.token);
      // A plugin that is no longer named takes its tokens with it.
      if (data === undefined || !parts.logins.isEnabled(data.eauth)) return undefined;
      return { name: data.name, by: 'token', eauth: data.eauth, rights: rightsOfToken(data, parts.opts) };
    }
    case 'eauth': {
      const login = await parts.logins.check({ ...credentials, from });
      if (login === undefined) return undefined;
      return { name: login.name, by: 'eauth', eauth: login.eauth, rights: login.acl === null ? configured(login, parts.opts) : listed(login.acl, login.eauth) };
    }
  }
}

/** A name in the payload is believed only with the key of root or of the master; `sudo_acl` then holds those under sudo to their own rights. */
function byKey({ key, named }: Extract<Credentials, { kind: 'user' }>, parts: IdentityParts): Identity | undefined {
  const account = parts.keys.userOf(key);
  if (account === undefined) return undefined;
  const acl = isPlainMap(parts.opts['publisher_acl']) ? parts.opts['publisher_acl'] : {};
  if (account !== 'root' && account !== parts.masterUser) return { name: account, by: 'user', eauth: '', rights: publisherRights(acl, account) };
  const name = named === '' ? account : named;
  const isHeld = name.startsWith(SUDO) && parts.opts['sudo_acl'] === true && Object.keys(acl).length > 0;
  return { name, by: 'user', eauth: '', rights: isHeld ? publisherRights(acl, name.slice(SUDO.length)) : undefined };
}

export function publisherRights(acl: PlainMap, account: string): Right[] {
  return mapEntries(acl).filter(([user]) => typeof user === 'string' && fnmatch(account, user)).flatMap(([user, list]) =>
    (isList(list) ? list : typeof list === 'string' || isMap(list) ? [list] : []).map((entry) => ({ from: `publisher_acl:${String(user)}`, entry })));
}

/** Rights that the configuration gives. */
export function configured({ eauth, name, groups }: { eauth: string; name: string; groups: readonly string[] }, opts: Readonly<PlainMap>): Right[] {
  const all = opts['external_auth'];
  const config = isPlainMap(all) ? all[eauth] : undefined;
  return isMap(config) ? rightsOf(config, { name, groups }, { permissive: opts['permissive_acl'] === true, from: `external_auth:${eauth}` }) : [];
}

function rightsOfToken({ eauth, name, groups = [], authList }: TokenData, opts: Readonly<PlainMap>): Right[] {
  if (opts['keep_acl_in_token'] === true && authList !== undefined) return listed(authList, eauth);
  return configured({ eauth, name, groups }, opts);
}

const listed = (list: readonly Value[], eauth: string): Right[] => list.map((entry) => ({ from: `list of ${eauth}`, entry }));
