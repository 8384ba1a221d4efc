/**
 * Returners: where results of jobs, and events, go besides the master.
 *
 * One that has `saveLoad`, `getLoad` and `getJid` besides `returner` can be the job store (`master_job_cache`), then it passes
 * `test/contract/job-cache.ts`. One that has `eventReturn` can be named in `event_return`.
 *
 * Who calls a returner keeps what it did not take on disk and gives it again (`bus/returners/`): a method throws when it cannot do its
 * work, and never waits for better times itself. It may therefore get a thing twice, and has to take the second for the first.
 * Names and shapes of values are Salt's: `docs/returners.md`.
 */
import type { PlainMap, Value } from '../std/value.js';
import type { Context } from './context.js';
import type { PluginBase } from './plugin-base.js';

/** An option that a returner reads: `redis.host` for the option `host` of `redis`. */
export interface ReturnerOption {
  readonly doc: string;
  /** Absent: the returner gets nothing when it is not configured. */
  readonly default?: Value;
  /** Its name in the configuration, when that is another one. */
  readonly key?: string;
}

export interface ReturnerContext extends Context {
  /**
   * The declared options. What is set later in this list wins: the default, the configuration (`NAME.option` or the map `NAME`; of
   * options, grains, pillar), that of `--return_config` (`CONFIG.NAME.option`), the profile, `--return_kwargs`.
   */
  readonly options: Readonly<PlainMap>;
  /** Lives as long as the program: connections are kept here and ended by `close`. */
  readonly memory: Map<string, unknown>;
}

type Answer<T> = Promise<T> | T;

export interface ReturnerPlugin extends PluginBase {
  readonly kind: 'returners';
  /** One paragraph: where it puts what. */
  readonly doc?: string;
  readonly options?: Readonly<Record<string, ReturnerOption>>;
  /** What stands before its options in the configuration, when that is not its name: `returner.postgres`. */
  readonly section?: string;
  /** The option that names a map of further options in the configuration, and which of them it may hold. */
  readonly profile?: { readonly option: string; readonly options: readonly string[] };

  /** Keeps one result: `jid`, `id`, `fun`, `fun_args`, `return`, `retcode`, `success`, with `--return_config` also `ret_config`, ... */
  returner?(ret: Readonly<PlainMap>, ctx: ReturnerContext): Answer<void>;
  /** Keeps events `{tag, data}`, in order. */
  eventReturn?(events: readonly Readonly<PlainMap>[], ctx: ReturnerContext): Answer<void>;

  /** Makes room for a job; gives its id: `passedJid`, or a new one that no other job has. */
  prepJid?(nocache: boolean, passedJid: string | null, ctx: ReturnerContext): Answer<string>;
  /** Keeps what was published, and who should answer when that is known. */
  saveLoad?(jid: string, load: Readonly<PlainMap>, minions: readonly string[] | null, ctx: ReturnerContext): Answer<void>;
  /** More minions that should answer; `syndicId` names the master that knows them. */
  saveMinions?(jid: string, minions: readonly string[], syndicId: string | null, ctx: ReturnerContext): Answer<void>;
  /** What was published, with `Minions`, sorted; empty for a job that nobody knows. */
  getLoad?(jid: string, ctx: ReturnerContext): Answer<PlainMap>;
  /** `{minion: {return, retcode, success, out}}` of a job, as far as these are known. */
  getJid?(jid: string, ctx: ReturnerContext): Answer<PlainMap>;
  /** All jobs as listings show them, by id: `listedJob` makes one. */
  getJids?(ctx: ReturnerContext): Answer<PlainMap>;
  /** The newest jobs, the oldest of them first, each with `JID`. */
  getJidsFilter?(count: number, filterFindJob: boolean, ctx: ReturnerContext): Answer<readonly PlainMap[]>;
  /** The newest result of a function, by minion. */
  getFun?(fun: string, ctx: ReturnerContext): Answer<PlainMap>;
  /** Minions of which there are results. */
  getMinions?(ctx: ReturnerContext): Answer<readonly string[]>;
  updateEndtime?(jid: string, time: string, ctx: ReturnerContext): Answer<void>;
  /** When the last result came; empty text when that is not known. */
  getEndtime?(jid: string, ctx: ReturnerContext): Answer<string>;
  /** Forgets jobs older than `keep_jobs_seconds`. */
  cleanOldJobs?(ctx: ReturnerContext): Answer<void>;

  /** Ends what `ctx.memory` holds. */
  close?(ctx: ReturnerContext): Answer<void>;
}

export const defineReturner = (plugin: Omit<ReturnerPlugin, 'kind'>): ReturnerPlugin => ({ kind: 'returners', ...plugin });

/** What a returner can do, apart from `close`. */
export type ReturnerMethod = Exclude<{
  [K in keyof ReturnerPlugin]-?: NonNullable<ReturnerPlugin[K]> extends (...args: never[]) => unknown ? K : never
}[keyof ReturnerPlugin], 'virtual' | 'close'>;
