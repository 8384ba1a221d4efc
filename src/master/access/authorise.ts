/**
 * The one gate for people: who is it, and may they. Every way in (`ways.data.ts`) asks here; each decision is told to the log.
 *
 * Source: wire-protocol section 9; golden wire/clear, cli/salt-auth-*, cli/run-auth-*.
 */
import type { Logger } from '../../kernel/contract/log.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { JobOrder } from '../jobs/publish-job.js';
import { blacklistedBy } from './blacklist.js';
import { credentialsOf, type Credentials } from './credentials.js';
import { identify, type Identity, type IdentityParts } from './identity.js';
import type { Login } from './logins.js';
import { AUTHORISATION, forbiddenError, SYNTAX, unknownError, type RefusedError } from './refusal-texts.js';
import { peerRule } from './peer-rights.js';
import { allowsFunction, allowsJob } from './rights.js';
import { WAYS, type EventView, type Way, type WayName } from './ways.data.js';

export type { RefusedError } from './refusal-texts.js';

export interface AccessParts extends IdentityParts {
  /** Who would be asked. */
  readonly expected: (tgt: Value, tgtType: string, delimiter: string) => readonly string[];
  /** Minions that surely belong to a target of a right. */
  readonly covered: (target: string) => readonly string[];
  readonly log: Logger;
  /** Told each decision, when that is wanted (`access_events`). */
  readonly fire?: (decision: PlainMap) => void;
}

export interface Ask {
  readonly way: WayName;
  /** With the credentials: they go no further than here. */
  readonly load: PlainMap;
  /** Where it comes from: `local socket`, or an address. */
  readonly from: string;
  /** Id that the job will have. */
  readonly jid?: string;
}

export type Verdict =
  | { readonly kind: 'allowed'; readonly user: string; readonly rule: string; /** To these minions only. */ readonly only?: readonly string[]; readonly sees?: EventView }
  | { readonly kind: 'refused'; readonly error: RefusedError };

export type Allowance = Extract<Verdict, { kind: 'allowed' }>;

/** A call of somebody who is proven already and never logs in: a minion, or a reaction of the master. */
export interface ProvenCall {
  readonly way: Extract<WayName, `peer:${string}` | `reactor:${string}`>;
  readonly user: string;
  readonly fun: string;
  readonly tgt?: Value;
  readonly jid?: string;
  /** What led to it. */
  readonly from: string;
}

/** What is asked for, in any spelling of the ways in. */
export interface Wanted extends Pick<JobOrder, 'fun' | 'arg' | 'tgt' | 'tgtType'> {
  readonly kwarg: PlainMap;
  readonly delimiter: string;
}

type Judged = { readonly kind: 'allowed'; readonly rule: string; readonly only?: readonly string[]; readonly sees?: EventView } | { readonly kind: 'refused'; readonly rule: string; readonly error: RefusedError };

export class Access {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  async decide(ask: Ask): Promise<Verdict> {
    const way: Way = WAYS[ask.way];
    const credentials = credentialsOf(ask.load, way.client);
    const wanted = wantedOf(ask.load, way.client);
    const identity = await identify(credentials, kindOfPlace(ask.way), this.#parts);
    if (identity === undefined) {
      this.#tell(ask, wanted, { decision: 'refused', user: claimed(credentials), by: credentials.kind, rule: 'not known' });
      return { kind: 'refused', error: unknownError(way.client, credentials) };
    }
    const judged = this.judge(identity, way, wanted);
    this.#tell(ask, wanted, { decision: judged.kind, user: identity.name, by: identity.eauth === '' ? identity.by : `${identity.by} ${identity.eauth}`, rule: judged.rule });
    if (judged.kind === 'refused') return { kind: 'refused', error: judged.error };
    const { rule, only, sees } = judged;
    return { kind: 'allowed', user: identity.name, rule, ...(only === undefined ? {} : { only }), ...(sees === undefined ? {} : { sees }) };
  }

  /** Whether this is the key of root or of the master's user: a service with it may ask for others, who prove themselves. */
  async mayServe(key: Value): Promise<boolean> {
    const service = await identify({ kind: 'user', key, named: '' }, 'service', this.#parts);
    return service !== undefined && service.rights === undefined;
  }

  /** A login by name and password; undefined when it is refused. */
  async login(way: WayName, load: PlainMap, from: string): Promise<Login | undefined> {
    const { eauth, username, password } = load;
    const login = await this.#parts.logins.check({ eauth, username, password, from: kindOfPlace(way) });
    const user = login?.name ?? claimed({ kind: 'eauth', eauth: null, username: username ?? null, password: null });
    const rule = login === undefined ? 'not known' : `login of external_auth:${login.eauth}`;
    this.#tell({ way, load, from }, wantedOf({}, 'local'), { decision: login === undefined ? 'refused' : 'allowed', user, by: 'eauth', rule });
    return login;
  }

  /** Minions and reactions: by `peer` and `peer_run`, and by the configuration of the reactor. */
  decideCall({ way: name, user, fun, tgt = null, jid, from }: ProvenCall): boolean {
    const way: Way = WAYS[name];
    const by = way.asks === 'peer' ? peerRule(this.#parts.opts, way.client, user, fun) : 'reactor of the master';
    const wanted: Wanted = { fun, arg: [], kwarg: {}, tgt, tgtType: '', delimiter: ':' };
    this.#tell({ way: name, load: {}, from, ...(jid === undefined ? {} : { jid }) }, wanted, {
      decision: by === undefined ? 'refused' : 'allowed', user, by: way.asks === 'peer' ? 'session' : 'configuration', rule: by ?? 'no right allows it',
    });
    return by !== undefined;
  }

  /** May they: the same for a request and for a question about one. */
  judge(identity: Identity, way: Pick<Way, 'client' | 'asks'>, wanted: Wanted): Judged {
    const { opts } = this.#parts;
    const { fun, arg, kwarg } = wanted;
    const blacklist = isPlainMap(opts['publisher_acl_blacklist']) ? opts['publisher_acl_blacklist'] : {};
    const forbidden = blacklistedBy(blacklist, identity.name, typeof fun === 'string' ? [fun] : fun, [...arg, kwarg]);
    if (forbidden !== undefined) return { kind: 'refused', rule: forbidden, error: way.client === 'local' ? AUTHORISATION : forbiddenError(way.client, identity.by, identity.name) };
    if (way.asks === 'known') return { kind: 'allowed', rule: 'known', sees: viewOf(identity) };
    if (identity.rights === undefined) return { kind: 'allowed', rule: 'root and the user of the master may everything' };
    if (way.asks === 'job') return this.#judgeJob(identity, wanted);
    if (way.asks === 'function' && way.client !== 'local' && typeof fun === 'string') return judgeFunction(identity, way.client, wanted, fun);
    return { kind: 'refused', rule: 'only for root and the user of the master', error: forbiddenError(way.client, identity.by, identity.name) };
  }

  #judgeJob({ rights = [], name, by }: Identity, { fun, arg, tgt, tgtType, delimiter }: Wanted): Judged {
    const minions = this.#parts.expected(tgt, tgtType, delimiter);
    const allowed = allowsJob(rights, { fun, arg, minions }, this.#parts.covered);
    if (allowed === undefined) return { kind: 'refused', rule: 'no right allows it', error: forbiddenError('local', by, name) };
    return { kind: 'allowed', rule: allowed.rule, ...(allowed.isBound ? { only: minions } : {}) };
  }

  /** Functions and targets, never arguments: these may be secrets. */
  #tell(ask: Ask, { fun, tgt }: Wanted, { decision, ...facts }: { decision: Verdict['kind']; user: string; by: string; rule: string }): void {
    const { log, fire } = this.#parts;
    const { client, asks } = WAYS[ask.way];
    const target: Value = client === 'local' && asks !== 'login' ? tgt : null;
    const told = { ...facts, from: ask.from, way: ask.way, fun: typeof fun === 'string' ? fun : [...fun], tgt: target, jid: ask.jid ?? null };
    if (decision === 'refused') log.warn(told, 'access refused');
    else log.info(told, 'access allowed');
    fire?.({ decision, ...told });
  }
}

/** The key of a local user opens no functions of the master: these are for root, and for rights of `external_auth`. */
function judgeFunction({ rights = [], name, by }: Identity, client: 'runner' | 'wheel', { arg, kwarg }: Wanted, fun: string): Judged {
  if (by !== 'user' && rights.length > 0 && fun.split('.').length !== 2) return { kind: 'refused', rule: 'no name of a function', error: SYNTAX };
  const allowed = by === 'user' ? undefined : allowsFunction(rights, client, { fun, args: arg, kwargs: kwarg });
  if (allowed === undefined) return { kind: 'refused', rule: 'no right allows it', error: forbiddenError(client, by, name) };
  return { kind: 'allowed', rule: allowed.rule };
}

/** Who may look at every event, or at every job, also sees them while they happen. */
function viewOf({ rights, by }: Identity): EventView {
  if (rights === undefined) return 'all';
  const may = (fun: string): boolean => by !== 'user' && allowsFunction(rights, 'runner', { fun, args: [], kwargs: {} }) !== undefined;
  if (may('state.event')) return 'all';
  return may('jobs.lookup_jid') ? 'jobs' : 'own';
}

/** Reads what a request asks for. Functions of the master come with `arg` and `kwarg`, from clients of Salt both inside `kwarg`. */
export function wantedOf(load: PlainMap, client: Way['client']): Wanted {
  const options = isPlainMap(load['kwargs']) ? load['kwargs'] : {};
  const call = client === 'local' ? { args: isList(load['arg']) ? load['arg'] : [], kwargs: {} } : masterCallOf(load);
  const fun = load['fun'] ?? '';
  return {
    fun: isList(fun) ? fun.map(String) : String(fun), arg: call.args, kwarg: call.kwargs, tgt: load['tgt'] ?? '',
    tgtType: typeof load['tgt_type'] === 'string' ? load['tgt_type'] : 'glob',
    delimiter: typeof options['delimiter'] === 'string' ? options['delimiter'] : ':',
  };
}

/** Arguments of a runner or wheel function. Source: read, Salt 3008.3: its clients send `kwarg: {arg: [...], kwarg: {...}}`. */
export function masterCallOf(load: PlainMap): { args: readonly Value[]; kwargs: PlainMap } {
  const kwarg = isPlainMap(load['kwarg']) ? load['kwarg'] : isPlainMap(load['kwargs']) ? load['kwargs'] : {};
  const { arg, kwarg: inner, ...others } = kwarg;
  if (isList(arg) && isPlainMap(inner) && Object.keys(others).length === 0) return { args: arg, kwargs: inner };
  return { args: isList(load['arg']) ? load['arg'] : [], kwargs: kwarg };
}

const kindOfPlace = (way: WayName): string => way.slice(0, way.indexOf(':'));

/** Whom it said to be: not proven. */
function claimed(credentials: Credentials): string {
  if (credentials.kind === 'eauth') return typeof credentials.username === 'string' ? credentials.username.slice(0, 256) : '';
  return credentials.kind === 'user' ? credentials.named.slice(0, 256) : '';
}
