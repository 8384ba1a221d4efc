/** Where log lines go: readable text or JSON lines, to anything that takes text. */
import { loadPino } from './pino.js';
import type { LogFields } from '../contract/log.js';
import { errorText, factsText, setIn, showable, visible } from './facts.js';
import { levels, type LevelName } from './levels.js';
import { recordFormatter, type FormatOptions } from './record-format.js';

/** Longest line in characters; what is more is cut off. */
const LINE_LENGTH_MAX = 64 * 1024;
const CUT = '... (cut)';

export interface Entry {
  readonly level: Exclude<LevelName, 'all' | 'quiet'>;
  readonly name: string;
  readonly fields: LogFields;
  readonly text: string;
  readonly at: Date;
}

export interface Sink {
  /** Least level that is written. */
  readonly level: number;
  write(entry: Entry): void;
}

export interface Output {
  write(line: string): unknown;
}

function cut(line: string): string {
  return line.length <= LINE_LENGTH_MAX ? line : line.slice(0, LINE_LENGTH_MAX - CUT.length) + CUT;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Lines such as `[WARNING ] return refused id=web1`. The stack of an error is shown from level debug on. */
export function textSink(level: number, output: Output, options: FormatOptions): Sink {
  const format = recordFormatter(options);
  return {
    level,
    write({ level: name, name: part, fields, text, at }) {
      const err = fields['err'] === undefined ? '' : `: ${setIn(errorText(fields['err']))}`;
      const stack = level <= levels.debug && fields['err'] instanceof Error ? setIn(`\n${stackOf(fields['err'])}`) : '';
      const message = visible(`${text}${err}${factsText(fields)}${stack}`);
      const jid = asText(fields['jid']);
      const minionId = asText(fields['minion_id']);
      const line = format({ level: levels[name], levelName: name.toUpperCase(), name: part, message, at, jid, minionId });
      output.write(`${cut(line)}\n`);
    },
  };
}

/** The calls of a stack, without the message that is there already. */
function stackOf(err: Error): string {
  return (err.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).map((line) => line.trim()).join('\n');
}

/** JSON lines by pino: `time`, `level`, `name`, `pid`, the facts, `msg`. */
export async function jsonSink(level: number, output: Output): Promise<Sink> {
  const pino = await loadPino();
  const { all: _all, quiet: _quiet, ...customLevels } = levels;
  const bounded = {
    write(line: string): void {
      // A cut line would be no JSON: facts too long for one line are left out.
      if (line.length <= LINE_LENGTH_MAX) output.write(line);
      else output.write(`${JSON.stringify({ ...essentials(line), cut: true })}\n`);
    },
  };
  const logger = pino({
    level: 'garbage', customLevels, useOnlyCustomLevels: true, base: { pid: process.pid },
    timestamp: false, formatters: { level: (label) => ({ level: label }) },
  }, bounded);
  return {
    level,
    write({ level: name, name: part, fields, text, at }) {
      const shown = Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'part').map(([key, value]) => [key, showable(key, value)]));
      const stack = level <= levels.debug && fields['err'] instanceof Error ? { stack: stackOf(fields['err']) } : {};
      logger[name]({ time: at.toISOString(), name: part, ...shown, ...stack }, text);
    },
  };
}

function essentials(line: string): Record<string, unknown> {
  const { time, level, name, pid, msg } = JSON.parse(line) as Record<string, unknown>;
  return { time, level, name, pid, msg: String(msg).slice(0, LINE_LENGTH_MAX / 2) };
}
