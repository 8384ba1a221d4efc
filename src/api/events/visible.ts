/** Which events somebody sees: all, those of jobs, or those of the own jobs. */
import type { View } from '../door/master-door.js';
import type { FeedEvent } from './feed.js';

const JOB_TAG = /^salt\/(?:job|run|wheel|batch)\/(\d{20})(?:\/|$)/;
const JOBS_MAX = 10_000;

/** Learns the own jobs from their first events. */
export function visibleTo({ sees, user }: View): (event: Pick<FeedEvent, 'tag' | 'data'>) => boolean {
  if (sees === 'all') return () => true;
  if (sees === 'jobs') return ({ tag }) => tag.startsWith('salt/job/');
  const own = new Set<string>();
  return ({ tag, data }) => {
    const [, jid] = JOB_TAG.exec(tag) ?? [];
    if (jid === undefined) return false;
    if (data['user'] === user && tag.endsWith(`/${jid}/new`)) {
      own.add(jid);
      if (own.size > JOBS_MAX) for (const oldest of own) {
        own.delete(oldest);
        break;
      }
    }
    return own.has(jid);
  };
}
