/** Fetches the lists of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isNumber, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { clearRefreshMark } from '../../../kernel/sys/pkg/refresh-mark.js';
import { callApt } from './apt.js';

const LISTS_PATH = '/var/lib/apt/lists';
const TIMEOUT_S = 30;

export interface RefreshOptions {
  /** Seconds for which the lists on disk are good enough. */
  readonly cacheValidTime?: number;
  /** Fail when one of the sources fails. */
  readonly failhard?: boolean;
  readonly timeout?: Value;
}

/** `{ source: true (fetched), null (unchanged) or false (failed) }`. @throws CommandExecutionError with the words of apt */
export async function refreshDb(ctx: Context, options: RefreshOptions = {}): Promise<PlainMap> {
  await clearRefreshMark(ctx);
  if (await isFresh(options.cacheValidTime ?? 0, ctx)) return {};
  const configured = ctx.opts['aptpkg_refresh_db_timeout'];
  const timeout = options.timeout ?? (isNumber(configured) ? configured : TIMEOUT_S);
  let done = await callApt(['apt-get', '-q', 'update'], ctx, { scope: false, options: { timeout } });
  if (done.stdout.includes('Timed out')) {
    await callApt(['apt-get', '-q', 'clean'], ctx, { scope: false });
    done = await callApt(['apt-get', '-q', 'update'], ctx, { scope: false });
  }
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr);
  const { sources, failed } = readUpdate(done.stdout);
  if (options.failhard === true && failed.length > 0) throw new CommandExecutionError(`Error getting repos: ${failed.join(', ')}`);
  return sources;
}

async function isFresh(seconds: number, ctx: Context): Promise<boolean> {
  if (!(seconds > 0)) return false;
  try {
    const { mtimeMs } = await ctx.sys.fs.stat(LISTS_PATH);
    return mtimeMs + seconds * 1000 > ctx.sys.now();
  } catch (err) {
    ctx.log.warn({ err }, 'could not stat cache directory');
    return false;
  }
}

/** The report of `apt-get update`, line by line. */
export function readUpdate(output: string): { sources: PlainMap; failed: string[] } {
  const sources: PlainMap = {};
  const failed: string[] = [];
  for (const line of output.split('\n')) {
    const [mark = '', ...words] = line.trim().split(/\s+/);
    const source = words.join(' ');
    if (mark.includes('Get')) sources[source.replace(/ \[.+B\]$/, '')] = true;
    else if (mark.includes('Ign')) sources[source] = false;
    else if (mark.includes('Hit')) sources[source] = null;
    else if (mark.includes('Err')) {
      sources[source] = false;
      failed.push(source);
    }
  }
  return { sources, failed };
}
