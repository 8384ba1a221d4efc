/** Times as Salt writes them. */

const two = (value: number): string => String(value).padStart(2, '0');

/** How far the wall clock may be from the steady one before it counts as set anew. */
const CLOCK_STEP_MS = 20;

let startUnixMs = performance.timeOrigin;
let lastMicros = 0;
/** The last stamp as far as its second: many events have the same. */
let stampSecond = -1;
let stampBegin = '';

/**
 * Microseconds since 1970; never the same twice in one process, never backwards within a second. Follows the wall clock: the
 * steady clock, which alone has microseconds, stands still while the machine sleeps and does not notice a clock that is set.
 */
function microsNow(): number {
  const steadyMs = performance.now();
  const wallMs = Date.now();
  if (Math.abs(startUnixMs + steadyMs - wallMs) > CLOCK_STEP_MS) startUnixMs = wallMs - steadyMs;
  const now = Math.floor((startUnixMs + steadyMs) * 1000);
  lastMicros = now > lastMicros || lastMicros - now > 1_000_000 ? now : lastMicros + 1;
  return lastMicros;
}

/** `2026-01-02T03:04:05.000006+00:00`, the `_stamp` of events. Source: golden wire/events. */
export function stampNow(): string {
  const micros = microsNow();
  const second = Math.floor(micros / 1_000_000);
  if (second !== stampSecond) {
    stampSecond = second;
    stampBegin = new Date(second * 1000).toISOString().slice(0, 19);
  }
  return `${stampBegin}.${String(micros % 1_000_000).padStart(6, '0')}+00:00`;
}

/** A new job id: 20 digits of UTC time to the microsecond. Source: golden wire/misc. */
export function newJid(): string {
  return jidOf(microsNow());
}

/** The id of a job that began at a moment. */
export const jidAt = (unixMs: number): string => jidOf(Math.round(unixMs * 1000));

function jidOf(micros: number): string {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  return `${iso.slice(0, 19).replace(/[-T:]/g, '')}${String(micros % 1_000_000).padStart(6, '0')}`;
}

/** The time now by the clock as it was when the program started: setting the clock moves nothing. For waits and ages; unix milliseconds. */
export function steadyUnixMs(): number {
  return Math.floor(performance.timeOrigin + performance.now());
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** C's asctime in local time: `Thu Jan  1 00:00:00 2026`. */
export function asctime(date: Date): string {
  const day = String(date.getDate()).padStart(2, ' ');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${clock} ${date.getFullYear()}`;
}

/** Start time of a job as listings print it: `2026, Jan 01 00:00:00.000000`. Source: golden cli/run-jobs-list. */
export function jidToTime(jid: string): string {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{6})(?:_.+)?$/.exec(jid);
  if (parts === null) return '';
  const [, year, month, day, hour, minute, second, micros] = parts;
  return `${year}, ${MONTHS[Number(month) - 1] ?? ''} ${day} ${hour}:${minute}:${second}.${micros}`;
}

/** Start of a job by its id, in milliseconds; undefined when the id tells none. */
export function jidToUnixMs(jid: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{6})/.exec(jid)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + micros / 1000;
}
