/** What a minion tells of a job, as a step of its delivery record. Its times are spans: the clocks of two hosts are never compared. */
import type { JobProgress } from '../../bus/wire/job-progress.js';
import type { Deliveries } from './deliveries.js';

/** False when the job was not published to the minion. */
export function noteProgress(deliveries: Deliveries, id: string, { jid, state, forMs, pid, why, states }: JobProgress): boolean {
  const nowMs = Date.now();
  return deliveries.note(jid, id, {
    state, atMs: nowMs, why, pid, states, sinceMs: state === 'running' && forMs !== undefined ? nowMs - forMs : undefined,
  });
}
