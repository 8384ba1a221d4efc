/** Logging in and out. Source: golden cli/api-login-*, api-logout; read, Salt 3008.3. */
import { repr } from '../../kernel/std/python-text.js';
import { equalValues, Float, isList, isMap, isPlainMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KnownToken } from '../door/master-door.js';
import { HttpError } from '../http/http-error.js';
import { sentBy, writerFor } from './forms.js';
import { cookieText, newSessionId } from './sessions.js';
import type { Resource, SaltHost } from './salt-host.js';

export const login: Resource = {
  hasSession: true, restMax: 0,
  GET: ({ ask }) => Promise.resolve(writerFor(ask)({ status: null, return: 'Please log in' }, { headers: { 'WWW-Authenticate': 'Session' } })),
  async POST({ ask }, host) {
    const write = writerFor(ask);
    const { data } = await sentBy(ask);
    const first = isList(data) ? data[0] : data;
    const credentials = isPlainMap(first) ? first : {};
    if (!mayLogInFrom(String(credentials['username'] ?? ''), ask.address, host)) throw new HttpError(401);
    const known = await host.door.login({ login: credentials, address: ask.address, signal: ask.signal });
    if (known === undefined) throw new HttpError(401, 'Could not authenticate using provided credentials');
    const { id } = host.sessions.open({ token: known.token, user: known.name, expireUnixMs: known.expireSeconds * 1000 });
    const shown: PlainMap = {
      token: id, expire: new Float(known.expireSeconds), start: new Float(known.startSeconds), user: known.name, eauth: known.eauth, perms: permissionsOf(known, host.opts),
    };
    return write({ return: [shown] }, { headers: { 'X-Auth-Token': id, 'Set-Cookie': cookieText(id, ask) } });
  },
};

export const logout: Resource = {
  isClosed: true, hasSession: true, restMax: 0,
  async POST({ ask, session }, host) {
    const write = writerFor(ask);
    if (session !== undefined) {
      host.sessions.close(session.id);
      await host.door.revoke(session.token, { address: ask.address, signal: ask.signal });
      host.validity.revoked(session.token);
    }
    return write({ return: 'Your token has been cleared' }, { headers: { 'Cache-Control': 'private', 'Set-Cookie': cookieText(newSessionId(), ask) } });
  },
};

/** `api_acl`: users, or `*`, and the addresses they may come from. */
function mayLogInFrom(username: string, address: string, { options: { apiAcl } }: SaltHost): boolean {
  if (apiAcl === undefined || Object.keys(apiAcl).length === 0) return true;
  const list = Object.hasOwn(apiAcl, username) ? apiAcl[username] : apiAcl['*'];
  return list !== undefined && (list.includes(address) || list.includes('*'));
}

/** The lists of `external_auth` for the user, its groups and everybody: texts in order, then the rest. */
function permissionsOf({ name, eauth, data }: KnownToken, opts: Readonly<PlainMap>): Value {
  if (isList(data['auth_list'])) return [...data['auth_list']];
  const all = isMap(opts['external_auth']) ? new Map(mapEntries(opts['external_auth'])).get(eauth) : undefined;
  const lists = new Map(isMap(all) ? mapEntries(all) : []);
  const groups = isList(data['groups']) ? data['groups'].map((group) => `${String(group)}%`) : [];
  const entries = [name, '*', ...groups].flatMap((key) => {
    const list = lists.get(key);
    return isList(list) ? list : [];
  });
  const texts = [...new Set(entries.filter((entry) => typeof entry === 'string'))].sort();
  const others = entries.filter((entry) => typeof entry !== 'string');
  const unlike = others.filter((entry, at) => others.findIndex((one) => equalValues(one, entry)) === at);
  const sorted = [...texts, ...unlike.toSorted((a, b) => (repr(a) < repr(b) ? -1 : 1))];
  return sorted.length === 0 ? {} : sorted;
}
