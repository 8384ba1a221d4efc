/** Who is logged in: a random id, in a cookie or the header `X-Auth-Token`, that stands for a token. Kept in memory alone, as in Salt. */
import { randomBytes } from 'node:crypto';
import { cookieOf, headerOf, type Ask } from '../http/exchange.js';

export interface Session {
  readonly id: string;
  readonly token: string;
  readonly user: string;
  readonly expireUnixMs: number;
}

const SESSIONS_MAX = 100_000;
const ID_BYTES = 20;
/** Seconds. Source: golden cli/api-login-json. */
const COOKIE_AGE = 36_000;
export const COOKIE = 'session_id';

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Always under a new id: one that came with the login may be known to others. */
  open(login: Omit<Session, 'id'>): Session {
    if (this.#sessions.size >= SESSIONS_MAX) this.#forget();
    const session = { id: newSessionId(), ...login };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** The header comes before the cookie. */
  of(ask: Pick<Ask, 'headers'>): Session | undefined {
    const id = shownId(ask);
    return id === undefined ? undefined : this.find(id);
  }

  find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.expireUnixMs >= this.#now()) return session;
    this.#sessions.delete(id);
    return undefined;
  }

  close(id: string): void {
    this.#sessions.delete(id);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Those that are over, and then the oldest. */
  #forget(): void {
    const now = this.#now();
    for (const [id, { expireUnixMs }] of this.#sessions) if (expireUnixMs < now) this.#sessions.delete(id);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size < SESSIONS_MAX) return;
      this.#sessions.delete(oldest);
    }
  }
}

export const newSessionId = (): string => randomBytes(ID_BYTES).toString('hex');

export const shownId = (ask: Pick<Ask, 'headers'>): string | undefined => {
  const header = headerOf(ask, 'x-auth-token');
  return header === undefined || header === '' ? cookieOf(ask, COOKIE) : header;
};

/** Scripts of a page do not see it, other sites do not send it. */
export const cookieText = (id: string, { isSecure }: Pick<Ask, 'isSecure'>): string =>
  `${COOKIE}=${id}; Max-Age=${COOKIE_AGE}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
