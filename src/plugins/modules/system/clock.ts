/** Dates as the clock functions read and show them. Start at `clockAt`. */
import { InvocationError } from '../../../kernel/contract/errors.js';

/** A moment in some zone. */
export interface Clock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const two = (value: number): string => String(value).padStart(2, '0');
const MINUTE_MS = 60_000;

/** Minutes of `+HHMM`. @throws InvocationError */
export function offsetMinutes(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])?(\d\d)(\d\d)\n?$/.exec(offset) ?? [];
  if (hours === undefined) throw new InvocationError('Invalid UTC offset');
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The moment in the zone of an offset, or in the zone of the machine. */
export function clockAt(unixMs: number, offset: string | null): Clock {
  if (offset !== null) return inUtc(new Date(unixMs + offsetMinutes(offset) * MINUTE_MS));
  const date = new Date(unixMs);
  return {
    year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate(),
    hour: date.getHours(), minute: date.getMinutes(), second: date.getSeconds(),
  };
}

function inUtc(date: Date): Clock {
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(),
    hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(),
  };
}

const asUtc = ({ year, month, day, hour, minute, second }: Clock): number => Date.UTC(year, month - 1, day, hour, minute, second);

/** The same moment in UTC. */
export const withoutOffset = (clock: Clock, offset: string): Clock => inUtc(new Date(asUtc(clock) - offsetMinutes(offset) * MINUTE_MS));

/** `03:04:05 PM` */
export const showTime = ({ hour, minute, second }: Clock): string => `${two((hour + 11) % 12 + 1)}:${two(minute)}:${two(second)} ${hour < 12 ? 'AM' : 'PM'}`;
/** `Tue 05/12/2015` */
export const showDate = (clock: Clock): string =>
  `${['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(asUtc(clock)).getUTCDay()] ?? ''} ${two(clock.month)}/${two(clock.day)}/${clock.year}`;
/** `2015-05-12 15:04:05` */
export const showBoth = ({ year, month, day, hour, minute, second }: Clock): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;

/** The word that `date` sets a clock from; seconds are no part of POSIX. */
export const dateWord = ({ year, month, day, hour, minute, second }: Clock, seconds: boolean): string =>
  `${two(month)}${two(day)}${two(hour)}${two(minute)}${String(year).padStart(4, '0')}${seconds ? `.${two(second)}` : ''}`;

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The clock itself. @throws InvocationError with Python's words for what is no date */
export function checkClock(clock: Clock): Clock {
  const fits: readonly (readonly [boolean, string])[] = [
    [clock.year >= 1 && clock.year <= 9999, `year ${clock.year} is out of range`],
    [clock.month >= 1 && clock.month <= 12, 'month must be in 1..12'],
    [clock.day >= 1 && clock.day <= daysOf(clock.year, clock.month), 'day is out of range for month'],
    [clock.hour >= 0 && clock.hour <= 23, 'hour must be in 0..23'],
    [clock.minute >= 0 && clock.minute <= 59, 'minute must be in 0..59'],
    [clock.second >= 0 && clock.second <= 59, 'second must be in 0..59'],
  ];
  const wrong = fits.find(([right]) => !right);
  if (wrong !== undefined) throw new InvocationError(wrong[1]);
  return clock;
}

/** Hour, minute and second of `11:20`, `11:20:30`, `11:20 PM` or `11:20:30 PM`; undefined for other texts. */
export function readTime(text: string): Pick<Clock, 'hour' | 'minute' | 'second'> | undefined {
  const [, hours, minute, second = '0', half] = /^(\d{1,2}):([0-5]?\d)(?::([0-5]?\d))?(?:\s+([ap]m))?$/i.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const rest = { minute: Number(minute), second: Number(second) };
  if (half === undefined) return Number(hours) > 23 ? undefined : { hour: Number(hours), ...rest };
  if (Number(hours) < 1 || Number(hours) > 12) return undefined;
  return { hour: Number(hours) % 12 + (half.toLowerCase() === 'pm' ? 12 : 0), ...rest };
}

/** Year, month and day of the forms `2015-05-12`, `2015/05/12`, `05-12-2015`, `05/12/15`; undefined for other texts. */
export function readDate(text: string): Pick<Clock, 'year' | 'month' | 'day'> | undefined {
  const ahead = /^(?<year>\d{4})([-/])(?<month>\d{1,2})\2(?<day>\d{1,2})$/.exec(text);
  const behind = /^(?<month>\d{1,2})([-/])(?<day>\d{1,2})\2(?<year>\d{4}|\d{2})$/.exec(text);
  const { year = '', month, day } = (ahead ?? behind)?.groups ?? {};
  const found = { year: year.length === 2 ? Number(year) + (Number(year) < 69 ? 2000 : 1900) : Number(year), month: Number(month), day: Number(day) };
  const exists = found.year >= 1 && found.month >= 1 && found.month <= 12 && found.day >= 1 && found.day <= daysOf(found.year, found.month);
  return exists ? found : undefined;
}
