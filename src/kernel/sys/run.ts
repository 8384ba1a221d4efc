/**
 * Starts programs: the only place that does. Each program leads a process group of its own, so that a timeout or an
 * abort ends what it started as well. Start at `runProgram`.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { CommandExecutionError, CommandNotFoundError } from '../contract/errors.js';
import type { RunOptions, RunResult } from '../contract/sys.js';
import { isMissing } from './files.js';
import { ownGroup, signalGroup } from './owned-programs.js';
import { openPipe, type Pipe } from './pipes.js';
import { identityFor, type Identity, type Lookup } from './run-as.js';
import { which } from './which.js';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
/** From SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 3000;
/** From SIGKILL to giving up on pipes that a process outside of the group holds open. */
const DRAIN_AFTER_KILL_MS = 1000;

/** Sets the umask and joins the outputs, then becomes the program. A constant text: everything else is an argument. */
const SHELL_PRELUDE = 'if [ -n "$1" ]; then umask "$1"; fi; if [ -n "$2" ]; then exec 2>&1; fi; shift 2; exec "$@"';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs a program and waits until it ended and its outputs are closed.
 * @throws CommandNotFoundError when there is no such program
 * @throws CommandExecutionError when it cannot be started
 * @throws the signal's reason after an abort, when the group is gone
 */
export async function runProgram(argv: readonly [string, ...string[]], options: RunOptions, base: Environment, lookup: Lookup): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const identity = await identityFor(options.runas, options.group, lookup);
  const env = environmentOf(base, identity, options);
  if (options.cwd !== undefined) await checkFolder(options.cwd);
  const program = await which(argv[0], env['PATH'], options.cwd);
  if (program === undefined) throw new CommandNotFoundError(`Unable to run command '${argv[0]}': no such program`, { context: { program: argv[0] } });
  const words = [...identity.prefix, program, ...argv.slice(1)];
  if (options.detached === true) return startDetached([...prelude(options, false), ...words], env, identity, options);
  const pipes = [options.stdoutFd === undefined ? await openPipe() : undefined, options.mergeStderr === true ? undefined : await openPipe()] as const;
  let child: ChildProcess;
  const head = prelude(options, options.mergeStderr === true && pipes[0] === undefined);
  // A program shows itself by the name that it was called by.
  const argv0 = head.length + identity.prefix.length === 0 ? { argv0: argv[0] } : {};
  try {
    child = await start([...head, ...words], {
      cwd: options.cwd, env, ...identity.ids, ...argv0, detached: true,
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', options.stdoutFd ?? pipes[0]?.childEnd ?? 'pipe', errorEnd(options, pipes)],
    });
  } catch (err) {
    for (const pipe of pipes) pipe?.reader.destroy();
    throw err;
  } finally {
    for (const pipe of pipes) pipe?.closeChildEnd();
  }
  return collect(child, pipes[0]?.reader ?? child.stdout, pipes[1]?.reader ?? child.stderr, options);
}

/** Joined outputs share a pipe; where there is none the prelude joins them. */
function errorEnd(options: RunOptions, [out, err]: readonly [Pipe | undefined, Pipe | undefined]): 'ignore' | 'pipe' | number {
  return options.mergeStderr === true ? out?.childEnd ?? 'ignore' : err?.childEnd ?? 'pipe';
}

/**
 * A shell in between changes the environment (`PWD`, the order of variables), so it is there only for what spawning cannot
 * do: a umask, and joined outputs where there is no pipe that can be handed over twice.
 */
function prelude(options: RunOptions, joins: boolean): string[] {
  if (options.umask === undefined && !joins) return [];
  const umask = options.umask === undefined ? '' : options.umask.toString(8).padStart(4, '0');
  return ['/bin/sh', '-c', SHELL_PRELUDE, 'sh', umask, joins ? 'join' : ''];
}

function environmentOf(base: Environment, identity: Identity, options: RunOptions): Record<string, string> {
  const env: Record<string, string> = {};
  const merged = { ...(options.cleanEnv === true ? {} : base), ...identity.env, ...options.env };
  for (const [name, value] of Object.entries(merged)) if (value !== null && value !== undefined) env[name] = value;
  return env;
}

async function checkFolder(path: string): Promise<void> {
  // Salt's text; without this check Node reports a missing program.
  const wrong = new CommandExecutionError(`Specified cwd '${path}' either not absolute or does not exist`);
  try {
    if (!(await stat(path)).isDirectory()) throw wrong;
  } catch (err) {
    throw isMissing(err) ? wrong : err;
  }
}

interface StartOptions {
  argv0?: string;
  cwd: string | undefined;
  env: Record<string, string>;
  uid?: number;
  gid?: number;
  detached: true;
  stdio: StdioOptions;
}

function start(words: readonly string[], options: StartOptions): Promise<ChildProcess> {
  const [program = '', ...rest] = words;
  return new Promise((resolve, reject) => {
    const failed = (err: unknown) => {
      const reason = err instanceof Error ? err.message : String(err);
      reject(new CommandExecutionError(`Unable to run command '${program}': ${reason}`, { cause: err }));
    };
    try {
      const child = spawn(program, rest, options);
      child.once('spawn', () => resolve(child));
      child.once('error', failed);
    } catch (err) {
      failed(err);
    }
  });
}

async function startDetached(words: readonly string[], env: Record<string, string>, identity: Identity, options: RunOptions): Promise<RunResult> {
  const child = await start(words, { cwd: options.cwd, env, ...identity.ids, detached: true, stdio: 'ignore' });
  child.unref();
  return { pid: child.pid ?? 0, code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), timedOut: false, truncated: false };
}

/** Takes what streams give, up to a number of bytes in all; the rest is read and dropped so that the program can go on. */
class OutputTaker {
  truncated = false;
  #left: number;
  constructor(bytesMax: number) {
    this.#left = bytesMax;
  }

  take(stream: Readable | null): { bytes(): Buffer; closed: Promise<void>; destroy(): void } {
    const chunks: Buffer[] = [];
    stream?.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, this.#left);
      if (part.length < chunk.length) this.truncated = true;
      if (part.length > 0) chunks.push(part);
      this.#left -= part.length;
    });
    const closed = new Promise<void>((resolve) => {
      if (stream === null) resolve();
      stream?.once('close', resolve);
      // An error of a pipe ends it; what came before counts, and 'close' follows.
      stream?.on('error', () => stream.destroy());
    });
    return { bytes: () => Buffer.concat(chunks), closed, destroy: () => stream?.destroy() };
  }
}

/** Gives what a stream has to one who may be slow: meanwhile the program waits. One who fails hears no more; the program is ended. */
function handOn(stream: Readable | null, give: (chunk: Uint8Array) => Promise<void> | void): { bytes(): Buffer; closed: Promise<void>; destroy(): void } {
  const work = async (): Promise<void> => {
    // An error of a pipe ends it, what came before counts.
    stream?.on('error', () => stream.destroy());
    for await (const chunk of (stream ?? []) as AsyncIterable<Buffer>) await give(chunk);
  };
  const closed = work();
  // Awaited when the program has ended.
  closed.catch(() => undefined);
  return { bytes: () => Buffer.alloc(0), closed, destroy: () => stream?.destroy() };
}

async function collect(child: ChildProcess, out: Readable | null, err: Readable | null, options: RunOptions): Promise<RunResult> {
  const pid = child.pid ?? 0;
  const taker = new OutputTaker(options.outputBytesMax ?? OUTPUT_BYTES_MAX);
  const stdout = options.onStdout === undefined ? taker.take(out) : handOn(out, options.onStdout);
  const stderr = taker.take(err);
  feed(child, options.stdin);
  const killer = new GroupKiller(pid, () => {
    stdout.destroy();
    stderr.destroy();
  });
  if (options.onStdout !== undefined) stdout.closed.catch(() => killer.kill());
  let timedOut = false;
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    killer.kill();
  }, options.timeoutMs);
  const disown = ownGroup(options.signal, pid);
  const onAbort = () => killer.kill();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) onAbort();
  try {
    const code = await exitCode(child);
    await Promise.all([stdout.closed, stderr.closed]);
    options.signal?.throwIfAborted();
    return { pid, code, stdout: stdout.bytes(), stderr: stderr.bytes(), timedOut, truncated: taker.truncated };
  } finally {
    clearTimeout(timer);
    disown();
    killer.stop();
    options.signal?.removeEventListener('abort', onAbort);
  }
}

function feed(child: ChildProcess, data: RunOptions['stdin']): void {
  if (data === undefined) return;
  // A program need not read its input: EPIPE is no failure.
  child.stdin?.on('error', () => child.stdin?.destroy());
  child.stdin?.end(data);
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? -(constants.signals[signal ?? 'SIGKILL'] ?? 9)));
  });
}

/** SIGTERM, then SIGKILL, then the pipes are closed on our side. */
class GroupKiller {
  readonly #pid: number;
  readonly #giveUp: () => void;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  constructor(pid: number, giveUp: () => void) {
    this.#pid = pid;
    this.#giveUp = giveUp;
  }

  kill(): void {
    if (this.#timer !== undefined || this.#over) return;
    signalGroup(this.#pid, 'SIGTERM');
    this.#timer = setTimeout(() => {
      signalGroup(this.#pid, 'SIGKILL');
      this.#timer = setTimeout(this.#giveUp, DRAIN_AFTER_KILL_MS);
    }, KILL_AFTER_MS);
  }

  /** The program has ended. Of a killed group nothing may stay, also what ignored SIGTERM and let go of the pipes. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    if (this.#timer !== undefined) signalGroup(this.#pid, 'SIGKILL');
  }
}
