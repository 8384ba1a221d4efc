/** A table of cron as text and as entries. Start at `readTab`. Source: observed, Salt 3008.3. */
import { splitLines } from '../../../kernel/std/python-space.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const HEAD = '# Lines below here are managed by Salt, do not edit';
const DISABLED = '#DISABLED#';
const IDENTIFIER = 'SALT_CRON_IDENTIFIER';

/** What stands at each entry besides its time. */
interface Noted {
  readonly cmd: Value;
  readonly identifier: Value;
  readonly comment: Value;
  readonly commented: Value;
}
export interface Job extends Noted {
  readonly minute: string;
  readonly hour: string;
  readonly daymonth: string;
  readonly month: string;
  readonly dayweek: string;
}
/** An entry with a word in place of a time: `@hourly`. */
export interface Special extends Noted {
  readonly spec: string;
}
export interface Variable {
  readonly name: string;
  readonly value: Value;
}
export interface Tab {
  /** Lines above those of Salt. */
  readonly pre: readonly string[];
  readonly crons: readonly Job[];
  readonly special: readonly Special[];
  readonly env: readonly Variable[];
}

export const TIMES = ['minute', 'hour', 'daymonth', 'month', 'dayweek'] as const;

/** Comment lines gathered until the entry they belong to. */
interface Notes {
  comment: string | null;
  identifier: string | null;
}

function note(notes: Notes, line: string): void {
  let text = line.replace(/^[# ]+/, '');
  if (text.includes(IDENTIFIER)) {
    const [before = '', after = ''] = text.split(IDENTIFIER);
    text = before.trimEnd();
    if (after.length > 1) notes.identifier = after.slice(1);
  }
  notes.comment = notes.comment === null ? text : `${notes.comment}\n${text}`;
}

const isVariable = (line: string): boolean => line.indexOf('=') > 0 && (!line.includes(' ') || line.indexOf('=') < line.indexOf(' '));

/** Reads a table; lines above the line of Salt are kept as they are. */
export function readTab(text: string): Tab {
  const tab = { pre: [] as string[], crons: [] as Job[], special: [] as Special[], env: [] as Variable[] };
  let notes: Notes = { comment: null, identifier: null };
  let managed = false;
  for (const whole of splitLines(text)) {
    if (whole === HEAD) {
      managed = true;
      continue;
    }
    if (!managed) {
      tab.pre.push(whole);
      continue;
    }
    const commented = whole.startsWith(DISABLED);
    const line = commented ? whole.slice(DISABLED.length) : whole;
    const words = line.split(' ');
    if (line.startsWith('@')) {
      const [spec = '', ...cmd] = line.split(/\s+/).filter((word) => word !== '');
      if (cmd.length === 0) continue;
      tab.special.push({ spec, cmd: cmd.join(' '), ...notes, commented });
    } else if (line.startsWith('#')) {
      note(notes, line);
      continue;
    } else if (isVariable(line)) {
      tab.env.push({ name: line.slice(0, line.indexOf('=')), value: line.slice(line.indexOf('=') + 1) });
      continue;
    } else if (words.length > 5) {
      const [minute = '', hour = '', daymonth = '', month = '', dayweek = '', ...cmd] = words;
      tab.crons.push({ minute, hour, daymonth, month, dayweek, ...notes, cmd: cmd.join(' '), commented });
    } else continue;
    notes = { comment: null, identifier: null };
  }
  return tab;
}

function notesOf({ comment, identifier }: Noted, isSpecial: boolean): string {
  if (comment === null && identifier === null) return '';
  const text = isSpecial ? str(comment ?? '').trimEnd() : str(comment ?? '');
  const words = isTruthy(comment) ? ` ${text.replaceAll('\n', '\n# ')}` : '';
  return `#${words}${isTruthy(identifier) ? ` ${IDENTIFIER}:${str(identifier)}` : ''}\n`;
}

const mark = (entry: Noted): string => (entry.commented === true ? DISABLED : '');

/** The table as text. */
export function writeTab({ pre, env, crons, special }: Tab): string {
  const lines = pre.map((line) => `${line}\n`);
  if (lines.at(-1) !== `${HEAD}\n`) lines.push(`${HEAD}\n`);
  for (const { name, value } of env) lines.push(`${name}=${value === null || value === '' ? '""' : str(value)}\n`);
  for (const job of crons) lines.push(notesOf(job, false), `${mark(job)}${TIMES.map((time) => job[time]).join(' ')} ${str(job.cmd)}\n`);
  for (const one of special) lines.push(notesOf(one, true), `${mark(one)}${one.spec} ${str(one.cmd)}\n`);
  return lines.join('');
}

/** The table as `list_tab` gives it. */
export const tabValue = ({ pre, crons, special, env }: Tab): PlainMap => ({
  pre, crons: crons.map((job): PlainMap => ({ ...job })), special: special.map((one): PlainMap => ({ ...one })), env: env.map((one): PlainMap => ({ ...one })),
});

/** A value inside of a line. What begins another line, with other rights or another command, is refused by name. */
export const isOneLine = (value: Value): boolean => value === null || !/[\n\r\0]/.test(typeof value === 'string' ? value : repr(value));
