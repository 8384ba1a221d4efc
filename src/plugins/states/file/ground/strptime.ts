/** Times that stand in texts, read as Python's `datetime.strptime` does in the C locale. */
import { PythonError } from '../../../../kernel/contract/errors.js';

/** A moment without a zone. `epoch` counts seconds from 1970 as if it were UTC. */
export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly epoch: number;
}

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const either = (words: readonly string[]): string => words.toSorted((a, b) => b.length - a.length).join('|');
const short = (words: readonly string[]): string[] => words.map((word) => word.slice(0, 3));

/** What each directive takes, as Python's `_strptime` has it. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  d: '3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]', f: '[0-9]{1,6}', H: '2[0-3]|[0-1]\\d|\\d', I: '1[0-2]|0[1-9]|[1-9]',
  j: '36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]', m: '1[0-2]|0[1-9]|[1-9]', M: '[0-5]\\d|\\d',
  S: '6[0-1]|[0-5]\\d|\\d', y: '\\d\\d', Y: '\\d\\d\\d\\d', B: either(MONTHS), b: either(short(MONTHS)), A: either(DAYS), a: either(short(DAYS)),
  p: 'am|pm', w: '[0-6]', u: '[1-7]', U: '5[0-3]|[0-4]\\d|\\d', W: '5[0-3]|[0-4]\\d|\\d', Z: 'utc|gmt',
};
/** Directives that stand for others. */
const COMPOUND: Readonly<Record<string, string>> = { c: '%a %b %d %H:%M:%S %Y', x: '%m/%d/%y', X: '%H:%M:%S', T: '%H:%M:%S' };

interface Reader {
  readonly pattern: RegExp;
  readonly parts: readonly string[];
}

function readerOf(format: string): Reader {
  const parts: string[] = [];
  const whole = format.replace(/%([cxX])/g, (_, letter: string) => COMPOUND[letter] ?? '');
  const source = whole.replace(/%(.)|\s+|[\\.^$*+?(){}[\]|]/gsu, (text, letter: string | undefined) => {
    if (letter === undefined) return /^\s/.test(text) ? '\\s+' : `\\${text}`;
    if (letter === '%') return '%';
    const taken = Object.hasOwn(DIRECTIVES, letter) ? DIRECTIVES[letter] : undefined;
    if (taken === undefined) throw new PythonError('ValueError', `'${letter}' is a bad directive in format '${format}'`);
    parts.push(letter);
    return `(${taken})`;
  });
  return { pattern: new RegExp(`^${source}$`, 'i'), parts };
}

const yearOf = (digits: string): number => Number(digits) + (Number(digits) <= 68 ? 2000 : 1900);

function hourOf(found: ReadonlyMap<string, string>): number {
  const clock = found.get('I');
  if (clock === undefined) return Number(found.get('H') ?? 0);
  return (Number(clock) % 12) + (found.get('p')?.toLowerCase() === 'pm' ? 12 : 0);
}

function monthOf(found: ReadonlyMap<string, string>): number {
  const name = (found.get('B') ?? found.get('b'))?.toLowerCase();
  return name === undefined ? Number(found.get('m') ?? 1) : MONTHS.findIndex((month) => month.startsWith(name)) + 1;
}

/** A reader of texts in this format; it gives undefined for a text that does not fit. A bad format fits nothing, as its ValueError is caught in Salt. */
export function momentReader(format: string): (text: string) => Moment | undefined {
  let reader: Reader;
  try {
    reader = readerOf(format);
  } catch (error) {
    if (error instanceof PythonError) return () => undefined;
    throw error;
  }
  return (text) => {
    const match = reader.pattern.exec(text);
    if (match === null) return undefined;
    return momentOf(new Map(reader.parts.map((part, at) => [part, match[at + 1] ?? ''])));
  };
}

function momentOf(found: ReadonlyMap<string, string>): Moment | undefined {
  const [short, long] = [found.get('y'), found.get('Y')];
  const year = long === undefined ? (short === undefined ? 1900 : yearOf(short)) : Number(long);
  const dayOfYear = found.get('j');
  const dated = dayOfYear === undefined || found.has('m') || found.has('d');
  const [month, day] = dated ? [monthOf(found), Number(found.get('d') ?? 1)] : [1, Number(dayOfYear)];
  const [hour, minute, second] = [hourOf(found), Number(found.get('M') ?? 0), Number(found.get('S') ?? 0)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  // A day the month has not got, or second 60: no time for Python.
  if (year < 1 || second > 59 || (dated && (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day))) return undefined;
  const micros = Number((found.get('f') ?? '').padEnd(6, '0'));
  return { year, month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour, epoch: date.getTime() / 1000 + micros / 1e6 };
}

/** ISO week, and weekday from Monday as 0, of a moment's day. */
export function weekOf({ year, month, day }: Moment): { readonly week: number; readonly weekday: number } {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const weekday = (date.getUTCDay() + 6) % 7;
  date.setUTCDate(date.getUTCDate() - weekday + 3);
  const firstOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  return { week: 1 + Math.floor((date.getTime() - firstOfYear) / 604_800_000), weekday };
}
