/** Looking at the machine without failing: what is not there or may not be seen is undefined. Start at `textOf` and `ask`. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { within } from '../../../kernel/std/async.js';

/** Longest wait for one program. */
export const PROGRAM_WAIT_MS = 3000;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

/** The errors that the operating system gives: no such file, no right to read it, not a file, ... */
export function isSystemError(err: unknown): boolean {
  return err instanceof Error && 'code' in err && typeof err.code === 'string' && /^E[A-Z0-9]+$/.test(err.code);
}

async function orNothing<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (err) {
    if (isSystemError(err)) return undefined;
    throw err;
  }
}

/** Text of a file that can be read. */
export function textOf(ctx: Context, path: string): Promise<string | undefined> {
  return orNothing(ctx.sys.fs.readFile(path, 'utf8'));
}

export function bytesOf(ctx: Context, path: string): Promise<Buffer | undefined> {
  return orNothing(ctx.sys.fs.readFile(path));
}

/** Names in a folder, in the order of their bytes; undefined when it is none. */
export async function namesIn(ctx: Context, path: string): Promise<string[] | undefined> {
  return (await orNothing(ctx.sys.fs.readdir(path)))?.sort();
}

export function linkOf(ctx: Context, path: string): Promise<string | undefined> {
  return orNothing(ctx.sys.fs.readlink(path));
}

/** What lies at a path, links followed. */
export async function kindOf(ctx: Context, path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  const found = await orNothing(ctx.sys.fs.stat(path));
  if (found === undefined) return undefined;
  return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
}

export const isFolder = async (ctx: Context, path: string): Promise<boolean> => (await kindOf(ctx, path)) === 'folder';
export const isFile = async (ctx: Context, path: string): Promise<boolean> => (await kindOf(ctx, path)) === 'file';
export const isThere = async (ctx: Context, path: string): Promise<boolean> => (await kindOf(ctx, path)) !== undefined;

/** Device and number of a file, links followed: equal for the same file. */
export async function identityOf(ctx: Context, path: string): Promise<string | undefined> {
  const found = await orNothing(ctx.sys.fs.stat(path));
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

export interface Answer {
  readonly code: number;
  /** Output, trailing line ends removed, as `cmd.run` gives it. */
  readonly text: string;
}

export interface AskOptions {
  readonly timeoutMs?: number;
  /** Errors that the program prints are part of the text. */
  readonly withErrors?: boolean;
}

/** Starts a program in the plain locale; undefined when there is none, or no answer in time. */
export async function ask(ctx: Context, argv: readonly [string, ...string[]], options: AskOptions = {}): Promise<Answer | undefined> {
  const { timeoutMs = PROGRAM_WAIT_MS, withErrors = false } = options;
  if (timeoutMs <= 0) return undefined;
  try {
    const running = ctx.sys.run(argv, {
      timeoutMs, signal: ctx.signal, env: { LC_ALL: 'C' }, outputBytesMax: OUTPUT_BYTES_MAX, mergeStderr: withErrors,
    });
    // A program that does not end when told to is waited for by the system room, not by us.
    const result = await within(running, timeoutMs + 50, undefined);
    if (result === undefined || result.timedOut) {
      ctx.log.debug({ program: argv[0], timeoutMs }, 'program gave no answer in time');
      return undefined;
    }
    return { code: result.code, text: Buffer.from(result.stdout).toString('utf8').replace(/[\r\n]+$/, '') };
  } catch (err) {
    if (err instanceof CommandNotFoundError) return undefined;
    throw err;
  }
}

/** Keeps the grains of a source that works; a failure is told at debug and gives none. */
export async function orNone<T>(ctx: Context, source: string, looking: () => Promise<T>): Promise<T | undefined> {
  try {
    return await looking();
  } catch (err) {
    ctx.signal.throwIfAborted();
    ctx.log.debug({ err, source }, 'grain source failed');
    return undefined;
  }
}
