/**
 * What both daemons share: configuration, log, pid file, signals, readiness for systemd, `-d`.
 * SIGTERM and SIGINT stop in order with exit code 0; SIGHUP opens the log file anew; a second signal ends at once.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TsaltError } from '../kernel/contract/errors.js';
import { createLog, type Log } from '../kernel/log/log.js';
import type { LoadedConfig } from '../kernel/config/load.js';
import { deferred } from '../kernel/std/async.js';
import type { PlainMap } from '../kernel/std/value.js';
import { distDirectory } from './dist-directory.js';

export interface DaemonOptions {
  readonly name: 'tsalt.master' | 'tsalt.minion' | 'tsalt.api';
  readonly config: LoadedConfig;
  readonly logLevel?: string | undefined;
  readonly logFile?: string | undefined;
  readonly logFileLevel?: string | undefined;
  readonly pidFile?: string | undefined;
  /** Starts the daemon; `ended` resolves when it must stop by itself. */
  readonly start: (host: { opts: Readonly<PlainMap>; log: Log; distDir: string }) => Promise<AsyncDisposable & { ended?: Promise<{ exitCode: number; reason: string }> }>;
}

/** Set for the process that `-d` leaves behind. */
export const DETACHED_MARK = 'TSALT_DETACHED';

/** Runs the daemon in this process until it is told to stop; gives the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  const { opts, notices } = options.config;
  const log = await createLog({ opts, name: options.name, level: options.logLevel, file: options.logFile, fileLevel: options.logFileLevel });
  for (const { level, text, daemonLevel } of notices) log.notice(daemonLevel ?? level, text);
  const stop = deferred<{ exitCode: number; reason: string }>();
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1;
    if (signals > 1) process.exit(1);
    stop.resolve({ exitCode: 0, reason: signal });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', () => log.reopen());
  process.on('uncaughtException', (err) => {
    log.error({ err }, 'unexpected error: stopping');
    stop.resolve({ exitCode: 1, reason: 'an unexpected error' });
  });
  process.on('unhandledRejection', (err) => log.error({ err }, 'unowned promise failed'));
  const distDir = distDirectory();
  const pidFile = options.pidFile ?? String(opts['pidfile'] ?? '');
  try {
    const running = await options.start({ opts, log, distDir });
    writePidFile(pidFile);
    tellSystemd('READY=1');
    void running.ended?.then((end) => stop.resolve(end));
    const end = await stop.promise;
    log[end.exitCode === 0 ? 'info' : 'error']({ reason: end.reason }, end.exitCode === 0 ? 'stopping' : end.reason);
    tellSystemd('STOPPING=1');
    await running[Symbol.asyncDispose]();
    return end.exitCode;
  } catch (err) {
    if (err instanceof TsaltError) {
      // Foreseen: the sentence says what to do, the stack would hide it.
      log.error({}, err.message);
      log.debug({ err }, 'why it could not start');
    } else log.error({ err }, 'failed unexpectedly');
    return 1;
  } finally {
    removePidFile(pidFile);
    log.close();
  }
}

/** Starts this program again without a terminal, and waits until it wrote its pid file or ended; says where to read why it ended. */
export async function detach(argv: readonly string[], pidFile: string, logFile: string): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...argv], {
    detached: true, stdio: 'ignore', env: { ...process.env, [DETACHED_MARK]: '1' },
  });
  const ended = new Promise<number>((resolve) => {
    child.on('exit', (code) => resolve(code ?? 1));
    child.on('error', () => resolve(1));
  });
  const started = waitForPid(pidFile, child.pid ?? -1);
  const code = await Promise.race([ended, started]);
  child.unref();
  if (code !== 0) process.stderr.write(`[ERROR   ] The daemon could not start; its log says why: ${logFile}\n`);
  return code;
}

const START_WITHIN_MS = 30_000;

async function waitForPid(pidFile: string, pid: number): Promise<number> {
  for (const until = Date.now() + START_WITHIN_MS; Date.now() < until; ) {
    if (readPid(pidFile) === pid) return 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 1;
}

function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8').trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function writePidFile(path: string): void {
  if (path === '') return;
  mkdirSync(dirname(path), { recursive: true });
  // Whoever looks sees a whole file or none.
  writeFileSync(`${path}.new`, `${process.pid}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

function removePidFile(path: string): void {
  if (path !== '' && readPid(path) === process.pid) rmSync(path, { force: true });
}

/** Tells systemd, when it asked to be told (Type=notify). */
function tellSystemd(state: string): void {
  const address = process.env['NOTIFY_SOCKET'];
  if (address === undefined || address === '') return;
  notify(address, state);
}

/** Node's datagram sockets do not reach unix addresses: the small program of systemd does it. */
function notify(address: string, state: string): void {
  const child = spawn('systemd-notify', [state], { stdio: 'ignore', env: { ...process.env, NOTIFY_SOCKET: address } });
  child.on('error', () => undefined);
  child.unref();
}
