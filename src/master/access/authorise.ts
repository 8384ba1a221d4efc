/**
 * The one gate for people: who is it, and may they. Every way in asks here.
 *
 * Source: wire-protocol section 9; golden wire/clear. External authentication comes with its own issue: until then a
 * request that names it is refused.
 */
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { LocalKeys } from './local-keys.js';

export type Identity =
  | { readonly kind: 'user'; readonly name: string; /** The local account behind a key; root may act as others. */ readonly account: string }
  | { readonly kind: 'refused'; readonly error: RefusedError };

/** As it goes to the client. */
export type RefusedError = { readonly name: string; readonly message: string };

export type ClientKind = 'local' | 'runner' | 'wheel';

export interface AccessOptions {
  readonly keys: LocalKeys;
  readonly publisherAcl: PlainMap;
  readonly blacklist: PlainMap;
  /** The account the master runs as. */
  readonly masterUser: string;
}

const AUTHENTICATION: Record<ClientKind, RefusedError> = {
  local: { name: 'AuthenticationError', message: 'Authentication error occurred.' },
  runner: { name: 'UserAuthenticationError', message: 'Authentication failure of type "user" occurred' },
  wheel: { name: 'UserAuthenticationError', message: 'Authentication failure of type "user" occurred' },
};
const AUTHORISATION: RefusedError = { name: 'AuthorizationError', message: 'Authorization error occurred.' };

export class Access {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Who sent this load. A name in the payload is believed only from root's key. */
  identify(load: PlainMap, client: ClientKind): Identity {
    const account = this.#options.keys.userOf(load['key']);
    if (account === undefined) return { kind: 'refused', error: AUTHENTICATION[client] };
    const named = typeof load['user'] === 'string' && load['user'] !== '' ? load['user'] : account;
    const isMaster = account === 'root' || account === this.#options.masterUser;
    return { kind: 'user', account, name: isMaster ? named : account };
  }

  /** Undefined when the user may; else what to answer. */
  refuse(identity: Extract<Identity, { kind: 'user' }>, client: ClientKind, fun: string | readonly string[], args: readonly Value[]): RefusedError | undefined {
    const funs = typeof fun === 'string' ? [fun] : fun;
    if (this.#isBlacklisted(identity.name, funs, args)) return AUTHORISATION;
    if (identity.account === 'root' || identity.account === this.#options.masterUser) return undefined;
    if (client !== 'local') return AUTHORISATION;
    const allowed = this.#allowed(identity.account);
    return funs.every((name) => allowed.some((pattern) => wholeMatch(name, pattern))) ? undefined : AUTHORISATION;
  }

  #isBlacklisted(user: string, funs: readonly string[], args: readonly Value[]): boolean {
    const { blacklist } = this.#options;
    const users = texts(blacklist['users']);
    const modules = texts(blacklist['modules']);
    if (users.some((pattern) => isForbidden(user, pattern))) return true;
    const called = funs.includes('sys.doc') ? funs : [...funs, ...nestedFunctions(args)];
    return called.some((name) => modules.some((pattern) => isForbidden(name, pattern)));
  }

  #allowed(account: string): string[] {
    const { publisherAcl } = this.#options;
    return Object.entries(publisherAcl).filter(([user]) => fnmatch(account, user)).flatMap(([, functions]) => texts(functions));
  }
}

/** Functions named in arguments of calls that call others: `state.single`-like ways around a list are not followed here. */
function nestedFunctions(args: readonly Value[]): string[] {
  return args.filter((arg): arg is string => typeof arg === 'string' && /^[a-z_]\w*\.\w+$/i.test(arg));
}

/** What is forbidden is forbidden as text, as glob and as regular expression. Source: read, Salt 3008.3. */
const isForbidden = (name: string, pattern: string): boolean => fnmatch(name, pattern) || wholeMatch(name, pattern);

/** Names are matched as anchored regular expressions, and as globs when they are no expression. */
function wholeMatch(name: string, pattern: string): boolean {
  if (pattern === name) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(name);
  } catch {
    // `*` and the like: no regular expression.
    return fnmatch(name, pattern);
  }
}

function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap((item) => (isPlainMap(item) ? [] : [String(item)]));
  return [];
}
