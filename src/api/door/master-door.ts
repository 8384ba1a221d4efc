/** The one place from which the service asks its master: over the local door, with its own key, for people who prove themselves. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME, MasterUnreachableError, type DoorRequest } from '../../client/door.js';
import { readLocalKey } from '../../client/local-key.js';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { HttpError } from '../http/http-error.js';

/** Who asks: a token, or `eauth`, `username` and `password`. */
export type Login = PlainMap;

export interface Asker {
  readonly login: Login;
  readonly address: string;
  /** Id of the request: what it causes is known to come from it. */
  readonly request?: string;
  readonly signal: AbortSignal;
}

/** What is known of a token. */
export interface KnownToken {
  readonly token: string;
  readonly name: string;
  readonly eauth: string;
  readonly startSeconds: number;
  readonly expireSeconds: number;
  /** As the master tells it. */
  readonly data: PlainMap;
}

export interface View {
  readonly sees: 'all' | 'jobs' | 'own';
  readonly user: string;
}

const UNKNOWN = new Set(['AuthenticationError', 'AuthorizationError', 'EauthAuthenticationError', 'TokenAuthenticationError', 'UserAuthenticationError']);

export class MasterDoor {
  readonly #opts: Readonly<PlainMap>;

  constructor(opts: Readonly<PlainMap>) {
    this.#opts = opts;
  }

  /** The frames of the answer. @throws HttpError: refused, or no master */
  async *ask(op: DoorRequest['op'], load: PlainMap, { login, address, request, signal }: Asker): AsyncGenerator<PlainMap> {
    // The key is read anew: the master may have been set up since.
    const { key, user } = readLocalKey(this.#opts);
    try {
      for await (const frame of askMaster(join(String(this.#opts['sock_dir']), DOOR_NAME), { op, key, user, login, load, service: { from: address, ...(request === undefined ? {} : { request }) } }, signal)) {
        if (frame['kind'] === 'refused') throw refusalOf(frame);
        yield frame;
      }
    } catch (error) {
      if (error instanceof MasterUnreachableError) throw new HttpError(503, 'Salt Master is not available.');
      throw error;
    }
  }

  /** Undefined when the login is refused. */
  async login(asker: Asker): Promise<KnownToken | undefined> {
    return this.#token('mk_token', asker);
  }

  /** Undefined when the token is not, or no longer, valid. */
  async look(token: string, asker: Omit<Asker, 'login'>): Promise<KnownToken | undefined> {
    return this.#token('look', { ...asker, login: { token } });
  }

  async revoke(token: string, asker: Omit<Asker, 'login'>): Promise<boolean> {
    for await (const frame of this.ask('revoke', {}, { ...asker, login: { token } })) if (frame['kind'] === 'revoked') return frame['done'] === true;
    return false;
  }

  /** Which events the holder of the token sees; undefined when it is not valid. */
  async view(token: string, asker: Omit<Asker, 'login'>): Promise<View | undefined> {
    try {
      for await (const { kind, sees, user } of this.ask('events', {}, { ...asker, login: { token } })) {
        if (kind === 'view') return { sees: sees === 'all' || sees === 'jobs' ? sees : 'own', user: String(user) };
      }
    } catch (error) {
      if (error instanceof HttpError && error.status === 401) return undefined;
      throw error;
    }
    return undefined;
  }

  async #token(op: 'mk_token' | 'look', asker: Asker): Promise<KnownToken | undefined> {
    for await (const { kind, data } of this.ask(op, {}, asker)) {
      if (kind !== 'token' || !isPlainMap(data) || typeof data['token'] !== 'string') continue;
      return { token: data['token'], name: String(data['name']), eauth: String(data['eauth']), startSeconds: Number(data['start']), expireSeconds: Number(data['expire']), data };
    }
    return undefined;
  }
}

function refusalOf(frame: PlainMap): HttpError {
  const { name, message } = isPlainMap(frame['error']) ? frame['error'] : {};
  if (UNKNOWN.has(String(name))) return new HttpError(401, String(message));
  return new HttpError(name === 'SaltInvocationError' ? 400 : 500, String(message));
}
