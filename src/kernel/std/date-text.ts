/**
 * Points in time as users write them, read as dateutil reads the usual forms: ISO, `2026, Jan 02 03:04`, `1/2/2026`, `20260102`,
 * `Monday 5:00pm`, a clock time of today; and by a format of Python's `strptime`.
 *
 * Times on the wall have no zone: they are milliseconds as if they were of UTC.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MS = 86_400_000;

/** The time on the wall of this machine. */
export function wallOf(unixMs: number): number {
  const date = new Date(unixMs);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds());
}

/** When the wall of this machine shows a time; of the two in an autumn night the first. */
export function unixOf(wallMs: number): number {
  const date = new Date(wallMs);
  return new Date(
    date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds(),
  ).getTime();
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Undefined for what is no date. `nowMs`: the time on the wall that fills what is not said. */
export function readDate(text: string, nowMs: number): number | undefined {
  const clock = /(?:^|[T\s])(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:[.,](\d{1,6}))?)?\s*([ap]m)?\s*Z?$/i.exec(text.trim());
  const isClock = clock !== null && (clock[2] !== undefined || clock[5] !== undefined);
  const dayText = (isClock ? text.trim().slice(0, clock.index) : text).replace(/[T,\s]+$/i, '').trim();
  const day = dayText === '' && isClock ? dayOf(nowMs) : readDay(dayText, nowMs);
  if (day === undefined) return undefined;
  const midnight = Date.UTC(day.year, day.month - 1, day.day);
  const date = new Date(midnight);
  if (date.getUTCDate() !== day.day || date.getUTCMonth() !== day.month - 1) return undefined;
  const time = isClock ? clockMs(clock) : 0;
  return time === undefined ? undefined : midnight + time;
}

function clockMs([, hour, minute = '0', second = '0', fraction = '0', half]: RegExpExecArray): number | undefined {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  if (hours > (half === undefined ? 23 : 12) || minutes > 59 || seconds > 59) return undefined;
  const whole = half === undefined ? hours : hours % 12 + (half.toLowerCase() === 'pm' ? 12 : 0);
  return ((whole * 60 + minutes) * 60 + seconds) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000);
}

function dayOf(wallMs: number): Day {
  const date = new Date(wallMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function readDay(text: string, nowMs: number): Day | undefined {
  const iso = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$/.exec(text);
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const american = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text);
  if (american !== null) return { year: Number(american[3]), month: Number(american[1]), day: Number(american[2]) };
  return readWords(text, nowMs);
}

/** A day with the name of its month, its parts in any order; or the next day of that name, today included. */
function readWords(text: string, nowMs: number): Day | undefined {
  const words = text.toLowerCase().split(/[\s,./-]+/).filter((word) => word !== '');
  let { year, day } = dayOf(nowMs);
  let month: number | undefined;
  let weekday: number | undefined;
  for (const word of words) {
    const named = MONTHS.findIndex((name) => word.startsWith(name));
    const ofWeek = DAYS.findIndex((name) => word.startsWith(name));
    if (named >= 0) month = named + 1;
    else if (ofWeek >= 0) weekday = ofWeek;
    else if (/^\d{4}$/.test(word)) year = Number(word);
    else if (/^\d{1,2}(st|nd|rd|th)?$/.test(word)) day = Number.parseInt(word, 10);
    else return undefined;
  }
  if (month !== undefined) return { year, month, day };
  return weekday === undefined || words.length > 1 ? undefined : dayOf(nowMs + ((weekday - new Date(nowMs).getUTCDay() + 7) % 7) * DAY_MS);
}

/** What each directive of `strptime` takes, and where it goes. */
const DIRECTIVES: Readonly<Record<string, readonly [pattern: string, field: string]>> = {
  Y: ['(\\d{4})', 'year'], m: ['(\\d{1,2})', 'month'], d: ['(\\d{1,2})', 'day'], H: ['(\\d{1,2})', 'hour'], M: ['(\\d{1,2})', 'minute'],
  S: ['(\\d{1,2})', 'second'], f: ['(\\d{1,6})', 'fraction'], y: ['(\\d{2})', 'shortYear'], I: ['(\\d{1,2})', 'hour'], p: ['([ap]m)', 'half'],
  b: [`(${MONTHS.join('|')})`, 'monthName'], B: [`((?:${MONTHS.join('|')})[a-z]*)`, 'monthName'],
  a: [`(${DAYS.join('|')})`, ''], A: [`((?:${DAYS.join('|')})[a-z]*)`, ''], '%': ['%', ''],
};

/** By a format of Python's `strptime`; undefined when the text does not fit, or the format has a directive that is not known. */
export function readDateBy(text: string, format: string): number | undefined {
  const fields: string[] = [];
  let pattern = '';
  for (let at = 0; at < format.length; at += 1) {
    const char = format[at] ?? '';
    if (char !== '%') {
      pattern += /\s/.test(char) ? '\\s+' : char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
      continue;
    }
    at += 1;
    const directive = DIRECTIVES[format[at] ?? ''];
    if (directive === undefined) return undefined;
    pattern += directive[0];
    if (format[at] !== '%') fields.push(directive[1]);
  }
  const found = new RegExp(`^${pattern}$`, 'i').exec(text);
  return found === null ? undefined : assemble(new Map(fields.map((field, at) => [field, found[at + 1] ?? ''])));
}

function assemble(fields: ReadonlyMap<string, string>): number | undefined {
  const number = (name: string, fallback: number): number => (fields.has(name) ? Number(fields.get(name)) : fallback);
  const short = number('shortYear', -1);
  const year = short >= 0 ? short + (short < 69 ? 2000 : 1900) : number('year', 1900);
  const named = MONTHS.indexOf((fields.get('monthName') ?? '').slice(0, 3).toLowerCase());
  const month = named >= 0 ? named + 1 : number('month', 1);
  const half = fields.get('half')?.toLowerCase();
  const hour = half === undefined ? number('hour', 0) : number('hour', 0) % 12 + (half === 'pm' ? 12 : 0);
  const milliseconds = Math.floor(Number(`0.${fields.get('fraction') ?? '0'}`) * 1000);
  const made = new Date(Date.UTC(year, month - 1, number('day', 1), hour, number('minute', 0), number('second', 0), milliseconds));
  made.setUTCFullYear(year);
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === number('day', 1) && made.getUTCHours() === hour ? made.getTime() : undefined;
}
