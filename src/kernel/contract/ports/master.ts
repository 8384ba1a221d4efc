/** What runners and other plugins on a master may ask of it. */
import type { PlainMap, Value } from '../../std/value.js';
import type { LockAnswer } from '../file-backend.js';

/** What minions told the master: grains, pillar, mine. Banks as Salt's cache. */
export interface KnownPort {
  get(bank: string, key: string): Promise<Value | undefined>;
  set(bank: string, key: string, value: Value): Promise<void>;
  list(bank: string): Promise<string[]>;
  flush(bank: string, key?: string): Promise<void>;
  contains(bank: string, key?: string): Promise<boolean>;
}

/** What a runner shows while it works. `job` is that of its context. */
export interface RunnerPort {
  /** Lines for the terminal of whoever called, as Python's `print`; never an event. */
  print(job: Readonly<PlainMap>, text: string): void;
  /** Fires `salt/run/<jid>/progress`. */
  progress(job: Readonly<PlainMap>, data: PlainMap): Promise<void>;
}

/** The backends from which a master serves files. */
export interface FileServerPort {
  /** Names of the backends that are enabled and work, short names among them. */
  backends(): Promise<readonly string[]>;
  envs(backend: string): Promise<string[]>;
  list(backend: string, kind: 'files' | 'dirs' | 'emptyDirs', saltenv: string): Promise<string[]>;
  symlinks(backend: string, saltenv: string): Promise<Record<string, string>>;
  /** Looks for what is new at the named remotes, or at all. */
  update(backend: string, remotes: readonly string[]): Promise<void>;
  /** Gives what went wrong, or undefined where there is nothing to clear. */
  clearCache(backend: string): Promise<readonly string[] | undefined>;
  /** Environments whose lists were forgotten. */
  clearListCache(backend: string, saltenvs: readonly string[] | undefined): Promise<readonly string[]>;
  lock(backend: string, remote: string | undefined): Promise<LockAnswer | undefined>;
  clearLock(backend: string, remote: string | undefined): Promise<LockAnswer | undefined>;
}

/** The mine as the master itself may read it: all of it. */
export interface MinePort {
  /** One function: `{minion: value}`; several: `{function: {minion: value}}`. */
  get(funs: readonly string[], tgt: Value, tgtType: string): PlainMap;
}

/** Execution modules on the host of the master, with its own facts. */
export interface MasterModulesPort {
  /** Gives undefined when there is no such function. */
  call(request: MasterModuleCall): Promise<{ readonly value: Value } | undefined>;
}

export interface MasterModuleCall {
  readonly fun: string;
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
  /** Compiles the pillar of the master for the call. */
  readonly withPillar: boolean;
  readonly signal: AbortSignal;
  /** What the call sees as its job (`__pub_*`). */
  readonly job?: PlainMap;
  /** Id of the run that asks; what the call asks of minions and of the master comes of it. */
  readonly cause?: string;
}

/** Counters of this master. */
export interface StatsPort {
  counters(): Promise<PlainMap>;
  /** The same as OpenMetrics text. */
  metrics(): Promise<string>;
}

/** What reacts to events on this host. Changes last as long as the program. */
export interface ReactorPort {
  /** False where no reactions are configured. */
  readonly isRunning: boolean;
  readonly isLeader: boolean;
  setLeader(value: boolean): boolean;
  list(): readonly PlainMap[];
  /** Give `status` and `comment`. */
  add(glob: string, files: Value): PlainMap;
  delete(glob: string): PlainMap;
}

/** Copies `salt://_<kind>` to the plugins of the master; gives names of what changed, as `modules.foo`. */
export interface MasterSyncPort {
  syncKind(kind: string, saltenvs: readonly string[], names?: { only?: readonly string[]; without?: readonly string[] }): Promise<string[]>;
}

/** Pillars of minions, as the master compiles them. */
export interface PillarPort {
  compile(request: PillarAsk): Promise<PlainMap>;
  /** The merged top files: environment to target to names of SLS; errors in Salt's words. */
  top(request: PillarAsk): Promise<{ readonly top: Value; readonly errors: readonly string[] }>;
  /** Forgets the pillars that are kept because nothing they were made of changed. */
  forget(): Promise<void>;
}

/** What an external source may reach of the compilation that asks it. */
export interface PillarFilesPort {
  /** The pillar of the same minion from files in other roots, without external sources; those of several merged in order. */
  files(trees: readonly PillarTreeAsk[]): Promise<PlainMap>;
}

export interface PillarTreeAsk {
  readonly saltenv: string;
  /** Environment to folders. */
  readonly roots: Readonly<Record<string, readonly string[]>>;
}

export interface PillarAsk {
  readonly id: string;
  readonly grains: PlainMap;
  readonly saltenv: string | null;
  readonly pillarenv: string | null;
}

/** Jobs that run on a few minions at a time; what is known of those that are over is not kept for ever. */
export interface BatchesPort {
  /** Undefined for no batch of this master. */
  summary(jid: string): PlainMap | undefined;
  /** Those that run and were not halted. */
  active(): readonly PlainMap[];
  /** Minions that work on a batch now. */
  working(jid: string): readonly string[];
  /** Begins no further minions of a batch. */
  stop(jid: string, reason: string): void;
}

/** Logins and rights of people, on a master. */
export interface AccessPort {
  /** `eauth`, `username`, `password`, perhaps `token_expire`: the token and what is kept of it; undefined when the login is refused. */
  makeToken(login: PlainMap): Promise<PlainMap | undefined>;
  /** By the token or by the id under which it is listed; false when there is none. */
  removeToken(tokenOrId: string): Promise<boolean>;
  /** `{id: {name, eauth, start, expire}}`: no token can be made of it. */
  tokens(): Promise<PlainMap>;
  /** What the rules say of a request, and which of them. */
  explain(question: AccessQuestion): Promise<PlainMap>;
}

export interface AccessQuestion {
  readonly user: string;
  readonly client: 'local' | 'runner' | 'wheel';
  readonly fun: string | readonly string[];
  readonly arg: readonly Value[];
  readonly kwarg: PlainMap;
  readonly tgt: Value;
  readonly tgtType: string;
  /** Groups that a login would bring. */
  readonly groups: readonly string[];
}

/** Questions about passwords that only the system can answer; on a master, in a process of its own. */
export interface PasswordPort {
  /** False, too, when it cannot be answered here: the log says why. */
  check(question: PasswordQuestion, signal: AbortSignal): Promise<boolean>;
}

export type PasswordQuestion =
  /** Whether crypt(3) makes this hash of the password. */
  | { readonly kind: 'crypt'; readonly password: string; readonly hash: string }
  /** Whether libpam lets the user in: authentication, then the account. `confdir`: a folder instead of /etc/pam.d. */
  | { readonly kind: 'pam'; readonly service: string; readonly username: string; readonly password: string; readonly confdir: string | null };
