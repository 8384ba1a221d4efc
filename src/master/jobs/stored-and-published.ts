/** A job that cannot be stored is none, and who asked for it is told why. */
import type { Logger } from '../../kernel/contract/log.js';
import { JobStoreError } from './job-store.js';
import type { JobOrder, JobPublished } from './publish-job.js';

export interface JobNotStored {
  readonly kind: 'not_stored';
  readonly error: string;
}

export interface PublishParts {
  readonly publish: (order: JobOrder) => Promise<JobPublished>;
  readonly log: Logger;
}

export async function storedAndPublished(order: JobOrder, parts: PublishParts): Promise<JobPublished | JobNotStored> {
  try {
    return await parts.publish(order);
  } catch (err) {
    if (!(err instanceof JobStoreError)) throw err;
    parts.log.error({ err, fun: order.fun, user: order.user }, 'job not published: it cannot be stored');
    return { kind: 'not_stored', error: `The job was not published: ${err.message}` };
  }
}
