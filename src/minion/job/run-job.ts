/**
 * One job from its publication to its return.
 *
 * Source: wire-protocol section 8; golden events/job-*, cli/salt-*.
 */
import { jobFailure, compoundFailure, isUnexpected, missingFunctionReturn } from '../../kernel/loader/failure-text.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { CallSession } from '../../kernel/loader/call-session.js';
import { outcomeRetcode } from '../../kernel/loader/outcome.js';
import { splitPublishedArgs } from '../../kernel/loader/words.js';
import { FunctionMissingError } from '../../kernel/contract/errors.js';
import type { Publication } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { EventPort } from '../../kernel/contract/ports.js';
import { stampNow } from '../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface RunJobParts {
  readonly host: ModuleHost;
  readonly id: string;
  readonly log: Logger;
  /** Fires an event on the master's bus. */
  readonly announce: (tag: string, data: PlainMap) => Promise<void>;
  /** Events of this job, where somebody asks what they come of. */
  readonly events?: EventPort | undefined;
  /** Hears that the function broke or is missing, in place of giving a value. */
  readonly onRaised?: () => void;
}

/** Source: golden events/job-error. */
const CRASHED = 'The minion function caused an exception';

interface Outcome {
  readonly value: Value;
  readonly retcode: number;
  readonly success: boolean;
  readonly out: string | undefined;
}

/** Runs the job's function, or all of them in order, and gives the return. Never throws for what a module does. */
export async function runJob(job: Publication, parts: RunJobParts, signal: AbortSignal): Promise<PlainMap> {
  const session = parts.host.session({ job: pubFacts(job), signal, ...(parts.events === undefined ? {} : { ports: { events: parts.events } }) });
  const head: PlainMap = { cmd: '_return', id: parts.id };
  const tail: PlainMap = {
    jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun],
    fun_args: job.arg, user: job.user, _stamp: stampNow(),
  };
  if (job.more['metadata'] !== undefined) {
    if (isPlainMap(job.more['metadata'])) tail['metadata'] = job.more['metadata'];
    else parts.log.warn({ jid: job.jid }, 'metadata of the job is no map: left out');
  }
  if (typeof job.fun === 'string') {
    const outcome = await runOne(job.fun, job.arg, session, parts, signal);
    return {
      ...head, success: outcome.success, return: outcome.value, retcode: outcome.retcode, ...tail,
      ...(outcome.out === undefined ? {} : { out: outcome.out }),
    };
  }
  return { ...head, ...(await runSeveral(job, job.fun, session)), ...tail };
}

/** The job is for the minion itself, not for resources that it manages. Source: golden events/job-args. */
export const WHOLE_MINION: Readonly<PlainMap> = { resource_targets: [], pure_resource_target: false, minion_is_target: true };

/** What functions see as `__pub_*`. Source: golden events/job-args. */
function pubFacts(job: Publication): PlainMap {
  return {
    ...job.more, jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun], arg: job.arg, tgt: job.tgt, tgt_type: job.tgt_type,
    ret: job.ret, user: job.user, ...WHOLE_MINION,
  };
}

async function runOne(fun: string, arg: readonly Value[], session: CallSession, { host, announce, onRaised }: RunJobParts, signal: AbortSignal): Promise<Outcome> {
  try {
    const { args, kwargs } = splitPublishedArgs(arg);
    const value = await session.call(fun, args, kwargs);
    return { ...judged(value, session), out: await session.outputterOf(fun) };
  } catch (error) {
    onRaised?.();
    if (error instanceof FunctionMissingError && error.fun === fun) return missing(fun, error.message, session);
    // Of a job that was ended, that is the reason, whatever its function made of it.
    const { text, retcode, out } = jobFailure(fun, signal.aborted ? signal.reason : error, (await host.catalog.doc('modules', fun)) ?? '');
    if (isUnexpected(error) && !signal.aborted) await announce('_salt_error', { message: CRASHED, args: [CRASHED], _stamp: stampNow() });
    return { value: text, retcode, success: false, out };
  }
}

async function missing(fun: string, message: string, session: CallSession): Promise<Outcome> {
  const docs = await session.call('sys.doc', [`${fun}*`]).catch(() => ({}));
  return { value: missingFunctionReturn(fun, message, docs), retcode: 1, success: false, out: 'nested' };
}

function judged(value: Value, session: CallSession): { value: Value; retcode: number; success: boolean } {
  const retcode = outcomeRetcode(value, session.retcode);
  return { value, retcode, success: retcode === 0 };
}

/** Several functions: one map of each kind by function name, or lists with `multifunc_ordered`. */
async function runSeveral(job: Publication, funs: readonly string[], session: CallSession): Promise<PlainMap> {
  const outcomes: (readonly [string, Outcome])[] = [];
  for (const [at, fun] of funs.entries()) {
    session.retcode = undefined;
    const arg = job.arg[at];
    try {
      const { args, kwargs } = splitPublishedArgs(isList(arg) ? arg : []);
      const value = await session.call(fun, args, kwargs);
      outcomes.push([fun, { ...judged(value, session), out: undefined }]);
    } catch (error) {
      const { text } = compoundFailure(error);
      outcomes.push([fun, { value: text, retcode: 1, success: false, out: undefined }]);
    }
  }
  const collect = (pick: (outcome: Outcome) => Value): Value =>
    job.more['multifunc_ordered'] === true ? outcomes.map(([, outcome]) => pick(outcome)) : Object.fromEntries(outcomes.map(([fun, outcome]) => [fun, pick(outcome)]));
  return {
    success: collect(({ success }) => success), return: collect(({ value }) => value), retcode: collect(({ retcode }) => retcode),
  };
}
