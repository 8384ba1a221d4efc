/**
 * Which returns belong to a job. The master knows to whom it published; but a minion matches a target by itself, with grains and pillar
 * that may be newer than what the master knows, and such an answer is as good as any other. Where the id alone decides, the master can
 * tell as well as the minion.
 *
 * Runs without a published job (`salt-call`, schedules) come with the job id `req` and become jobs of their own before.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import { compileTarget } from '../../sls/target/target.js';
import type { ActiveJob } from './active-jobs.js';

const BY_ID = new Set(['glob', 'pcre', 'list']);

/** Why a return is not taken as an answer; undefined when it is one. Without a job store, jobs of before cannot be told from others. */
export function unsolicited(job: ActiveJob | undefined, id: string, storeJobs: boolean): string | undefined {
  if (job === undefined) return storeJobs ? 'this master published no such job' : undefined;
  if (job.minions.has(id) || mayMatch(job, id)) return undefined;
  return 'the job was not for this minion';
}

function mayMatch({ load }: ActiveJob, id: string): boolean {
  const kind = String(load['tgt_type'] ?? 'glob');
  if (!BY_ID.has(kind)) return true;
  try {
    return compileTarget({ expr: load['tgt'] ?? '', kind, delimiter: ':' }, { nodegroups: {} })({ id, grains: {}, pillar: {} });
  } catch (error) {
    // A pattern that is none: no minion can have matched it.
    if (error instanceof PythonError) return false;
    throw error;
  }
}
