/** The times of an entry: compared, and drawn where they are left to chance. Source: observed, Salt 3008.3. */
import { randomInt } from 'node:crypto';
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import { TIMES, type Job } from './tab.js';

export type Times = { readonly [K in typeof TIMES[number]]: Value };

/** True when the times that are given are those of the entry. */
export function hasTimes(job: Job, times: Times): boolean {
  return TIMES.every((name) => {
    const wanted = times[name];
    return wanted === null || job[name] === str(wanted) || (str(wanted).toLowerCase() === 'random' && job[name] !== '*');
  });
}

const RANGES = { minute: [0, 59], hour: [0, 23], month: [1, 12], dayweek: [0, 6] } as const;
const between = (from: number, to: number): string => String(randomInt(from, to + 1));

function bound(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new PythonError('ValueError', `invalid literal for int() with base 10: '${text}'`);
  return Number(text);
}

function chosen(name: keyof typeof RANGES, text: string): string {
  if (text === 'random') return between(RANGES[name][0], RANGES[name][1]);
  const ends = text.split(':');
  if (ends.length !== 2) return text;
  // Sorted as texts, as Salt does; `9:10` has its ends swapped and no number in between.
  const [from = 0, to = 0] = ends.toSorted().map(bound);
  if (from > to) throw new PythonError('ValueError', `empty range for randrange() (${from}, ${to + 1}, ${to + 1 - from})`);
  return between(from, to);
}

/** Times with `random` and ranges such as `10:20` drawn. A day of any month lies in all months. */
export function drawTimes(times: Times): Pick<Job, typeof TIMES[number]> {
  const text = (name: typeof TIMES[number]): string => str(times[name]).toLowerCase();
  const month = chosen('month', text('month'));
  const days = ['1', '3', '5', '7', '8', '10', '12'].includes(month) ? 31 : ['4', '6', '9', '11'].includes(month) ? 30 : 28;
  const daymonth = text('daymonth');
  return {
    minute: chosen('minute', text('minute')), hour: chosen('hour', text('hour')),
    daymonth: daymonth === 'random' ? between(1, days) : daymonth, month, dayweek: chosen('dayweek', text('dayweek')),
  };
}
