/** Jobs of this minion: who runs, who waits, what was answered, and signals to them. */
import { join } from 'node:path';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { parseJid } from '../../../kernel/contract/job.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { isTruthy, mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { partOfMaster } from './master-parts.js';

/** All jobs that run here but the one that asks. Source: read, Salt 3008.3 `salt.utils.minion.running`. */
export function otherJobs(ctx: Context): PlainMap[] {
  return ctx.port('jobs').running().filter((job) => job['jid'] !== ctx.job['jid']);
}

export function jobsOf(ctx: Context, pattern: string): PlainMap[] {
  return otherJobs(ctx).filter(({ fun }) => typeof fun === 'string' && fnmatch(fun, pattern));
}

/** The job as it runs or waits, or an empty map. */
export async function findJob(ctx: Context, jid: string): Promise<PlainMap> {
  const running = otherJobs(ctx).find((job) => job['jid'] === jid);
  if (running !== undefined) return running;
  const queued = (await ctx.port('jobs').queued?.()) ?? [];
  return queued.find((job) => job['jid'] === jid) ?? {};
}

export async function signalJob(ctx: Context, jid: string, signal: number): Promise<string> {
  if (!otherJobs(ctx).some((job) => job['jid'] === jid)) return '';
  return ctx.port('jobs').signal(jid, signal);
}

export async function signalAllJobs(ctx: Context, signal: number): Promise<string[]> {
  const answers: string[] = [];
  for (const job of otherJobs(ctx)) answers.push(await ctx.port('jobs').signal(String(job['jid']), signal));
  return answers;
}

/** What this minion answered to an earlier job, when it keeps its answers. Texts: observed. */
export async function keptReturn(ctx: Context, jid: string): Promise<Value> {
  const folder = join(String(ctx.opts['cachedir']), 'minion_jobs', jid);
  const kept = parseJid(jid) === undefined ? undefined : await ctx.port('jobs').keptReturn?.(jid);
  if (kept !== undefined) return kept;
  if (isTruthy(ctx.opts['cache_jobs'])) return `Local jobs cache directory ${folder} not found`;
  return 'Local jobs cache directory not found; you may need to enable cache_jobs on this minion';
}

/** Answers of other minions, asked with the configuration of the master beside this host, in the form Salt's client yields. */
export async function askMinions(ctx: Context, asked: {
  tgt: Value; fun: string; arg: Value; timeout: number | null; tgt_type: string; ret: string; kwarg: PlainMap | null;
  ssh: boolean; more: PlainMap;
}): Promise<ValueMap> {
  if (asked.ssh) throw new CommandExecutionError('salt-ssh cannot be used from here');
  const { batch, subset } = asked.more;
  const inBatches = isTruthy(batch);
  const answers = new Map<Value, Value>();
  const job = {
    tgt: asked.tgt, tgt_type: asked.tgt_type, fun: asked.fun, ret: asked.ret,
    arg: Array.isArray(asked.arg) ? (asked.arg as readonly Value[]) : [asked.arg],
    ...(asked.kwarg === null ? {} : { kwarg: asked.kwarg }),
    ...(asked.timeout === null ? {} : { timeoutMs: asked.timeout * 1000 }),
    ...(inBatches && batch !== undefined ? { batch } : {}),
    ...(isTruthy(subset) ? { subset: Number(subset) } : {}),
  };
  for await (const { id, answered, ret, retcode, out, jid } of partOfMaster(ctx, 'local').returns(job, ctx.signal)) {
    if (inBatches) answers.set(id, { out: out ?? 'highstate', ret });
    else if (!answered) answers.set(id, { failed: true });
    else answers.set(id, { ret, ...(out === undefined ? {} : { out }), retcode, ...(jid === undefined ? {} : { jid }) });
  }
  return mapFrom(answers);
}
