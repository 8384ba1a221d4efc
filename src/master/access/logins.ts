/**
 * Logins by name and password, checked by plugins of the kind `auth` that `external_auth` names. Every refusal takes the same
 * time, whatever was wrong; who fails often is not asked for a while.
 */
import type { AuthPlugin } from '../../kernel/contract/auth.js';
import type { Context } from '../../kernel/contract/context.js';
import type { Logger } from '../../kernel/contract/log.js';
import { sleep } from '../../kernel/std/async.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { FailureLimit } from './failure-limit.js';

export interface LoginParts {
  readonly opts: Readonly<PlainMap>;
  readonly load: (name: string) => Promise<AuthPlugin | undefined>;
  /** The signal ends a check that takes too long. */
  readonly context: (name: string, signal: AbortSignal) => Context;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Time of every refusal; replaced in tests. */
  readonly refusalMs?: number;
}

export interface LoginAsk {
  readonly eauth: Value | undefined;
  readonly username: Value | undefined;
  readonly password: Value | undefined;
  /** Kind of the way it came: failures on one do not block the other. */
  readonly from: string;
}

/** Who has logged in. `acl`: rights that the plugin brings; null leaves them to the configuration. */
export interface Login {
  readonly eauth: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly acl: readonly Value[] | null;
}

const REFUSAL_MS = 1000;
const CHECK_MS = 30_000;
const AT_ONCE_MAX = 32;
const WAITING_MAX = 256;
const TEXT_MAX = 1024;
/** Signed tokens are long. */
const PASSWORD_MAX = 8192;
const FAILURES = { burst: 30, oneEachMs: 2000, namesMax: 10_000 };

export class Logins {
  readonly #parts: LoginParts;
  readonly #failures = new FailureLimit(FAILURES);
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** Whether `external_auth` names this plugin. */
  isEnabled(eauth: string): boolean {
    const all = this.#parts.opts['external_auth'];
    return isPlainMap(all) && Object.hasOwn(all, eauth);
  }

  /** Undefined when it is no login, after the time that every refusal takes. */
  async check(ask: LoginAsk): Promise<Login | undefined> {
    const startedMs = performance.now();
    const login = await this.#limited(ask);
    if (login === undefined) await this.#wait(startedMs);
    return login;
  }

  async #limited(ask: LoginAsk): Promise<Login | undefined> {
    const { eauth, username, password, from } = ask;
    if (!isText(eauth) || !isText(username) || !isText(password, PASSWORD_MAX) || username === '' || !this.isEnabled(eauth)) return undefined;
    const who = JSON.stringify([from, eauth, username]);
    if (this.#failures.isBlocked(who)) {
      this.#parts.log.warn({ eauth, user: username, from }, 'login refused: too many failures');
      return undefined;
    }
    if (!await this.#begin()) {
      this.#parts.log.warn({ eauth, from }, 'login refused: too many at once');
      return undefined;
    }
    try {
      const login = await this.#ask(eauth, username, password);
      if (login === undefined) this.#failures.fail(who);
      return login;
    } finally {
      this.#end();
    }
  }

  async #ask(eauth: string, name: string, password: string): Promise<Login | undefined> {
    const { load, context, log, opts, signal } = this.#parts;
    try {
      const plugin = await load(eauth);
      if (plugin === undefined) return undefined;
      const ctx = context(eauth, AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]));
      if (await plugin.auth(name, password, ctx) !== true) return undefined;
      const other = opts['eauth_acl_module'];
      const listed = typeof other === 'string' && other !== '' ? await load(other) : plugin;
      const acl = await listed?.acl?.(name, password, ctx) ?? null;
      return { eauth, name, groups: await this.#groups(plugin, name, password, ctx), acl: isList(acl) ? acl : null };
    } catch (err) {
      // What a plugin says of its failure may hold what it was given.
      log.error({ eauth, reason: err instanceof Error ? err.name : typeof err }, 'login cannot be checked');
      return undefined;
    }
  }

  /** A user whose groups cannot be asked for has none. */
  async #groups(plugin: AuthPlugin, name: string, password: string, ctx: Context): Promise<string[]> {
    try {
      const groups = await plugin.groups?.(name, password, ctx) ?? [];
      return isList(groups) ? groups.map(String) : [];
    } catch (err) {
      this.#parts.log.error({ eauth: plugin.name, user: name, reason: err instanceof Error ? err.name : typeof err }, 'groups cannot be asked for');
      return [];
    }
  }

  async #begin(): Promise<boolean> {
    if (this.#running < AT_ONCE_MAX) {
      this.#running += 1;
      return true;
    }
    if (this.#waiting.length >= WAITING_MAX) return false;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return true;
  }

  /** Hands the place on. */
  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }

  /** To the next whole multiple: a plugin that is slow with names it knows shows nothing, either. */
  async #wait(startedMs: number): Promise<void> {
    const each = this.#parts.refusalMs ?? REFUSAL_MS;
    const spent = performance.now() - startedMs;
    if (each > 0) await sleep(Math.max(1, Math.ceil(spent / each)) * each - spent, this.#parts.signal, true).catch(() => undefined);
  }
}

const isText = (value: Value | undefined, lettersMax = TEXT_MAX): value is string => typeof value === 'string' && value.length <= lettersMax && !value.includes('\0');
