/** Salt's `strftime`: dates from text or seconds, in Python's formats. Golden: render/sf-strftime. */
import { operation, type Operation } from '../python/callable.js';
import type { Data } from '../python/data.js';
import { textOf } from '../python/markup.js';
import { numberOf, toDouble } from '../python/numbers.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { strOf } from '../python/text.js';
import { Undefined } from '../python/undefined.js';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAY_MS = 86_400_000;

/** A date on the wall, kept in the UTC fields of a Date. */
function wall(date: Date): Date {
  return new Date(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()));
}

function fail(value: Data): never {
  throw new PythonError('ValueError', `Unable to parse ${strOf(value)}`);
}

const DATE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*(?:Z|UTC)?$/;
const DAY_FIRST = /^(\d{1,2})[.-](\d{1,2})[.-](\d{4})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

function fromText(text: string): Date | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = DATE.exec(text) ?? [];
  if (year !== undefined) return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3))));
  const [, first, second_, third, h = '0', m = '0', s = '0'] = DAY_FIRST.exec(text) ?? [];
  if (first !== undefined) return new Date(Date.UTC(Number(third), Number(second_) - 1, Number(first), Number(h), Number(m), Number(s)));
  const now = wall(new Date());
  const midnight = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS);
  switch (text.toLowerCase()) {
    case 'now': case '': return now;
    case 'today': case 'midnight': return midnight;
    case 'tomorrow': return new Date(midnight.getTime() + DAY_MS);
    case 'yesterday': return new Date(midnight.getTime() - DAY_MS);
    default: return fromWords(text);
  }
}

/** `25 December 2002`, `Dec 25 2002 13:05`, dates of mails. */
function fromWords(text: string): Date | undefined {
  if (!/[A-Za-z]{3}/.test(text) || !/\d{4}/.test(text)) return undefined;
  const parsed = Date.parse(/(?:GMT|UTC|Z|[+-]\d{4})$/.test(text) ? text : `${text} UTC`);
  return Number.isNaN(parsed) ? undefined : new Date(parsed);
}

function dateOf(value: Data): Date {
  if (value instanceof Undefined) value.fail();
  if (value === null) return wall(new Date());
  const text = textOf(value);
  const named = text === undefined ? undefined : fromText(text.trim());
  if (named !== undefined) return named;
  const number = text === undefined ? numberOf(value) : /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
  if (number === undefined) return fail(value);
  const date = new Date(toDouble(number) * 1000);
  return Number.isNaN(date.getTime()) ? fail(value) : wall(date);
}

const two = (value: number): string => String(value).padStart(2, '0');
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;

/** Year and number of the ISO week. */
function isoWeek(date: Date): readonly [year: number, week: number] {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_MS);
  return [thursday.getUTCFullYear(), Math.ceil(dayOfYear(thursday) / 7)];
}

const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12;
const dayName = (date: Date): string => DAYS[date.getUTCDay()] as string;
const monthName = (date: Date): string => MONTHS[date.getUTCMonth()] as string;

const PARTS: ReadonlyMap<string, (date: Date) => string> = new Map<string, (date: Date) => string>([
  ['Y', (date) => String(date.getUTCFullYear()).padStart(4, '0')], ['m', (date) => two(date.getUTCMonth() + 1)], ['d', (date) => two(date.getUTCDate())],
  ['H', (date) => two(date.getUTCHours())], ['M', (date) => two(date.getUTCMinutes())], ['S', (date) => two(date.getUTCSeconds())],
  ['y', (date) => two(date.getUTCFullYear() % 100)], ['C', (date) => two(Math.floor(date.getUTCFullYear() / 100))],
  ['b', (date) => monthName(date).slice(0, 3)], ['h', (date) => monthName(date).slice(0, 3)], ['B', monthName],
  ['a', (date) => dayName(date).slice(0, 3)], ['A', dayName], ['j', (date) => String(dayOfYear(date)).padStart(3, '0')],
  ['p', (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM')], ['P', (date) => (date.getUTCHours() < 12 ? 'am' : 'pm')],
  ['I', (date) => two(hour12(date))], ['l', (date) => String(hour12(date)).padStart(2)], ['k', (date) => String(date.getUTCHours()).padStart(2)],
  ['e', (date) => String(date.getUTCDate()).padStart(2)], ['f', (date) => String(date.getUTCMilliseconds() * 1000).padStart(6, '0')],
  ['w', (date) => String(date.getUTCDay())], ['u', (date) => String(date.getUTCDay() || 7)], ['Z', () => ''], ['z', () => ''],
  ['U', (date) => two(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7))], ['W', (date) => two(Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 6) % 7)) / 7))],
  ['G', (date) => String(isoWeek(date)[0])], ['g', (date) => two(isoWeek(date)[0] % 100)], ['V', (date) => two(isoWeek(date)[1])],
  ['s', (date) => String(Math.floor(new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()).getTime() / 1000))],
  ['n', () => '\n'], ['t', () => '\t'], ['%', () => '%'],
]);
const WHOLE: Readonly<Record<string, string>> = { D: '%m/%d/%y', F: '%Y-%m-%d', T: '%H:%M:%S', R: '%H:%M', r: '%I:%M:%S %p', c: '%a %b %e %H:%M:%S %Y', x: '%m/%d/%y', X: '%H:%M:%S' };

export function formatDate(date: Date, format: string): string {
  return format.replace(/%([-_0^#]?)([a-zA-Z%])/g, (written, flag: string, letter: string) => {
    const whole = WHOLE[letter];
    const text = whole === undefined ? PARTS.get(letter)?.(date) : formatDate(date, whole);
    if (text === undefined) return written;
    if (flag === '-') return text.replace(/^[0 ]+(?=.)/, '');
    if (flag === '_') return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
    return flag === '^' ? text.toUpperCase() : text;
  });
}

const strftime = (name: string): Operation => operation(name, [['date', null], ['format', '%Y-%m-%d']], ([date = null, format = '']) => formatDate(dateOf(date), strOf(format)), { pythonName: 'strftime' });

export const SALT_DATE_FILTERS: readonly Operation[] = [strftime('strftime'), strftime('date_format')];
