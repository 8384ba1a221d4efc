/** What plugins may need of the program. Each port is implemented by a room above and handed in; none of it is promised on every host. */
import type { PlainMap, Value } from '../std/value.js';
import type { LockAnswer } from './file-backend.js';
import type { TracePort } from './happening.js';
import type { StatePort } from './state-engine.js';

/** The `salt://` file client (`cp.*`, templates, states). Paths are `salt://a/b` or `a/b`; `saltenv` as Salt. */
export interface FilePort {
  /** Copies into the local cache when it changed; gives the local path, or undefined when the master has no such file. */
  cacheFile(path: string, saltenv: string): Promise<string | undefined>;
  /** Where a file lies that need not be copied: on a host that serves its files itself. */
  ownPath?(path: string, saltenv: string): Promise<string | undefined>;
  /**
   * Writes the master's file to a path of this machine, whole or not at all, without a copy in the cache; leaves an equal
   * file alone. Gives `dest`, or undefined when the master has no such file. `gzip` is the level asked of the master.
   */
  fetchFile(path: string, saltenv: string, dest: string, options?: { gzip?: number }): Promise<string | undefined>;
  /** Hash of the file on the master: `{ hash_type, hsum }`; undefined when missing. */
  hashFile(path: string, saltenv: string): Promise<{ hash_type: string; hsum: string } | undefined>;
  hashAndStat(path: string, saltenv: string): Promise<readonly [Value, Value]>;
  fileList(saltenv: string, prefix: string): Promise<string[]>;
  fileListEmptyDirs(saltenv: string, prefix: string): Promise<string[]>;
  dirList(saltenv: string, prefix: string): Promise<string[]>;
  symlinkList(saltenv: string, prefix: string): Promise<Record<string, string>>;
  envs(): Promise<string[]>;
  /** Master's `_master_opts`. */
  masterOpts(): Promise<PlainMap>;
  /** Local cache path a file would have. */
  cachePath(path: string, saltenv: string): string;
  /** Sends a local file to the master (`cp.push`). */
  push(localPath: string, nameParts: readonly string[]): Promise<boolean>;
}

/** Requests to the master under the identity of this minion. */
export interface MasterPort {
  request(load: PlainMap, options?: { timeoutMs?: number }): Promise<Value>;
  /** Asks a master at this address, ours or another, in clear whether it answers; absent where that cannot be done. */
  ping?(address: string, options?: { timeoutMs?: number }): Promise<boolean>;
}

export interface EventPort {
  /** To the local bus of this host. */
  fireLocal(tag: string, data: PlainMap): Promise<boolean>;
  /** To the master's bus; on the master the same as local. `cause`: id of the job or run that fires it, kept on a master. */
  fireMaster(tag: string, data: Value, preload?: PlainMap, cause?: string): Promise<boolean>;
  /** Every event of the local bus from now on, until the signal; a slow reader loses events. Absent where nobody can listen. */
  listen?(signal: AbortSignal): AsyncIterable<{ readonly tag: string; readonly data: PlainMap }>;
  /** Events on the bus of the daemon `node` (`minion` or `master`) of this machine, from now on. @throws when no such daemon runs */
  follow?(where: { readonly node: string; readonly sockDir: string | null }, signal: AbortSignal): AsyncIterable<{ readonly tag: string; readonly data: PlainMap }>;
}

/** Jobs that run on this minion now. */
export interface JobsPort {
  /** As `saltutil.running`: jid, fun, pid, tgt, tgt_type, user, ret, arg... */
  running(): PlainMap[];
  /** Signals the job and what it started; gives Salt's sentence, or empty text when there is no such job. */
  signal(jid: string, signal: NodeJS.Signals | number): Promise<string>;
  /** Jobs that were taken but wait for their turn: as `running`, with `queued: true` and `queue_type`. */
  queued?(): Promise<PlainMap[]>;
  /** The return this host kept of a job (`cache_jobs`), undefined when it kept none. */
  keptReturn?(jid: string): Promise<PlainMap | undefined>;
}

/** The program's own parts that `saltutil` refreshes. */
export interface RefreshPort {
  grains(): Promise<boolean>;
  pillar(options?: { pillarenv?: string; cleanCache?: boolean }): Promise<boolean>;
  modules(): Promise<boolean>;
  /** Fetches pillar from the master without storing it. */
  compilePillar(options: { saltenv?: string; pillarenv?: string; override?: PlainMap }): Promise<PlainMap>;
  /** Fetches the pillar as external sources alone give it (`pillar.ext`); `external` is a list of `{name: configuration}` or one such map. */
  externalPillar?(external: Value, override?: PlainMap): Promise<PlainMap>;
  /** Sends `revoke_auth`; false when the master did not answer. */
  revokeAuth(options?: { preserveMinionCache?: boolean }): Promise<boolean>;
  /** Removes the keys of this minion, makes new ones and asks the master to accept them. */
  regenKeys?(): Promise<void>;
  /** Copies `salt://_<kind>`; gives names of what changed, as `modules.foo`. `only` and `without` are names without the kind. */
  syncKind(kind: string, saltenvs: readonly string[], names?: { only?: readonly string[]; without?: readonly string[] }): Promise<string[]>;
  /** Environments in which the top file gives this minion states; empty without a top file. */
  topEnvs?(): Promise<string[]>;
}

/** What the loader knows (`sys.*`). Function docs and parameters come from the index. */
export interface CatalogPort {
  /** Names of modules of a kind (`modules`, `states`, `runners`, `returners`, `wheel`, ...), sorted. */
  names(kind: string): Promise<string[]>;
  /** Full function names of a kind, sorted. */
  functions(kind: string): Promise<readonly string[]>;
  doc(kind: string, fullName: string): Promise<string | undefined>;
  /** As `sys.argspec`: args, defaults, varargs, kwargs. */
  argspec(kind: string, fullName: string): Promise<PlainMap | undefined>;
  /** File name, without ending, of the plugin that serves a name: `aptpkg` for `pkg`. */
  provider(kind: string, name: string): Promise<string | undefined>;
  /** Files of plugins that serve nothing on this machine, sorted. */
  notLoaded(kind: string): Promise<string[]>;
  reload(): Promise<boolean>;
}

/** Sends jobs, for runners and the reactor; as Salt's LocalClient. */
export interface LocalPort {
  /** Publishes and gives each return as it comes; ends by the rule of the command line. */
  returns(job: LocalJob, signal: AbortSignal): AsyncIterable<LocalReturn>;
  publish(job: LocalJob): Promise<{ jid: string; minions: string[] }>;
  /** Goes on with a job that was published before; undefined when the master does not know it. */
  follow?(jid: string, signal: AbortSignal): AsyncIterable<LocalReturn> | undefined;
}
export interface LocalJob {
  readonly tgt: Value;
  readonly tgt_type?: string;
  readonly fun: string | readonly string[];
  readonly arg?: readonly Value[];
  readonly kwarg?: PlainMap;
  readonly ret?: string;
  readonly timeoutMs?: number;
  readonly user?: string;
  readonly metadata?: PlainMap;
  /** How many minions at once, as `10` or `25%`. */
  readonly batch?: Value;
  /** Only so many of the minions, chosen at random. */
  readonly subset?: number;
  /** How long to wait for the answer to "do you still work?". */
  readonly gatherTimeoutMs?: number;
  /** Id of the job; a new one when not given. */
  readonly jid?: string;
  /** Id of the run or reaction that asks for it. */
  readonly cause?: string;
}
export interface LocalReturn {
  readonly id: string;
  /** False when the minion did not answer; then `ret` is empty text. */
  readonly answered: boolean;
  readonly ret: Value;
  readonly retcode: number;
  readonly out: string | undefined;
  readonly jid?: string;
}

/** Runners and wheel functions of the master whose configuration lies beside that of this host (`saltutil.runner`). */
export interface MasterSidePort {
  runner(call: MasterSideCall): Promise<Value>;
  wheel(call: MasterSideCall): Promise<Value>;
}
export interface MasterSideCall {
  readonly name: string;
  readonly arg: readonly Value[];
  readonly kwarg: PlainMap;
  readonly user: string;
  /** The whole answer (`fun`, `jid`, `user`, `fun_args`, `return`, `success`) instead of the return alone. */
  readonly full: boolean;
  /** Given to functions that have a parameter `saltenv`. */
  readonly saltenv: string;
  /** Job id of the orchestration that calls. */
  readonly jid?: string;
}

/** The job store as runners read it. */
export interface JobStorePort {
  /** What was published of each job, with `jid` and `minions`; newest first. */
  list(filter: JobFilter): Promise<PlainMap[]>;
  load(jid: string): Promise<PlainMap | undefined>;
  /** When the last expected return came, as listings print times; kept only with `job_cache_store_endtime`. */
  endTime?(jid: string): Promise<string | undefined>;
  /** `{ minion: { return, retcode, success, out } }`. */
  returns(jid: string): Promise<PlainMap>;
  /** What is known of each minion of a job, by id: `state`, `at`, and what else there is; undefined for a job nobody knows. */
  delivery?(jid: string): Promise<PlainMap | undefined>;
  /** Another store, by the name of its returner (`ext_source`); undefined when there is no such returner, or it keeps no jobs. */
  other?(name: string): Promise<JobStorePort | undefined>;
  /** Returns that belong to no job of this master, newest first. */
  quarantined?(): Promise<PlainMap[]>;
  /** Jobs whose returns are not complete and that still run somewhere: asked of the minions by the runner. */
  [Symbol.asyncDispose]?(): Promise<void>;
}
export interface JobFilter {
  readonly count?: number;
  readonly offset?: number;
  readonly fun?: string;
  readonly tgt?: string;
  readonly startUnixMs?: number;
  readonly endUnixMs?: number;
  readonly user?: string;
  /** A minion that answered; its newest answers come first. */
  readonly minion?: string;
  readonly result?: JobResult;
}

/**
 * How a job stands. `succeeded`: all returned without failure. `failed`: some minion failed. `missing`: some is lost, not connected or was
 * cancelled. `unfinished`: some may still return. `interrupted`: some minion ended while it worked on the job.
 */
export type JobResult = 'succeeded' | 'failed' | 'missing' | 'unfinished' | 'interrupted';

/** Keys of the master. State names are Salt's directories: minions, minions_pre, minions_rejected, minions_denied. */
export interface KeysPort {
  list(): Promise<Record<'minions' | 'minions_pre' | 'minions_rejected' | 'minions_denied', string[]>>;
  connected(): Promise<string[]>;
  /** Addresses from which they are connected, by id, where these are known. */
  addresses?(): Promise<Record<string, string>>;
  act(action: 'accept' | 'reject' | 'delete', ids: readonly string[], from: readonly string[]): Promise<Record<string, string[]>>;
  /** Public key PEM. */
  text(state: string, id: string): Promise<string | undefined>;
  finger(state: string, id: string): Promise<string | undefined>;
  /** All that `wheel.key` does; only where the host is a master. */
  readonly actions?: KeyActionsPort;
}

/** Ids by state name; `local` are the key files of the master itself. */
export type KeyLists = Readonly<Record<string, readonly string[]>>;
/** Texts by state name and id. */
export type KeyTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;
/** Keys of which states are changed besides those that wait. */
export interface KeyChange {
  readonly accepted?: boolean;
  readonly rejected?: boolean;
  readonly denied?: boolean;
}

/** `wanted` is a glob, several separated by commas, a list of globs, or a map of state name to ids. */
export interface KeyActionsPort {
  all(): KeyLists;
  listed(word: string): KeyLists;
  matching(match: Value): KeyLists;
  accept(wanted: Value, change?: KeyChange): Promise<KeyLists>;
  reject(wanted: Value, change?: KeyChange): Promise<KeyLists>;
  delete(wanted: Value): Promise<KeyLists>;
  texts(match: Value): KeyTexts;
  fingers(match: Value, hashType?: Value): KeyTexts;
  masterFinger(hashType?: Value): KeyTexts;
  masterText(): KeyTexts;
  newPair(bits: Value): Promise<PlainMap>;
  newAcceptedPair(id: string, bits: Value, force: boolean): Promise<PlainMap>;
  pairFiles(request: { dir: Value; name: Value; bits: Value; user: Value }): Promise<string>;
  signMasterKey(request: { priv: Value; pub: Value; folder: Value; autoCreate: boolean; bits: Value }): Promise<Value>;
}

/** What minions told the master: grains, pillar, mine. Banks as Salt's cache. */
export interface KnownPort {
  get(bank: string, key: string): Promise<Value | undefined>;
  set(bank: string, key: string, value: Value): Promise<void>;
  list(bank: string): Promise<string[]>;
  flush(bank: string, key?: string): Promise<void>;
  contains(bank: string, key?: string): Promise<boolean>;
}

/** Template engines (`jinja`, `py`, ...), for `cp.get_template`, `file.managed` and whoever renders text. */
export interface RenderPort {
  /** Names of the engines at hand. */
  engines(): readonly string[];
  /**
   * Renders text. `variables` stand beside `salt`, `pillar`, `grains`, `opts` and win over them.
   * @throws PythonError (`salt.exceptions.SaltRenderError`) with Salt's text
   */
  template(text: string, engine: string, options: RenderOptions): Promise<string>;
  /** Runs text through its pipe, as an SLS: that of its first line `#!jinja|yaml`, else `renderer`, else the configured one. @throws as `template` */
  pipe(text: string, options: PipeOptions): Promise<Value>;
}
export interface RenderOptions {
  readonly saltenv: string;
  readonly variables: PlainMap;
  /** Where the text came from, for messages and for engines that look beside it. */
  readonly path?: string;
  /** Functions among the variables, by name; `group.name` stands in a mapping. */
  readonly functions?: Readonly<Record<string, (...args: Value[]) => Value>>;
}
export interface PipeOptions extends RenderOptions {
  /** Name of the SLS; empty when it is none. */
  readonly sls?: string;
  readonly renderer?: string;
  /** Renderers that may not be used, and those that alone may be; in place of what the configuration says. */
  readonly refused?: readonly string[];
  readonly allowed?: readonly string[];
}

/** The outputters, for text of values inside of a program (`out.*`). */
export interface OutputPort {
  /** As `--out` prints it, without white space at its end; undefined when the outputter prints nothing. An unknown one acts as `nested`. */
  format(data: Value, outputter: string, opts: Readonly<PlainMap>): Promise<string | undefined>;
}

/** The returners of this host, for states that hand over values of their own, and for plugins that hand on to others. */
export interface ReturnersPort {
  /** False when there is no such returner. */
  give(name: string, ret: PlainMap): Promise<boolean>;
  /** `method` as the contract spells it, `getJid`. */
  has(name: string, method: string): Promise<boolean>;
  /** Arguments without the context. @throws CommandExecutionError when there is no such returner or method, and whatever the method throws */
  call(name: string, method: string, args: readonly unknown[]): Promise<Value>;
}

/** Single values in the stores that the configuration names. Addresses are `sdb://profile/key`. */
export interface SdbPort {
  /** What is no address of a known store is given as it is. @throws InvocationError for it when `strict` */
  get(uri: Value, strict: boolean): Promise<Value>;
  /** False for what is no address of a known store. */
  set(uri: Value, value: Value): Promise<Value>;
  delete(uri: Value): Promise<Value>;
  /** The value; where there is none, a random one that is kept. */
  getOrSetRandom(uri: Value, random: { readonly length: number; readonly chars: string }): Promise<Value>;
}

/** The scheduler that runs on this minion. Without one the module `schedule` keeps the data itself. */
export interface SchedulePort {
  /** What Salt sends as `manage_schedule`: `func`, `name`, `schedule`, `where`, `persist`; gives `schedule`, `next_fire_time` or `data`; undefined when no scheduler runs. */
  manage(command: PlainMap): Promise<PlainMap | undefined>;
}

/** The beacons of the minion that runs on this machine. */
export interface BeaconsPort {
  /** What Salt sends as `manage_beacons`: `func`, `name`, `beacon_data`, ...; gives the data of the event that says it is done, undefined when nobody answers in time. */
  manage(command: PlainMap, options?: { readonly timeoutMs?: number }): Promise<PlainMap | undefined>;
}

/** The general text to predicate matcher, for `match.*`. */
export interface MatchPort {
  matches(expr: Value, kind: string, delimiter: string, minionId?: string): Promise<boolean>;
  /** Ids of the minions a target surely names: those whose facts are known, pillar by exact value only. On a master. */
  surely?(expr: Value, kind: string): Promise<readonly string[]>;
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

/** Bytes of values as Salt keeps them in its cache files (msgpack, text and bytes told apart). Awaited: a worker gives promises. */
export interface PackPort {
  pack(value: Value): Uint8Array | Promise<Uint8Array>;
  /** @throws TsaltError for bytes that are no value */
  unpack(bytes: Uint8Array): Value | Promise<Value>;
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

export interface Ports {
  passwords: PasswordPort;
  access: AccessPort;
  files: FilePort;
  master: MasterPort;
  events: EventPort;
  jobs: JobsPort;
  refresh: RefreshPort;
  catalog: CatalogPort;
  local: LocalPort;
  masterSide: MasterSidePort;
  jobStore: JobStorePort;
  keys: KeysPort;
  known: KnownPort;
  state: StatePort;
  match: MatchPort;
  render: RenderPort;
  schedule: SchedulePort;
  beacons: BeaconsPort;
  output: OutputPort;
  returners: ReturnersPort;
  sdb: SdbPort;
  pack: PackPort;
  runner: RunnerPort;
  fileServer: FileServerPort;
  mine: MinePort;
  masterModules: MasterModulesPort;
  masterSync: MasterSyncPort;
  reactor: ReactorPort;
  stats: StatsPort;
  trace: TracePort;
  pillar: PillarPort;
  pillarFiles: PillarFilesPort;
}
