/**
 * Returns that a minion makes up itself when a job could not run or was cut short. To a real master and its users they are errors
 * like others; our master reads from them what became of the job.
 */
import type { PlainMap } from '../../kernel/std/value.js';

const REFUSED = 'ERROR: the minion refused the job: ';
const INTERRUPTED = 'ERROR: interrupted: the minion ended while the job ran';

export const refusedText = (why: string): string => `${REFUSED}${why}`;
/** `done`: what the job had done by then, when somebody knows. */
export const interruptedText = (done?: string): string => (done === undefined ? INTERRUPTED : `${INTERRUPTED}: ${done}`);

/** Besides a return to our master: the asked returners that the minion has not got, so that who asked hears of it. */
export const RETURNERS_ABSENT = 'returners_absent';

export type ReturnWord = { readonly kind: 'refused'; readonly why: string } | { readonly kind: 'interrupted' };

export function returnWord(load: PlainMap): ReturnWord | undefined {
  const text = load['return'];
  if (load['success'] !== false || typeof text !== 'string') return undefined;
  if (text === INTERRUPTED || text.startsWith(`${INTERRUPTED}: `)) return { kind: 'interrupted' };
  return text.startsWith(REFUSED) ? { kind: 'refused', why: text.slice(REFUSED.length) } : undefined;
}
