/**
 * What a short-lived command has: its configuration with the command line laid over it, a log on standard error, and
 * ways to print. Imported by actions only, after the line was read: it loads the tables of the configuration.
 *
 * Source: read, Salt 3008.3 (order in which options, Saltfile and configuration meet).
 */
import { once } from 'node:events';
import { appendFileSync, statSync, truncateSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Logger } from '../kernel/contract/log.js';
import { loadClientConfig } from '../kernel/config/load-client.js';
import { findConfigDir, loadMasterConfig, loadMinionConfig, type ConfigRequest, type LoadedConfig } from '../kernel/config/load.js';
import { createConsoleLog, createLog, type Log } from '../kernel/log/log.js';
import { isTruthy, type PlainMap, type Value } from '../kernel/std/value.js';
import { readText } from '../kernel/sys/files.js';
import { distDirectory } from './dist-directory.js';
import { allRows } from './options/option.js';
import { outputLoader } from './print/load-output.js';
import { display } from './print/display.js';
import { eraseLiveText } from './print/live-line.js';
import { slsPlaces } from '../kernel/sys/sls-places.js';
import { UsageError, type ParsedLine } from './parsed-line.js';
import type { Run } from './run-program.js';
import { readSdb } from './sdb-reader.js';
import { withSaltfile } from './saltfile.js';
import { needLogFile } from './system-error.js';
import { refuseTwoTargets } from './target-kind.js';

/** Whose configuration the command reads: the master's with what users have, the master's alone, the minion's. */
export type Role = 'client' | 'master' | 'minion';

export interface ContextRequest {
  readonly role: Role;
  /** Name of the program in log lines, such as `tsalt.key`. */
  readonly logName: string;
  /** Come over the configuration and the command line. */
  readonly overrides?: PlainMap;
  /** Option that names a log file of the program's own; without it, the log goes to standard error only. */
  readonly logFileOption?: string;
  /** The folder of the configuration when the command line names none. */
  readonly configDir?: string;
}

export interface CliContext {
  /** With the Saltfile. */
  readonly line: ParsedLine;
  readonly opts: Readonly<PlainMap>;
  readonly log: Log;
  readonly distDir: string;
  readonly signal: AbortSignal;
  /** A line of results. */
  print(text: string): void;
  printRaw(text: string): void;
  /** A line about the run, on standard error. */
  complain(text: string): void;
  complainRaw(text: string): void;
  /** Return data through an outputter, to standard output or to the file of `--out-file`. */
  show(data: Value, outputter: string | null, options?: { retcode?: number }): Promise<void>;
}

/** @throws UsageError, ConfigError */
export async function openContext(run: Run, request: ContextRequest): Promise<CliContext> {
  const line = withSaltfile(run.line);
  const configDir = configDirOf(line, request);
  const loaded = await loadConfig(request.role, { configDir, sdb: readSdb, overrides: { ...givenOptions(line), ...request.overrides } });
  const opts = withLine(loaded.opts, line, request.overrides ?? {});
  refuseTwoTargets(line);
  emptyOutputFile(line);
  const log = await openLog(opts, line, request);
  // What a daemon says at each start would only be in the way here.
  for (const { level, text } of loaded.notices) log.notice(level === 'info' ? 'debug' : level, text);
  const distDir = distDirectory();
  return {
    line, opts, log, distDir, signal: run.signal,
    print: (text) => printNow(`${text}\n`),
    printRaw: printNow,
    complain: (text) => complain(`${text}\n`),
    complainRaw: complain,
    // `--progress` asks for a line beside the answers: they keep their own form, as in Salt without its package for bars.
    show: shower({ ...opts, progress: false }, log, distDir),
  };
}

/** Shows data as the options say. */
function shower(opts: Readonly<PlainMap>, log: Log, distDir: string): CliContext['show'] {
  const load = outputLoader(opts, log satisfies Logger, distDir);
  const warn = (said: string): void => {
    writeOut();
    log.notice('error', said);
  };
  const place = isTerminal(opts) ? { placeOf: slsPlaces(opts) } : {};
  return async (data, outputter, options = {}) => {
    const text = await display(data, outputter, opts, load, { ...options, ...place, readText, warn });
    if (text === '') return;
    const file = opts['output_file'];
    if (isTruthy(file)) appendFileSync(String(file), `${text}\n`);
    else await writeToReader(`${text}\n`);
  };
}

/** Waiting text of which the next answer waits until the reader has taken it, in bytes. */
const WAITING_LIMIT = 1_048_576;

/** A slow reader makes the command wait: answers stay at the master's door and not in this memory. */
async function writeToReader(text: string): Promise<void> {
  writeGathered(text);
  if (process.stdout.writableLength < WAITING_LIMIT) return;
  writeOut();
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
}

/** A line that changes may stand below the results: nobody else reads them, and no other form was asked for, or the line was (`--progress`). */
export const isWatched = ({ line, opts }: Pick<CliContext, 'line' | 'opts'>): boolean =>
  isTerminal(opts) && process.stderr.isTTY && (!line.given.has('output') || isTruthy(opts['progress']));

/** Results go to people, not to a file or another program. */
export const isTerminal = (opts: Readonly<PlainMap>): boolean => process.stdout.isTTY && !isTruthy(opts['output_file']);

let isGathering = false;

/** What comes at once from many minions is written at once: a write for each takes longer than all else. */
function writeGathered(text: string): void {
  eraseLiveText();
  if (!isGathering) {
    isGathering = true;
    process.stdout.cork();
    setImmediate(writeOut);
  }
  process.stdout.write(text);
}

function printNow(text: string): void {
  eraseLiveText();
  process.stdout.write(text);
}

function writeOut(): void {
  if (!isGathering) return;
  isGathering = false;
  process.stdout.uncork();
}

/** On standard error, after what was shown before it. */
function complain(text: string): void {
  eraseLiveText();
  writeOut();
  process.stderr.write(text);
}

function configDirOf(line: ParsedLine, request: ContextRequest): string {
  const given = line.values['config_dir'] ?? request.configDir;
  const configDir = findConfigDir(given === undefined ? undefined : String(given).replace(/^~(?=\/|$)/, homedir()));
  if (!(statSync(configDir, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    process.stderr.write(`WARNING: CONFIG '${configDir}' directory does not exist.\n`);
  }
  return configDir;
}

function loadConfig(role: Role, request: ConfigRequest): Promise<LoadedConfig> {
  if (role === 'client') return loadClientConfig(request);
  return role === 'master' ? loadMasterConfig(request) : loadMinionConfig({ ...request, cacheMinionId: true });
}

/** Options that were given, as the configuration has them. */
function givenOptions(line: ParsedLine): PlainMap {
  return Object.fromEntries([...line.given].map((dest) => [dest, line.values[dest] ?? null]));
}

/**
 * The configuration with the command line over it: what was given wins, defaults of the line fill what the configuration
 * leaves open. Colours are on only where there is a terminal.
 */
function withLine(config: Readonly<PlainMap>, line: ParsedLine, overrides: PlainMap): Readonly<PlainMap> {
  const opts: PlainMap = { ...config };
  for (const { dest } of allRows(line.table)) {
    const value = line.values[dest];
    if (value !== undefined && value !== null && (opts[dest] ?? null) === null) opts[dest] = value;
  }
  Object.assign(opts, givenOptions(line), overrides);
  if (line.given.has('state_verbose')) opts['state_verbose'] = asFlag(opts['state_verbose'] ?? null);
  const isPlain = process.stdout.isTTY !== true || (process.env['NO_COLOR'] ?? '') !== '';
  if (isPlain) opts['color'] = false;
  else opts['color'] ??= true;
  return Object.freeze(opts);
}

/** `True`, `true`, `False` and `false` as the words say; anything else stays text. */
function asFlag(value: Value): Value {
  if (value === 'True' || value === 'true') return true;
  return value === 'False' || value === 'false' ? false : value;
}

/** Results are added to the file one after the other, so it begins empty. What cannot be a file is refused before anything is done. */
function emptyOutputFile(line: ParsedLine): void {
  const path = line.values['output_file'];
  if (typeof path !== 'string' || path === '') return;
  const there = statOf(path);
  if (there?.isDirectory() === true) throw new UsageError(`--out-file ${path} is a folder: name a file`);
  if (there === undefined && statOf(dirname(path))?.isDirectory() !== true) throw new UsageError(`--out-file ${path} cannot be written: there is no folder ${dirname(path)}`);
  if (line.values['output_file_append'] === true) return;
  try {
    if (there?.isFile() ?? false) truncateSync(path);
  } catch (error) {
    throw new UsageError(`${path}: Access denied: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UsageError(`${path}: Access denied: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function logLine(text: string): void {
  eraseLiveText();
  process.stderr.write(text);
}

async function openLog(opts: Readonly<PlainMap>, line: ParsedLine, { logName, logFileOption }: ContextRequest): Promise<Log> {
  const level = line.values['log_level'];
  const options = { opts, name: logName, level: level === undefined || level === null ? undefined : String(level), console: { write: logLine } };
  const file = logFileOption !== undefined ? opts[logFileOption] : line.given.has('log_file') ? line.values['log_file'] : undefined;
  if (typeof file !== 'string' || file === '') return createConsoleLog(options);
  needLogFile(file);
  const fileLevel = line.values['log_level_logfile'];
  return createLog({ ...options, file, ...(typeof fileLevel === 'string' ? { fileLevel } : {}) });
}
