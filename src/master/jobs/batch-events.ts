/**
 * Events of a batch: `salt/batch/<jid>/{new,progress,complete,halted}`. A batch that a command line waits for tells its whole
 * state, one that the master runs alone tells counts.
 *
 * Source: golden events/job-batch, job-batch-async; read, Salt 3008.3 (`halted`).
 * Differs: the whole state of a very large batch is not told, and large returns in it are left out, as each event would repeat them.
 */
import { encodeBus } from '../../bus/codec/codec.js';
import { floatOf, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { BatchPlan } from './batch-plan.js';
import type { JobOrder } from './publish-job.js';

/** `cli`: a command line waits for it. `master`: nobody does. */
export type BatchDriver = 'cli' | 'master';

export interface Batch {
  readonly jid: string;
  readonly order: JobOrder;
  readonly driver: BatchDriver;
  readonly plan: BatchPlan;
  readonly createdAtMs: number;
  readonly timeoutMs: number;
  readonly gatherTimeoutMs: number;
}

/** Batches of more minions do not tell their whole state. */
const TOLD_MINIONS_MAX = 200;
/** Returns of more bytes are left out of the state. */
const TOLD_RETURN_BYTES_MAX = 4096;
/** Salt's word for what is too large for an event. */
const LEFT_OUT = 'VALUE_TRIMMED';

export type BatchStage = 'new' | 'progress' | 'complete' | 'halted';

export const batchTag = (jid: string, stage: BatchStage | 'stop'): string => `salt/batch/${jid}/${stage}`;

export function batchEvent(batch: Batch, stage: BatchStage, nowMs: number): PlainMap {
  const { jid, order, driver, plan } = batch;
  const about = { jid, fun: funOf(order), tgt: order.tgt, tgt_type: order.tgtType, user: order.user };
  if (driver === 'cli' && plan.minions.length <= TOLD_MINIONS_MAX) return { ...about, driver, state: wholeState(batch) };
  return { ...about, ...COUNTS[stage](batch, nowMs) };
}

const COUNTS: Record<BatchStage, (batch: Batch, nowMs: number) => PlainMap> = {
  new: ({ plan, driver, createdAtMs }) => ({ total_minions: plan.minions.length, batch_size: plan.size, driver, created: seconds(createdAtMs) }),
  progress: ({ plan }) => ({
    total: plan.minions.length, completed: plan.done.size, active: plan.active.size, pending: plan.pending.length, failed: plan.failed.size,
    iter: null, last_progress: seconds(plan.progressedAtMs),
  }),
  complete: ({ plan, createdAtMs }, nowMs) => ({
    completed: plan.done.size, failed: plan.failed.size, total_minions: plan.minions.length, duration: seconds(nowMs - createdAtMs),
  }),
  halted: ({ plan, createdAtMs }, nowMs) => ({
    reason: plan.halted ?? null, completed: plan.done.size, failed: plan.failed.size, abandoned_active: [...plan.active.keys()].sort(),
    abandoned_pending: [...plan.pending], duration: seconds(nowMs - createdAtMs),
  }),
};

function wholeState({ jid, order, driver, plan, createdAtMs, timeoutMs, gatherTimeoutMs }: Batch): PlainMap {
  return {
    jid, all_minions: [...plan.minions], pending: [...plan.pending],
    active: Object.fromEntries([...plan.active].map(([id, sinceMs]) => [id, seconds(sinceMs)])),
    done: Object.fromEntries([...plan.done].map(([id, ret]) => [id, { ...ret, jid }])),
    failed: Object.fromEntries(plan.failed), wait: plan.waits.map(seconds), batch_size: plan.size,
    fun: funOf(order), arg: order.arg, kwargs: {}, tgt: order.tgt, tgt_type: order.tgtType, failhard: plan.failhard,
    batch_wait: plan.waitMs / 1000, timeout: timeoutMs / 1000, gather_job_timeout: gatherTimeoutMs / 1000,
    last_progress: seconds(plan.progressedAtMs), created: seconds(createdAtMs), halted: plan.halted !== undefined,
    halted_reason: plan.halted ?? null, driver, ret: order.ret, user: order.user,
  };
}

/** What the runner `batch` tells of it, without its age. Source: read, Salt 3008.3. */
export function batchSummary({ jid, order, driver, plan, createdAtMs }: Batch): PlainMap {
  return {
    jid, fun: funOf(order), tgt: order.tgt, tgt_type: order.tgtType, total: plan.minions.length, completed: plan.done.size, active: plan.active.size,
    pending: plan.pending.length, failed: plan.failed.size, batch_size: plan.size, halted: plan.halted !== undefined, halted_reason: plan.halted ?? null,
    driver, user: order.user, created: seconds(createdAtMs), last_progress: seconds(plan.progressedAtMs),
  };
}

/** The return as the state tells it, again with each event. */
export function toldReturn(ret: Value): Value {
  return encodeBus({ ret }).length > TOLD_RETURN_BYTES_MAX ? LEFT_OUT : ret;
}

const seconds = (ms: number): Value => floatOf(ms / 1000);
const funOf = ({ fun }: JobOrder): Value => (typeof fun === 'string' ? fun : [...fun]);
