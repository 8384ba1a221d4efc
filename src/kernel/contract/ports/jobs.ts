/** Sending jobs, and reading what came of them. */
import type { PlainMap, Value } from '../../std/value.js';

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
  /** Patterns, of which one fits the function, or one of several. */
  readonly functions?: readonly string[];
  /** Patterns, of which one fits the target, or one of a list. */
  readonly targets?: readonly string[];
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
