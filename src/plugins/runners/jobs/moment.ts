/**
 * Points in time as users write them, read as dateutil reads the usual forms: ISO, `2026, Jan 02 03:04`, `1/2/2026`,
 * `20260102`, a clock time of today. All without zone, as job ids are.
 */
import { PythonError } from '../../../kernel/contract/errors.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Milliseconds since 1970. @throws PythonError (dateutil's ParserError) */
export function parseMoment(text: string, nowUnixMs: number): number {
  const clock = /(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?\s*([ap]m)?\s*Z?$/i.exec(text.trim());
  const dayText = (clock === null ? text : text.trim().slice(0, clock.index)).replace(/[T,\s]+$/i, '').trim();
  const day = dayText === '' && clock !== null ? dayOf(nowUnixMs) : readDay(dayText, nowUnixMs);
  if (day === undefined) throw unknown(text);
  const midnight = Date.UTC(day.year, day.month - 1, day.day);
  const date = new Date(midnight);
  if (date.getUTCDate() !== day.day || date.getUTCMonth() !== day.month - 1) throw unknown(text);
  return midnight + (clock === null ? 0 : clockMs(clock));
}

const unknown = (text: string): PythonError => new PythonError('dateutil.parser._parser.ParserError', `Unknown string format: ${text}`);

function clockMs([, hour, minute, second = '0', fraction = '0', half]: RegExpExecArray): number {
  const hours = Number(hour) % (half === undefined ? 24 : 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
  return ((hours * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(`0.${fraction}`) * 1000;
}

function dayOf(unixMs: number): Day {
  const date = new Date(unixMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function readDay(text: string, nowUnixMs: number): Day | undefined {
  const iso = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})$/.exec(text);
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const american = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text);
  if (american !== null) return { year: Number(american[3]), month: Number(american[1]), day: Number(american[2]) };
  return readWords(text, nowUnixMs);
}

/** A day with the name of its month, its parts in any order. */
function readWords(text: string, nowUnixMs: number): Day | undefined {
  const words = text.toLowerCase().split(/[\s,./-]+/).filter((word) => word !== '');
  const today = dayOf(nowUnixMs);
  let { year, day } = today;
  let month: number | undefined;
  for (const word of words) {
    const named = MONTHS.findIndex((name) => word.startsWith(name));
    if (named >= 0) month = named + 1;
    else if (/^\d{4}$/.test(word)) year = Number(word);
    else if (/^\d{1,2}(st|nd|rd|th)?$/.test(word)) day = Number.parseInt(word, 10);
    else if (!/^(mon|tue|wed|thu|fri|sat|sun)/.test(word)) return undefined;
  }
  return month === undefined ? undefined : { year, month, day };
}
