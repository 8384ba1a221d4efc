/**
 * Which minions of a batch begin next: pure, no clock and no network. Start at `advance`.
 *
 * Source: read, Salt 3008.3 (batch_state); golden cli/salt-batch-*.
 * Differs: a minion that says it still works keeps its place however long it takes; 3008.3 gives it up after
 * `timeout` + `gather_job_timeout` seconds.
 */
import { InvocationError } from '../../kernel/contract/errors.js';
import { parseFloatText } from '../../kernel/std/python-number.js';
import { repr } from '../../kernel/std/python-text.js';
import { strip } from '../../kernel/std/python-space.js';
import { isPlainMap, type Value } from '../../kernel/std/value.js';

/** What a minion that is done gave. */
export interface BatchReturn {
  /** As far as it is worth telling: see `batch-events.ts`. */
  readonly ret: Value;
  readonly retcode: Value;
}

export type BatchNews =
  | { readonly kind: 'returned'; readonly id: string; readonly ret: BatchReturn }
  | { readonly kind: 'missing'; readonly id: string };

export interface BatchPlan {
  readonly minions: readonly string[];
  /** How many may work at once. */
  readonly size: number;
  /** For so long the place of a minion that is done stays empty. */
  readonly waitMs: number;
  /** The first failure ends the batch. */
  readonly failhard: boolean;
  /** In the order in which they will begin. */
  readonly pending: string[];
  /** When each began, unix milliseconds. */
  readonly active: Map<string, number>;
  readonly done: Map<string, BatchReturn>;
  /** Why each failed. */
  readonly failed: Map<string, 'timeout'>;
  /** Until when places stay empty, unix milliseconds. */
  waits: number[];
  progressedAtMs: number;
  halted: string | undefined;
}

export function newPlan(
  minions: readonly string[], options: { size: number; waitMs: number; failhard: boolean; nowMs: number },
): BatchPlan {
  const { size, waitMs, failhard, nowMs } = options;
  return {
    minions, size, waitMs, failhard, pending: [...minions], active: new Map(), done: new Map(), failed: new Map(), waits: [],
    progressedAtMs: nowMs, halted: undefined,
  };
}

/** Takes what happened and gives the minions that begin now. */
export function advance(plan: BatchPlan, news: readonly BatchNews[], nowMs: number): string[] {
  for (const item of news) take(plan, item, nowMs);
  plan.waits = plan.waits.filter((untilMs) => untilMs > nowMs);
  plan.progressedAtMs = nowMs;
  if (plan.halted !== undefined) return [];
  const free = Math.max(0, plan.size - plan.active.size - plan.waits.length);
  const next = plan.pending.splice(0, free);
  for (const id of next) plan.active.set(id, nowMs);
  return next;
}

function take(plan: BatchPlan, news: BatchNews, nowMs: number): void {
  const { id } = news;
  if (!plan.active.delete(id)) return;
  if (news.kind === 'missing') plan.failed.set(id, 'timeout');
  else {
    plan.done.set(id, news.ret);
    if (plan.failhard && retcodeOf(news.ret.retcode) > 0) plan.halted ??= 'failhard';
  }
  if (plan.waitMs > 0) plan.waits.push(nowMs + plan.waitMs);
}

/** Nobody works and nobody will. */
export function isOver(plan: BatchPlan): boolean {
  return plan.halted !== undefined || (plan.pending.length === 0 && plan.active.size === 0);
}

/** When a place becomes free without news; undefined when only news help. */
export function nextPlaceMs(plan: BatchPlan): number | undefined {
  return plan.pending.length === 0 || plan.waits.length === 0 ? undefined : Math.min(...plan.waits);
}

/** One code: the largest for several functions. */
export function retcodeOf(retcode: Value | undefined): number {
  if (isPlainMap(retcode)) return Math.max(0, ...Object.values(retcode).map((code) => Number(code) || 0));
  return Math.trunc(Number(retcode ?? 0)) || 0;
}

/** How many at once `10` or `25%` means; at least one. @throws InvocationError */
export function batchSize(spec: Value, minions: number): number {
  const size = typeof spec === 'string' && spec.includes('%') ? share(spec, minions) : wholeNumber(spec);
  if (size !== undefined && Number.isFinite(size)) return Math.max(1, size);
  throw new InvocationError(`Invalid batch specification ${repr(spec)}: must be an integer or percentage string like '10' or '25%'.`);
}

function share(spec: string, minions: number): number | undefined {
  const percent = parseFloatText(spec.replace(/^%+|%+$/g, ''));
  if (percent === undefined) return undefined;
  return Math.floor((percent / 100) * minions);
}

function wholeNumber(spec: Value): number | undefined {
  if (typeof spec === 'number' || typeof spec === 'bigint') return Math.trunc(Number(spec));
  if (typeof spec !== 'string' || !/^[+-]?\d+(?:_\d+)*$/.test(strip(spec))) return undefined;
  return Number(strip(spec).replaceAll('_', ''));
}
