/**
 * The frame of every command: reads its line, runs its action, ends the process with the right code and a clear message.
 * Loads nothing heavy, so that `--help` and `--version` are quick: actions import what they need.
 */
import { setMaxListeners } from 'node:events';
import { TsaltError } from '../kernel/contract/errors.js';
import { EXIT } from './exit-code.js';
import { usageLine } from './help.js';
import type { ProgramTable } from './options/option.js';
import { parseLine } from './parse.js';
import { EndOfProgram, UsageError, type ParsedLine } from './parsed-line.js';
import { readStdinLines } from './stdin.js';
import { systemSentence } from './system-error.js';

export interface Run {
  readonly line: ParsedLine;
  /** Ends with Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Said after Ctrl-C besides that the program ends; for a job that goes on without us. */
  onInterrupt: (() => string) | undefined;
}

/** Gives the exit code. */
export type Action = (run: Run) => Promise<number>;

export interface ProgramOptions {
  /** The action minds signals itself, as a daemon does. */
  readonly ownSignals?: boolean;
}

/** All that waits within one job hears its one signal: a fleet of programs and transfers. More would be a leak, of which Node warns. */
const WAITERS_FOR_ONE_SIGNAL = 1000;

/** Runs the program and ends the process. */
export async function runProgram(table: ProgramTable, action: Action, options: ProgramOptions = {}): Promise<never> {
  setMaxListeners(WAITERS_FOR_ONE_SIGNAL);
  endQuietlyOnBrokenPipe();
  const code = await codeOf(table, action, process.argv.slice(2), options);
  await flushed();
  process.exit(code);
}

async function codeOf(table: ProgramTable, action: Action, argv: readonly string[], options: ProgramOptions): Promise<number> {
  let debug = argv.includes('--hard-crash');
  try {
    const line = await withStdin(parseLine(table, argv, process.stdout.columns));
    debug ||= line.values['hard_crash'] === true || ['debug', 'trace', 'garbage', 'all'].includes(String(line.values['log_level']));
    if (line.given.has('versions')) return await showVersions();
    if (options.ownSignals === true) return await action({ line, signal: new AbortController().signal, onInterrupt: undefined });
    return await untilInterrupted(line, action);
  } catch (error) {
    return endingOf(error, table, debug);
  }
}

async function showVersions(): Promise<number> {
  const { versionsReport } = await import('./versions-report.js');
  process.stdout.write(versionsReport());
  return EXIT.ok;
}

/** With `--args-stdin` further words come from standard input, one a line; options there come on top of those of the line. */
async function withStdin(line: ParsedLine): Promise<ParsedLine> {
  if (line.values['args_stdin'] !== true) return line;
  const more = parseLine(line.table, await readStdinLines());
  const given = Object.fromEntries([...more.given].map((dest) => [dest, more.values[dest] ?? null]));
  return { ...line, values: { ...line.values, ...given }, given: new Set([...line.given, ...more.given]), words: [...line.words, ...more.words] };
}

async function untilInterrupted(line: ParsedLine, action: Action): Promise<number> {
  const controller = new AbortController();
  const run: Run = { line, signal: controller.signal, onInterrupt: undefined };
  const interrupted = new Promise<number>((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      if (controller.signal.aborted) process.exit(EXIT.failed);
      if (signal === 'SIGINT') process.stderr.write(`\nExiting gracefully on Ctrl-c${run.onInterrupt?.() ?? ''}\n`);
      controller.abort();
      // Salt ends with 0 here too (read, 3008.3).
      resolve(EXIT.ok);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return Promise.race([action(run), interrupted]);
}

/** Tells what ended the program and gives its exit code. */
function endingOf(error: unknown, table: ProgramTable, debug: boolean): number {
  if (error instanceof EndOfProgram) {
    process.stdout.write(error.stdout);
    process.stderr.write(error.stderr);
    return error.exitCode;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`${usageLine(table)}\n${table.name}: error: ${error.message}\n`);
    return EXIT.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  const refused = systemSentence(error);
  if (refused !== undefined && !debug) {
    process.stderr.write(`${refused}\n`);
    return EXIT.failed;
  }
  const known = error instanceof TsaltError;
  process.stderr.write(`[ERROR   ] ${known || debug ? message : `${table.name} met an unexpected error: ${message}. Run it with -l debug to see where`}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return EXIT.failed;
}

/** Who reads our output may stop reading, as `head` does. */
function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      throw error;
    });
  }
}

function flushed(): Promise<void> {
  return new Promise((resolve) => void process.stdout.write('', () => resolve()));
}
