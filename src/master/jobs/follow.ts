/** Looks at a job that was published before: first the answers that are there, then those that come, then who is missing. */
import type { Batches, RunningBatch } from './batch.js';
import { isOver } from './delivery.js';
import type { Deliveries } from './deliveries.js';
import type { JobStore } from './job-store.js';
import { ReturnWatch, type Answer, type MissingReason, type Noted, type WaitOptions, type WaitParts } from './wait.js';

export interface FollowParts extends WaitParts {
  readonly jobs: Pick<JobStore, 'returns'>;
  readonly deliveries: Deliveries;
  readonly batches: Pick<Batches, 'running'>;
}

export interface Followed {
  readonly minions: readonly string[];
  readonly story: AsyncGenerator<Answer | Noted>;
}

/** Undefined when the master does not know the job. */
export function followJob(jid: string, parts: FollowParts, options: WaitOptions): Followed | undefined {
  const batch = parts.batches.running(jid);
  if (batch !== undefined) return { minions: [...batch.minions].sort(), story: batchStory(jid, batch, parts, options.signal) };
  const job = parts.deliveries.job(jid);
  return job === undefined ? undefined : { minions: [...job.minions].sort(), story: storyOf(jid, [...job.minions].sort(), parts, options) };
}

/** Its next parts are yet to be published: the batch itself tells when it is over. */
async function* batchStory(jid: string, batch: RunningBatch, parts: FollowParts, signal: AbortSignal): AsyncGenerator<Answer> {
  const answers = batch.answers(signal);
  const stored = parts.jobs.returns(jid);
  for (const [id, load] of stored) yield { kind: 'returned', id, load };
  for await (const answer of answers) if (answer.kind === 'missing' || !stored.has(answer.id)) yield answer;
}

async function* storyOf(jid: string, minions: readonly string[], parts: FollowParts, options: WaitOptions): AsyncGenerator<Answer | Noted> {
  // Listening begins before the store is read: nothing falls between.
  using watch = new ReturnWatch(parts, jid);
  const stored = parts.jobs.returns(jid);
  const open: string[] = [];
  const missing: Answer[] = [];
  for (const [id, load] of stored) yield { kind: 'returned', id, load };
  for (const id of minions.filter((one) => !stored.has(one))) {
    const delivery = parts.deliveries.of(jid, id);
    if (delivery === undefined || !isOver(delivery)) open.push(id);
    else missing.push({ kind: 'missing', id, why: WHY[delivery.state] ?? 'no_response' });
  }
  for await (const told of watch.story(jid, open, options)) if (told.kind !== 'returned' || !stored.has(told.id)) yield told;
  yield* missing;
}

const WHY: Readonly<Record<string, MissingReason>> = { not_connected: 'not_connected', cancelled: 'cancelled' };
