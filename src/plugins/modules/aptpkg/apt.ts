/** Starts the programs of apt and dpkg: never asking questions, waiting a bounded time for the lock of another package manager. */
import type { Context } from '../../../kernel/contract/context.js';
import { sleep } from '../../../kernel/std/async.js';
import { isMap, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Keeps every tool in the chain from asking. Source: read, Salt 3008.3. */
export const DPKG_ENV: PlainMap = {
  APT_LISTBUGS_FRONTEND: 'none', APT_LISTCHANGES_FRONTEND: 'none', DEBIAN_FRONTEND: 'noninteractive', UCF_FORCE_CONFFOLD: '1',
};

export interface AptResult {
  readonly pid: number;
  readonly retcode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AptCall {
  /** In a scope of its own, so that a restart of our service does not end it. */
  readonly scope?: boolean;
  /** Further arguments of `cmd.run_all`: timeout, stdin, env, ignore_retcode. */
  readonly options?: PlainMap;
}

/** Each wait doubles: 2, 4, 8 ... seconds. */
const LOCK_TRIES = 10;
const FIRST_WAIT_MS = 2000;

/** Runs a command of apt or dpkg and gives its end, whatever it is. */
export async function callApt(argv: readonly string[], ctx: Context, { scope = true, options = {} }: AptCall = {}): Promise<AptResult> {
  const words = scope ? [...(await scopeWords(ctx)), ...argv] : argv;
  const env = { ...moduleEnvironment(ctx), ...(isPlainMap(options['env']) ? options['env'] : {}), ...DPKG_ENV };
  const run = async (): Promise<AptResult> =>
    await ctx.call('cmd.run_all', [words], { output_loglevel: 'trace', python_shell: false, ...options, env }) as unknown as AptResult;
  let done = await run();
  for (let count = 1; done.stderr.includes('Could not get lock') && count <= LOCK_TRIES; count++) {
    ctx.log.warn({}, `Waiting for dpkg lock release: retrying... ${count}/100`);
    await sleep(FIRST_WAIT_MS * 2 ** (count - 1), ctx.signal, true);
    done = await run();
  }
  return done;
}

async function scopeWords(ctx: Context): Promise<readonly string[]> {
  if (ctx.grains['init'] !== 'systemd' || (await ctx.sys.which('systemd-run')) === undefined) return [];
  if (!isTruthy(await ctx.call('config.get', ['systemd.scope', true]))) return [];
  return ['systemd-run', '--scope', '--description', '"pkg"'];
}

/** `system-environment:modules:pkg:_` of pillar or configuration. */
function moduleEnvironment(ctx: Context): PlainMap {
  for (const from of [ctx.pillar, ctx.opts]) {
    const found = ['modules', 'pkg', '_'].reduce<Value>((map, name) => (isMap(map) && !(map instanceof Map) ? map[name] ?? null : null), from['system-environment'] ?? null);
    if (isPlainMap(found)) return found;
  }
  return {};
}
