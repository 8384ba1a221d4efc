/**
 * Vault, or OpenBao, by its HTTP API. Refuses to follow an answer that sends elsewhere: the token is for the server it was given for.
 * Source: documentation of Vault, "HTTP API"; traffic of OpenBao 2.7.2.
 */
import { asError } from '../../std/async.js';
import { pythonJson } from '../../std/python-json.js';
import { isList, isMap, isPlainMap, isTruthy, mapGet, type PlainMap, type Value } from '../../std/value.js';
import { readJson } from '../../yaml/read-json.js';
import { httpFetch, type HttpAnswer } from '../http/request.js';
import { DENIED, isVaultError, refusal, UNREACHED, VaultError } from './error.js';
import type { VaultPlace } from './place.js';
import { dropToken, keepToken, keptToken } from './tokens.js';

const TIMEOUT_MS = 30_000;
const BYTES_MAX = 16 * 1024 * 1024;
const WORDS_MAX = 2000;

export interface VaultQuestion {
  readonly payload?: Value | undefined;
  readonly contentType?: string;
  /** What stands behind `?`. */
  readonly query?: string | undefined;
}

/** Every step is encoded, so that no name can lead to another place. @throws VaultError */
function addressOf(url: string, endpoint: string, query: string | undefined): string {
  const steps = endpoint.replace(/^\/+|\/+$/g, '').split('/');
  if (steps.some((step) => step === '.' || step === '..')) throw new VaultError('VaultInvocationError', 'A path of Vault has no step `.` or `..`');
  const asked = query === undefined || query === '' ? '' : `?${new URLSearchParams(query).toString()}`;
  return `${url}/v1/${steps.map((step) => encodeURIComponent(step)).join('/')}${asked}`;
}

export class Vault {
  readonly #place: VaultPlace;
  readonly #signal: AbortSignal;
  #token: string | undefined;
  /** The token is of an earlier call and may have ended. */
  #isOld = false;

  constructor(place: VaultPlace, signal: AbortSignal) {
    this.#place = place;
    this.#signal = signal;
  }

  /** The answer as Vault gives it; true when it has no body. A token of an earlier call that is no longer taken is replaced once. @throws VaultError */
  async ask(method: string, endpoint: string, question: VaultQuestion = {}): Promise<Value> {
    const token = this.#token ?? this.#takeKept() ?? await this.#logIn();
    try {
      return await this.#send(method, endpoint, question, token);
    } catch (error) {
      if (!this.#isOld || !isVaultError(error, DENIED)) throw error;
      dropToken(this.#place);
      return this.#send(method, endpoint, question, await this.#logIn());
    }
  }

  /** Forgets the token of a login, and has Vault forget it. @throws VaultError when Vault cannot be asked */
  async logOut(): Promise<void> {
    const token = dropToken(this.#place);
    this.#token = undefined;
    if (token === undefined) return;
    try {
      await this.#send('POST', 'auth/token/revoke-self', {}, token);
    } catch (error) {
      // Not taken any more: there is nothing left to revoke.
      if (!isVaultError(error, DENIED)) throw error;
    }
  }

  #takeKept(): string | undefined {
    this.#token = keptToken(this.#place, Date.now());
    this.#isOld = this.#token !== undefined;
    return this.#token;
  }

  async #logIn(): Promise<string> {
    const { login } = this.#place;
    if (login.method === 'token') return login.token;
    const payload = { role_id: login.roleId, ...(login.secretId === undefined ? {} : { secret_id: login.secretId }) };
    const answer = await this.#send('POST', `auth/${login.mount}/login`, { payload }, undefined);
    const auth = isPlainMap(answer) && isPlainMap(answer['auth'] ?? null) ? answer['auth'] as PlainMap : {};
    const token = auth['client_token'];
    if (typeof token !== 'string' || token === '') throw new VaultError('VaultAuthExpired', 'Vault gave no token for the AppRole');
    this.#token = token;
    this.#isOld = false;
    const lasts = Number(auth['lease_duration'] ?? 0);
    // One that may be used a number of times belongs to this call alone.
    if (!isTruthy(auth['num_uses'] ?? 0)) keepToken(this.#place, { token, endsAtMs: lasts > 0 ? Date.now() + lasts * 1000 : undefined });
    return token;
  }

  async #send(method: string, endpoint: string, { payload, query, contentType = 'application/json' }: VaultQuestion, token: string | undefined): Promise<Value> {
    const { url, namespace, verify, ca, caFile } = this.#place;
    const body = payload === undefined ? undefined : pythonJson(payload, { indent: null, sortKeys: false });
    if (payload !== undefined && body === undefined) throw new VaultError('VaultInvocationError', 'What shall be written is no JSON');
    const headers = {
      'Content-Type': contentType, 'X-Vault-Request': 'true', ...(token === undefined ? {} : { 'X-Vault-Token': token }),
      ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
    };
    // LIST is no method that every proxy lets through; Vault takes it as a query too.
    const [sent, asked] = method === 'LIST' ? ['GET', [query, 'list=true'].filter(Boolean).join('&')] : [method, query];
    const answer = await httpFetch({
      method: sent, url: addressOf(url, endpoint, asked), headers, body, verify, ca, caFile, timeoutMs: TIMEOUT_MS, bytesMax: BYTES_MAX, redirectsMax: 0, signal: this.#signal,
    }).catch((cause: unknown) => {
      throw new VaultError(UNREACHED, `Vault at ${url} cannot be asked: ${asError(cause).message}`, cause);
    });
    return readAnswer(answer, url);
  }
}

function readAnswer(answer: HttpAnswer, url: string): Value {
  if (answer.status === 204) return true;
  const found = readBody(answer.body.toString('utf8'));
  if (answer.status >= 200 && answer.status < 300) {
    if (isMap(found)) return found;
    throw new VaultError('VaultException', `What answers at ${url} is no Vault`);
  }
  if (answer.status >= 300 && answer.status < 400) throw new VaultError('VaultException', `Vault at ${url} sends elsewhere (${answer.status}), which is not followed`);
  const errors = isMap(found) ? mapGet(found, 'errors') ?? null : null;
  throw refusal(answer.status, isList(errors) ? errors.map(String).join(', ').slice(0, WORDS_MAX) : answer.reason);
}

function readBody(text: string): Value {
  try {
    return text === '' ? {} : readJson(text);
  } catch {
    // What is no JSON comes from something that is no Vault; it is not repeated, for it may hold anything.
    return null;
  }
}
