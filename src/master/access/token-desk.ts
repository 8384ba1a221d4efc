/** Makes tokens of logins: for the command line, for clients of Salt, for the runner `auth`. Source: read, Salt 3008.3. */
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Access } from './authorise.js';
import { configured } from './identity.js';
import type { Login } from './logins.js';
import { tokenAnswer, type TokenData, type Tokens } from './tokens.js';
import type { WayName } from './ways.data.js';

export interface TokenDeskParts {
  readonly access: Pick<Access, 'login'>;
  readonly tokens: Tokens;
  readonly opts: Readonly<PlainMap>;
  readonly now?: () => number;
}

const EXPIRE_SECONDS = 43_200;
/** A hundred years: what is longer is no time to live. */
const EXPIRE_SECONDS_MAX = 100 * 366 * 86_400;

export class TokenDesk {
  readonly #parts: TokenDeskParts;

  constructor(parts: TokenDeskParts) {
    this.#parts = parts;
  }

  /** Gives the token with what is kept of it; undefined when the login is refused. */
  async make(way: WayName, load: PlainMap, from: string): Promise<PlainMap | undefined> {
    const { access, tokens, opts, now = Date.now } = this.#parts;
    const login = await access.login(way, load, from);
    if (login === undefined) return undefined;
    const startUnixMs = now();
    const data: TokenData = {
      name: login.name, eauth: login.eauth, startUnixMs, expireUnixMs: startUnixMs + Math.floor(this.#seconds(login, load['token_expire']) * 1000),
      groups: login.groups, ...(opts['keep_acl_in_token'] === true ? { authList: login.acl ?? configured(login, opts).map(({ entry }) => entry) } : {}),
    };
    const token = await tokens.make(data);
    return token === undefined ? undefined : tokenAnswer(token, data);
  }

  /** What is known of a token; empty for one that is not valid. */
  async look(token: Value): Promise<PlainMap> {
    const data = await this.#parts.tokens.find(token);
    return data === undefined || typeof token !== 'string' ? {} : tokenAnswer(token, data);
  }

  /** Ends a token; false for one that is not valid. */
  async revoke(token: Value): Promise<boolean> {
    const { tokens } = this.#parts;
    return typeof token === 'string' && await tokens.find(token) !== undefined && tokens.remove(token);
  }

  /** Some users may choose. */
  #seconds(login: Login, asked: Value | undefined): number {
    const { opts } = this.#parts;
    const usual = typeof opts['token_expire'] === 'number' ? opts['token_expire'] : EXPIRE_SECONDS;
    const seconds = typeof asked === 'string' ? Number(asked) : asked;
    if (typeof seconds !== 'number' || !(seconds > 0) || !mayChoose(login, opts['token_expire_user_override'])) return usual;
    return Math.min(seconds, EXPIRE_SECONDS_MAX);
  }
}

/** `token_expire_user_override`: True, or users by plugin. */
function mayChoose({ eauth, name }: Login, override: Value | undefined): boolean {
  if (!isPlainMap(override)) return override === true;
  const users = Object.hasOwn(override, eauth) ? override[eauth] : [];
  return isList(users) && users.includes(name);
}
