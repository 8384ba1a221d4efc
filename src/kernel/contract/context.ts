/** What a plugin function may reach. Each kind gets this and no more. */
import type { PlainMap, Value } from '../std/value.js';
import type { Logger } from './log.js';
import type { Ports } from './ports.js';
import type { StateRun } from './state.js';
import type { Sys } from './sys.js';

export interface Context {
  readonly sys: Sys;
  readonly log: Logger;
  /** Ends when the job is killed or the daemon stops. Pass it on to everything that waits. */
  readonly signal: AbortSignal;
  /** The whole configuration (`__opts__`), frozen. */
  readonly opts: Readonly<PlainMap>;
  readonly grains: Readonly<PlainMap>;
  /** For plugins with `quickGrains`, before a grain is read whose name the caller gives: it may take a program to know. */
  grainsReady?(names: readonly string[]): Promise<void>;
  readonly pillar: Readonly<PlainMap>;
  /** Id of the minion (or master). */
  readonly id: string;
  /** True in `test=True` runs of states. */
  readonly test: boolean;
  /** The run of states this call belongs to; only for state functions. */
  readonly state?: StateRun | undefined;
  /** The user whom the state that runs names: programs are started as that user unless their call says otherwise. */
  readonly runas?: string | undefined;
  /** True while a template is rendered: `pillar.get` and its sisters then give real values by default (Salt's `mask_pillar` off). */
  readonly unmaskPillar?: boolean;
  /** The job this call belongs to (`__pub_*`): jid, fun, arg, tgt, tgt_type, ret, user, pid. Empty outside of jobs. */
  readonly job: Readonly<PlainMap>;
  /** Values kept between calls of one plugin in this process (`__context__`). */
  readonly memory: Map<string, unknown>;
  /** Calls another execution module function by its full name. @throws FunctionMissingError */
  call(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<Value>;
  /** True when `ctx.call(fun)` would find the function. */
  has(fun: string): Promise<boolean>;
  /** Exit code of the job (`__context__['retcode']`). */
  setRetcode(code: number): void;
  /** An ability of the program: file client, events, running jobs, ... @throws CommandExecutionError when this host has not got it. */
  port<K extends keyof Ports>(name: K): Ports[K];
}
