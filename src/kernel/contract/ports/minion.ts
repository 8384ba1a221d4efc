/** What plugins on a minion may ask of it: its master, its jobs, its schedule and beacons. */
import type { PlainMap, Value } from '../../std/value.js';

/** Requests to the master under the identity of this minion. */
export interface MasterPort {
  request(load: PlainMap, options?: { timeoutMs?: number }): Promise<Value>;
  /** Asks a master at this address, ours or another, in clear whether it answers; absent where that cannot be done. */
  ping?(address: string, options?: { timeoutMs?: number }): Promise<boolean>;
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
