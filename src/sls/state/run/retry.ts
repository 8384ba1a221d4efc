/** How often a state is tried until it gives what is wanted. Source: state-system, section 4; read, Salt 3008.3. */
import { randomInt } from 'node:crypto';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isInteger, isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface Retry {
  readonly until: boolean;
  readonly attempts: number;
  readonly interval: number;
  readonly splay: number;
}

const USUAL: Retry = { until: true, attempts: 2, interval: 30, splay: 0 };
/** More is no wish but a mistake. */
const ATTEMPTS_MAX = 100_000;

/** What is not of its kind has its usual value. */
export function readRetry(given: Value): Retry {
  if (typeof given === 'boolean') return given ? USUAL : { ...USUAL, attempts: 0 };
  if (!isMap(given)) return USUAL;
  const whole = (name: 'attempts' | 'interval' | 'splay'): number => {
    const value = mapGet(given, name);
    if (typeof value === 'boolean') return value ? 1 : 0;
    return isInteger(value) ? Number(value) : USUAL[name];
  };
  const until = mapGet(given, 'until');
  return {
    until: typeof until === 'boolean' ? until : USUAL.until, attempts: Math.min(whole('attempts'), ATTEMPTS_MAX), interval: whole('interval'), splay: whole('splay'),
  };
}

/** Seconds until the next try. */
export function waitSeconds({ interval, splay }: Retry): number {
  return interval + (splay > 0 ? randomInt(0, Math.min(splay, 2 ** 31) + 1) : 0);
}

export function attemptText(attempt: number, row: PlainMap): string {
  return `Attempt ${attempt}: Returned a result of "${str(row['result'] ?? null)}", with the following comment: "${str(row['comment'] ?? '')}"`;
}

/** What a test run says. */
export function wouldRetry({ interval, splay, attempts, until }: Retry): string {
  return `The state would be retried every ${interval} seconds (with a splay of up to ${splay} seconds) a maximum of `
    + `${attempts} times or until a result of ${repr(until)} is returned`;
}
