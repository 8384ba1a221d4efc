/**
 * A job from the request of an authorised caller to its publication: id, who should answer, events, store, publish.
 *
 * Source: wire-protocol section 9; golden events/job-ping, job-list-missing.
 */
import { parseJid, type Jid } from '../../kernel/contract/job.js';
import type { Happening } from '../../kernel/contract/happening.js';
import type { Logger } from '../../kernel/contract/log.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { EventBus } from '../../bus/event/bus.js';
import type { ActiveJobs } from './active-jobs.js';
import type { JobStore } from './job-store.js';

/** What the caller asked, already allowed. Target as it goes on the wire. */
export interface JobOrder {
  readonly fun: string | readonly string[];
  readonly arg: readonly Value[];
  readonly tgt: Value;
  readonly tgtType: string;
  readonly ret: string;
  readonly user: string;
  /** Empty: one is made. */
  readonly jid?: string;
  readonly delimiter?: string;
  /** Options that travel with the publication: metadata, ret_config, ret_kwargs, module_executors, start_event, ... */
  readonly more?: PlainMap;
  /** Questions of the master itself (find_job): not kept in the job store. */
  readonly ephemeral?: boolean;
  /** Id of the run or reaction that asks for it. */
  readonly cause?: string | undefined;
}

export type JobPublished =
  | { readonly kind: 'published'; readonly jid: Jid; readonly minions: readonly string[]; readonly missing: readonly string[] }
  | { readonly kind: 'no_minions'; readonly error: string };

export interface JobParts {
  readonly bus: EventBus;
  readonly jobs: JobStore;
  readonly active: ActiveJobs;
  /** Who should answer. */
  readonly expected: (tgt: Value, tgtType: string, delimiter: string) => { minions: readonly string[]; missing: readonly string[] };
  readonly publish: (load: PlainMap, minions: readonly string[]) => Promise<void>;
  readonly storeJobs: boolean;
  /** Returner that minions give every result to (`ext_job_cache`), or empty. */
  readonly externalStore: string;
  readonly trace: { note(happening: Happening): void };
  readonly log: Logger;
}

/** @throws JobStoreError when the job cannot be stored; nothing was published then. */
export async function publishJob(order: JobOrder, parts: JobParts): Promise<JobPublished> {
  const delimiter = order.delimiter ?? ':';
  const { minions, missing } = parts.expected(order.tgt, order.tgtType, delimiter);
  if (minions.length === 0) {
    return {
      kind: 'no_minions',
      error: `Master could not resolve minions for target ${String(order.tgt)}`,
    };
  }
  const jid = parseJid(order.jid ?? '') ?? (newJid() as Jid);
  const kept = [...minions].sort();
  const load = publicationLoad(order, jid, delimiter, parts.externalStore);
  const started = { jid, load, minions: kept, startedUnixMs: Date.now() };
  if (parts.storeJobs && order.ephemeral !== true) await parts.jobs.saveJob(started);
  parts.active.start(jid, kept, load, started.startedUnixMs);
  if (order.ephemeral !== true) {
    const fun = typeof order.fun === 'string' ? order.fun : order.fun.join(', ');
    parts.trace.note({ id: jid, kind: 'job', what: `${fun} on ${targetText(order.tgt)}`, atMs: started.startedUnixMs, cause: order.cause });
  }
  parts.bus.fire(`salt/job/${jid}/new`, {
    jid, tgt_type: order.tgtType, tgt: order.tgt, user: order.user, fun: funValue(order.fun), arg: order.arg,
    minions: kept, missing: [...missing],
  });
  parts.bus.fire(`salt/job/${jid}/publish`, { ...load });
  await parts.publish(load, kept);
  parts.log.debug({ jid, fun: order.fun, minions: kept.length }, 'job published');
  return { kind: 'published', jid, minions: kept, missing };
}

/** Order of the fields as real Salt: golden events/job-ping. */
function publicationLoad(order: JobOrder, jid: Jid, delimiter: string, store: string): PlainMap {
  const isAsked = store === '' || order.ephemeral === true || order.ret.split(',').includes(store);
  const ret = isAsked ? order.ret : [order.ret, store].filter((name) => name !== '').join(',');
  return {
    fun: funValue(order.fun), arg: order.arg, tgt: order.tgt, jid, ret, tgt_type: order.tgtType,
    ...(delimiter === ':' ? {} : { delimiter }),
    ...order.more,
    user: order.user,
  };
}

const targetText = (tgt: Value): string => (isList(tgt) ? tgt.map(String).join(', ') : String(tgt));
const funValue = (fun: string | readonly string[]): Value => (typeof fun === 'string' ? fun : [...fun]);
