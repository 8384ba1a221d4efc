/** What a request shows of who sends it. Source: read, Salt 3008.3: a token comes before a login, a login before the key of a local user. */
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { ClientKind } from './ways.data.js';

export type Credentials =
  | { readonly kind: 'token'; readonly token: Value }
  | { readonly kind: 'eauth'; readonly eauth: Value; readonly username: Value; readonly password: Value }
  | { readonly kind: 'user'; readonly key: Value; readonly named: string };

/** Jobs carry token and login in `kwargs`, runners and wheel functions beside the function. */
export function credentialsOf(load: PlainMap, client: ClientKind): Credentials {
  const place = client !== 'local' ? load : isPlainMap(load['kwargs']) ? load['kwargs'] : {};
  if ('token' in place) return { kind: 'token', token: place['token'] ?? null };
  if ('eauth' in place) {
    return { kind: 'eauth', eauth: place['eauth'] ?? null, username: place['username'] ?? null, password: place['password'] ?? null };
  }
  return { kind: 'user', key: load['key'] ?? null, named: typeof load['user'] === 'string' ? load['user'] : '' };
}
