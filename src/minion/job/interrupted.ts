/** Jobs that were cut short by the end of the minion's process: each is reported once, as an error, like any other return. */
import { interruptedText } from '../../bus/wire/return-words.js';
import type { Logger } from '../../kernel/contract/log.js';
import { stampNow } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { JobJournal, JournalJob } from './journal.js';
import type { Outbox } from './outbox.js';

/** `outboxOf` gives undefined when the minion has no master any more; `doneOf` what is known of a job's work. */
export function reportInterrupted(
  journal: Pick<JobJournal, 'interrupted' | 'ended'>, id: string, outboxOf: (job: JournalJob) => Pick<Outbox, 'has' | 'put'> | undefined, log: Logger,
  doneOf: (jid: string) => string | undefined = () => undefined,
): void {
  for (const job of journal.interrupted) {
    const outbox = outboxOf(job);
    if (outbox?.has(job.jid) === false) {
      log.warn({ jid: job.jid, fun: job.fun }, 'job was interrupted by the end of the minion: reported');
      outbox.put(returnOf(job, id, doneOf(job.jid)));
    }
    // After it is in the outbox: a crash between the two reports it twice, and the master knows the second copy.
    journal.ended(job.jid);
  }
}

function returnOf({ jid, fun, user }: JournalJob, id: string, done: string | undefined): PlainMap {
  return {
    cmd: '_return', id, success: false, return: interruptedText(done), retcode: 1, jid, fun: typeof fun === 'string' ? fun : [...fun], fun_args: [], user,
    _stamp: stampNow(), out: 'nested',
  };
}
