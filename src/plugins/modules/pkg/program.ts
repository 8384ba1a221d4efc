/** Starts the programs of package managers, in a scope of their own, with the environment that the configuration gives to `pkg`. */
import type { Context } from '../../../kernel/contract/context.js';
import { sleep } from '../../../kernel/std/async.js';
import { isMap, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface ProgramResult {
  readonly pid: number;
  readonly retcode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for the lock of another package manager; each wait doubles. */
export interface LockRule {
  /** Whose lock it is. */
  readonly of: string;
  isHeld(done: ProgramResult): boolean;
  readonly tries: number;
  readonly firstWaitMs: number;
}

export interface ProgramCall {
  /** In a scope of its own, so that a restart of our service does not end it. */
  readonly scope?: boolean;
  /** Words for `systemd-run` after `--scope`. */
  readonly scopeOptions?: readonly string[];
  /** Further arguments of `cmd.run_all`: timeout, stdin, env, ignore_retcode. */
  readonly options?: PlainMap;
  /** Wins over every other environment. */
  readonly env?: PlainMap;
  readonly lock?: LockRule;
}

/** Runs a program and gives its end, whatever it is. */
export async function callProgram(argv: readonly string[], ctx: Context, call: ProgramCall = {}): Promise<ProgramResult> {
  const { scope = true, scopeOptions = [], options = {}, lock } = call;
  const words = scope ? [...(await scopeWords(scopeOptions, ctx)), ...argv] : argv;
  const env = { ...moduleEnvironment(ctx), ...(isPlainMap(options['env']) ? options['env'] : {}), ...call.env };
  const run = async (): Promise<ProgramResult> =>
    await ctx.call('cmd.run_all', [words], { output_loglevel: 'trace', python_shell: false, ...options, env }) as unknown as ProgramResult;
  let done = await run();
  for (let count = 1; lock?.isHeld(done) === true && count <= lock.tries; count++) {
    ctx.log.warn({}, `Waiting for ${lock.of} lock release: retrying... ${count}/${lock.tries}`);
    await sleep(lock.firstWaitMs * 2 ** (count - 1), ctx.signal, true);
    done = await run();
  }
  return done;
}

async function scopeWords(options: readonly string[], ctx: Context): Promise<readonly string[]> {
  if (ctx.grains['init'] !== 'systemd' || (await ctx.sys.which('systemd-run')) === undefined) return [];
  if (!isTruthy(await ctx.call('config.get', ['systemd.scope', true]))) return [];
  return ['systemd-run', '--scope', ...options];
}

/** `system-environment:modules:pkg:_` of pillar or configuration. */
function moduleEnvironment(ctx: Context): PlainMap {
  for (const from of [ctx.pillar, ctx.opts]) {
    const found = ['modules', 'pkg', '_'].reduce<Value>((map, name) => (isMap(map) && !(map instanceof Map) ? map[name] ?? null : null), from['system-environment'] ?? null);
    if (isPlainMap(found)) return found;
  }
  return {};
}
