/**
 * Lines in the form of `log_fmt_console` and `log_fmt_logfile`: Python's `%(name)-17s` with the attributes of Python's
 * and Salt's log records.
 */
import { levels } from './levels.js';

export interface LogRecord {
  readonly level: number;
  readonly levelName: string;
  /** The piece of the program that speaks. */
  readonly name: string;
  readonly message: string;
  readonly at: Date;
  readonly jid: string;
  readonly minionId: string;
}

export interface FormatOptions {
  readonly format: string;
  readonly dateFormat: string;
  readonly jidFormat: string;
  readonly minionIdFormat: string;
}

type Piece = string | { readonly key: string; readonly flags: string; readonly width: number; readonly type: string };

const DIRECTIVE = /%(?:\((\w+)\)([-0 +#]*)(\d*)(?:\.\d+)?([sdirfx])|%)/g;

/** A function that writes records in the form given. */
export function recordFormatter(options: FormatOptions): (record: LogRecord) => string {
  const pieces = compile(options.format);
  return (record) => pieces.map((piece) => (typeof piece === 'string' ? piece : fill(piece, attribute(piece.key, record, options)))).join('');
}

function compile(format: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    pieces.push(format.slice(end, match.index));
    const [all, key, flags = '', width = '', type = 's'] = match;
    pieces.push(key === undefined ? '%' : { key, flags, width: Number(width), type });
    end = match.index + all.length;
  }
  pieces.push(format.slice(end));
  return pieces;
}

function fill({ flags, width, type }: Exclude<Piece, string>, value: string | number): string {
  const text = type === 'f' ? Number(value).toFixed(6) : String(value);
  if (flags.includes('-')) return text.padEnd(width);
  return text.padStart(width, flags.includes('0') && typeof value === 'number' ? '0' : ' ');
}

function attribute(key: string, record: LogRecord, options: FormatOptions): string | number {
  switch (key) {
    case 'message': return record.message;
    case 'levelname': return record.levelName;
    case 'levelno': return record.level;
    case 'name': return record.name;
    case 'module': return record.name.split('.').at(-1) ?? '';
    case 'asctime': return dateText(record.at, options.dateFormat);
    case 'created': return record.at.getTime() / 1000;
    case 'msecs': return record.at.getMilliseconds();
    case 'process': return process.pid;
    case 'processName': return 'MainProcess';
    case 'threadName': return 'MainThread';
    case 'lineno': return 0;
    case 'jid': return record.jid === '' ? '' : options.jidFormat.replaceAll('%(jid)s', record.jid);
    case 'minion_id': return record.minionId === '' ? '' : options.minionIdFormat.replaceAll('%(minion_id)s', record.minionId);
    default: return bracketed(key, record);
  }
}

/** Salt's own attributes: parts in brackets, and the same in colour. */
function bracketed(key: string, record: LogRecord): string {
  const { name, levelName, message } = record;
  switch (key) {
    case 'bracketname': return `[${name.padEnd(17)}]`;
    case 'bracketlevel': return `[${levelName.padEnd(8)}]`;
    case 'bracketprocess': return `[${String(process.pid).padStart(5)}]`;
    case 'colorname': return coloured('1;32', `[${name.padEnd(17)}]`);
    case 'colorlevel': return coloured(`1;${colourOf(record)}`, `[${levelName.padEnd(8)}]`);
    case 'colorprocess': return coloured('1;34', `[${String(process.pid).padStart(5)}]`);
    case 'colormsg': return coloured(record.level >= levels.critical ? '1;31' : `0;${colourOf(record)}`, message);
    // What Python would refuse as unknown costs us only its own place.
    default: return '';
  }
}

function coloured(code: string, text: string): string {
  return `\u001B[${code}m${text}\u001B[0m`;
}

function colourOf({ level }: LogRecord): number {
  if (level >= levels.error) return 31;
  if (level >= levels.warning) return 33;
  if (level >= levels.info) return 32;
  if (level >= levels.debug) return 36;
  return level >= levels.trace ? 35 : 34;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A local time in the form of C's `strftime`. */
export function dateText(at: Date, format: string): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const month = MONTHS[at.getMonth()] ?? '';
  const day = DAYS[at.getDay()] ?? '';
  const offset = -at.getTimezoneOffset();
  const parts: Record<string, () => string> = {
    Y: () => String(at.getFullYear()), y: () => two(at.getFullYear() % 100), m: () => two(at.getMonth() + 1), d: () => two(at.getDate()),
    H: () => two(at.getHours()), M: () => two(at.getMinutes()), S: () => two(at.getSeconds()), I: () => two(at.getHours() % 12 || 12),
    p: () => (at.getHours() < 12 ? 'AM' : 'PM'), f: () => String(at.getMilliseconds() * 1000).padStart(6, '0'),
    b: () => month.slice(0, 3), B: () => month, a: () => day.slice(0, 3), A: () => day, w: () => String(at.getDay()),
    e: () => String(at.getDate()).padStart(2), j: () => String(dayOfYear(at)).padStart(3, '0'), s: () => String(Math.floor(at.getTime() / 1000)),
    z: () => `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`,
    T: () => dateText(at, '%H:%M:%S'), F: () => dateText(at, '%Y-%m-%d'), R: () => dateText(at, '%H:%M'), D: () => dateText(at, '%m/%d/%y'),
    '%': () => '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (all, letter: string) => parts[letter]?.() ?? all);
}

function dayOfYear(at: Date): number {
  return Math.round((Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) - Date.UTC(at.getFullYear(), 0, 1)) / 86_400_000) + 1;
}
