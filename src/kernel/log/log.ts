/**
 * Logging of every program: Salt's levels and line forms, facts after the text, secrets hidden.
 * Refuses to know: what is logged. Start at `createLog`; `createConsoleLog` is the light form for commands, which loads
 * nothing more than this folder.
 */
import type { LogFields, Logger } from '../contract/log.js';
import type { PlainMap } from '../std/value.js';
import { granularLevels } from './granular.js';
import { levelNumber, levels } from './levels.js';
import { LogFile } from './log-file.js';
import type { FormatOptions } from './record-format.js';
import { jsonSink, textSink, type Entry, type Output, type Sink } from './sinks.js';

export interface LogOptions {
  /** The configuration; `log_*` are read. */
  readonly opts: Readonly<PlainMap>;
  /** Name of the program in lines, such as `tsalt.master`. */
  readonly name: string;
  /** From the command line; wins over `log_level`. */
  readonly level?: string | undefined;
  /** From the command line; wins over `log_level_logfile`. */
  readonly fileLevel?: string | undefined;
  /** From the command line; wins over `log_file`. */
  readonly file?: string | undefined;
  /** Default: the standard error of this process. */
  readonly console?: Output;
}

/** A logger with an end. */
export interface Log extends Logger {
  /** Says a finished text at a level, such as the notices of the configuration. */
  notice(level: 'error' | 'warning' | 'info' | 'debug', text: string): void;
  child(fields: LogFields): Logger;
  /** Opens the log file anew; on SIGHUP, after the old one was moved away. */
  reopen(): void;
  close(): void;
}

const CONSOLE_FORMAT = '[%(levelname)-8s] %(message)s';
const FILE_FORMAT = '%(asctime)s,%(msecs)03d [%(name)-17s:%(lineno)-4d][%(levelname)-8s][%(process)d] %(message)s';

const textOption = (opts: Readonly<PlainMap>, name: string, fallback: string): string => {
  const value = opts[name];
  return typeof value === 'string' && value !== '' ? value : fallback;
};
const numberOption = (opts: Readonly<PlainMap>, name: string): number => {
  const value = opts[name];
  return typeof value === 'number' ? value : 0;
};

function formats(opts: Readonly<PlainMap>): { console: FormatOptions; file: FormatOptions } {
  const shared = {
    jidFormat: textOption(opts, 'log_fmt_jid', '[JID: %(jid)s]'),
    minionIdFormat: textOption(opts, 'log_fmt_minion_id', '[%(minion_id)s]'),
  };
  return {
    console: { ...shared, format: textOption(opts, 'log_fmt_console', CONSOLE_FORMAT), dateFormat: textOption(opts, 'log_datefmt', '%H:%M:%S') },
    file: { ...shared, format: textOption(opts, 'log_fmt_logfile', FILE_FORMAT), dateFormat: textOption(opts, 'log_datefmt_logfile', '%Y-%m-%d %H:%M:%S') },
  };
}

const standardError: Output = { write: (line) => process.stderr.write(line) };

/** The light form: readable lines on the terminal only. */
export function createConsoleLog({ opts, name, level, console = standardError }: LogOptions): Log {
  const sink = textSink(levelNumber(level ?? opts['log_level']), console, formats(opts).console);
  return new Fan(name, {}, { sinks: [sink], granular: granularLevels(opts['log_granular_levels']), file: undefined });
}

/** The whole form: terminal and log file, as JSON lines with `log_json`. A log file that cannot be used is reported there. */
export async function createLog(options: LogOptions): Promise<Log> {
  const { opts, name, console = standardError } = options;
  const isJson = opts['log_json'] === true;
  const level = levelNumber(options.level ?? opts['log_level']);
  const sinks: Sink[] = [isJson ? await jsonSink(level, console) : textSink(level, console, formats(opts).console)];
  const state: FanState = { sinks, granular: granularLevels(opts['log_granular_levels']), file: undefined };
  const log = new Fan(name, {}, state);
  const path = options.file ?? textOption(opts, 'log_file', '');
  const fileLevel = levelNumber(options.fileLevel ?? opts['log_level_logfile'] ?? opts['log_level']);
  if (path === '' || fileLevel >= levels.quiet) return log;
  const file = openFile(path, opts, log);
  if (file === undefined) return log;
  state.file = file;
  sinks.push(isJson ? await jsonSink(fileLevel, file) : textSink(fileLevel, file, formats(opts).file));
  return new Fan(name, {}, state);
}

function openFile(path: string, opts: Readonly<PlainMap>, log: Log): LogFile | undefined {
  if (/^[a-z]+:\/\//.test(path)) {
    log.notice('warning', `Logging to the address ${path} is not available; log lines go to standard error only`);
    return undefined;
  }
  try {
    return LogFile.open({ path, bytesMax: numberOption(opts, 'log_rotate_max_bytes'), backups: numberOption(opts, 'log_rotate_backup_count') });
  } catch (err) {
    log.warn({ err }, `Failed to open log file, do you have permission to write to ${path}?`);
    return undefined;
  }
}

interface FanState {
  readonly sinks: readonly Sink[];
  readonly granular: (name: string) => number;
  file: LogFile | undefined;
}

/** Gives each entry to the sinks whose level it reaches. */
class Fan implements Log {
  readonly #program: string;
  readonly #name: string;
  readonly #fields: LogFields;
  readonly #state: FanState;
  /** Below it nobody listens; known beforehand, since most calls stop here. */
  readonly #least: number;

  constructor(program: string, fields: LogFields, state: FanState) {
    const part = fields['part'];
    this.#program = program;
    this.#name = typeof part === 'string' ? `${program}.${part}` : program;
    this.#fields = fields;
    this.#state = state;
    this.#least = Math.max(state.granular(this.#name), Math.min(...state.sinks.map((sink) => sink.level)));
  }

  critical(fields: LogFields, text: string): void {
    this.#say('critical', fields, text);
  }
  error(fields: LogFields, text: string): void {
    this.#say('error', fields, text);
  }
  warn(fields: LogFields, text: string): void {
    this.#say('warning', fields, text);
  }
  info(fields: LogFields, text: string): void {
    this.#say('info', fields, text);
  }
  debug(fields: LogFields, text: string): void {
    this.#say('debug', fields, text);
  }
  trace(fields: LogFields, text: string): void {
    this.#say('trace', fields, text);
  }
  notice(level: 'error' | 'warning' | 'info' | 'debug', text: string): void {
    this.#say(level, {}, text);
  }

  hears(level: 'error' | 'warn' | 'info' | 'debug' | 'trace'): boolean {
    return levels[level === 'warn' ? 'warning' : level] >= this.#least;
  }

  child(fields: LogFields): Logger {
    return new Fan(this.#program, { ...this.#fields, ...fields }, this.#state);
  }

  reopen(): void {
    this.#state.file?.reopen();
  }

  close(): void {
    this.#state.file?.close();
  }

  #say(level: Entry['level'], fields: LogFields, text: string): void {
    const number = levels[level];
    if (number < this.#least) return;
    const entry: Entry = { level, name: this.#name, fields: { ...this.#fields, ...fields }, text, at: new Date() };
    for (const sink of this.#state.sinks) if (number >= sink.level) sink.write(entry);
  }
}
