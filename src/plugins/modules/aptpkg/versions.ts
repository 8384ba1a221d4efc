/** Versions on offer and their order. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageNames, plainArgument } from '../pkg/names.js';
import { fitsOperator } from '../../../kernel/sys/pkg/version-operator.js';
import { callApt } from './apt.js';
import { chosen, listInstalled } from './installed.js';
import { refreshDb } from './refresh.js';

/** -1, 0 or 1 as dpkg orders them; null for what is no version. */
export async function compareVersions(first: string, second: string, ctx: Context, ignoreEpoch = false): Promise<number | null> {
  const bare = (version: string): string => (ignoreEpoch ? version.slice(version.indexOf(':') + 1) : version);
  const [left, right] = [bare(first), bare(second)];
  if (left.startsWith('-') || right.startsWith('-')) return null;
  for (const [operator, result] of [['lt', -1], ['eq', 0], ['gt', 1]] as const) {
    const code = await ctx.call('cmd.retcode', [['dpkg', '--compare-versions', left, operator, right]],
      { output_loglevel: 'trace', python_shell: false, ignore_retcode: true });
    if (code === 0) return result;
  }
  return null;
}

/** `first operator second`, false when one is no version. */
export async function versionFits(first: string, operator: string, second: string, ctx: Context, ignoreEpoch = false): Promise<boolean> {
  return fitsOperator(await compareVersions(first, second, ctx, ignoreEpoch), operator, ctx.log);
}

/** Candidate versions in the output of `apt-cache policy`, by package; empty text for none. */
export function readPolicy(output: string, names: readonly string[]): Map<string, string> {
  const short = new Set(names.map((name) => name.split(':')[0]));
  const candidates = new Map<string, string>();
  let current: string | undefined;
  for (const line of output.split('\n').map((text) => text.trim())) {
    if (line.endsWith(':') && !line.startsWith('Version table')) {
      const name = line.slice(0, -1);
      if (names.includes(name) || short.has(name.split(':')[0])) current = name;
    } else if (line.startsWith('Candidate') && current !== undefined) {
      const words = line.split(/\s+/);
      const candidate = words.length >= 2 ? words.at(-1) ?? '' : '';
      candidates.set(current, candidate.toLowerCase() === '(none)' ? '' : candidate);
    }
  }
  return candidates;
}

export interface LatestOptions {
  readonly refresh: boolean;
  readonly showInstalled: boolean;
  readonly fromrepo: string | null;
  readonly cacheValidTime: number;
}

/** @throws InvocationError for `repo`, which real Salt refuses as well */
export function latestOptions(kwargs: PlainMap): LatestOptions {
  if (Object.hasOwn(kwargs, 'repo')) throw new InvocationError("The 'repo' argument is invalid, use 'fromrepo' instead");
  return {
    refresh: isTrue(kwargs['refresh'] ?? true), showInstalled: isTrue(kwargs['show_installed'] ?? false),
    fromrepo: isTruthy(kwargs['fromrepo']) ? plainArgument(str(kwargs['fromrepo'] ?? ''), 'Release') : null,
    cacheValidTime: Number(kwargs['cache_valid_time'] ?? 0),
  };
}

/**
 * The version an upgrade or installation would give, empty when there is nothing newer; text for one name, a mapping for
 * several. Names that are only known with an architecture are answered so; unknown ones are dropped when it comes to
 * counting names (observed: one unknown name gives a mapping).
 */
export async function latestVersions(given: readonly Value[], options: LatestOptions, ctx: Context): Promise<Value> {
  const names = packageNames(given);
  if (names.length === 0) return '';
  const installed = chosen(await listInstalled(ctx));
  if (options.refresh) await refreshDb(ctx, { cacheValidTime: options.cacheValidTime });
  const release = options.fromrepo === null ? [] : ['-o', `APT::Default-Release=${options.fromrepo}`];
  const { stdout } = await callApt(['apt-cache', '-q', 'policy', ...names, ...release], ctx, { scope: false });
  const candidates = readPolicy(stdout, names);
  const counted = names.flatMap((name) =>
    (candidates.has(name) ? [name] : [...candidates.keys()].filter((known) => known.startsWith(`${name}:`))));
  const answer: PlainMap = Object.fromEntries(names.map((name) => [name, '']));
  for (const name of new Set(counted)) {
    const candidate = candidates.get(name) ?? '';
    answer[name] = await offered(candidate, installed[name] ?? [], options, ctx);
  }
  return counted.length === 1 ? answer[counted[0] ?? ''] ?? '' : answer;
}

async function offered(candidate: string, installed: readonly string[], options: LatestOptions, ctx: Context): Promise<string> {
  if (candidate === '' || installed.length === 0 || options.showInstalled) return candidate;
  for (const version of installed) if (await versionFits(version, '>=', candidate, ctx)) return '';
  return candidate;
}

/** Versions by package in the output of `apt-cache show` or `apt-cache dump`. */
export function readVersions(output: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let current = '';
  for (const line of output.split('\n')) {
    const name = /^Package: (.+)/.exec(line)?.[1];
    if (name !== undefined) current = name;
    const version = /^\s*Version:\s+(.*\S)/.exec(line)?.[1];
    if (version !== undefined) (found[current] ??= []).push(version);
  }
  return found;
}

/** All versions on offer of the packages named, or of all. */
export async function versionsOnOffer(names: readonly Value[], ctx: Context): Promise<Record<string, string[]>> {
  const argv = names.length === 0 ? ['apt-cache', 'dump'] : ['apt-cache', 'show', ...packageNames(names)];
  return readVersions((await callApt(argv, ctx, { scope: false, options: { ignore_retcode: true } })).stdout);
}

/** What `apt-get --just-print` would install. */
export function readSimulation(output: string): Record<string, string> {
  return Object.fromEntries([...output.matchAll(/^Conf ([^ ]+) \(([^ ]+)/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** @throws CommandExecutionError with the words of apt */
export async function upgradable(distUpgrade: boolean, fromrepo: Value | undefined, ctx: Context): Promise<Record<string, string>> {
  const release = fromrepo === undefined ? [] : ['-o', `APT::Default-Release=${str(fromrepo)}`];
  const done = await callApt(['apt-get', '--just-print', distUpgrade ? 'dist-upgrade' : 'upgrade', ...release], ctx);
  if (done.retcode === 0) return readSimulation(done.stdout);
  const why = done.stderr === '' ? done.stdout : done.stderr;
  throw new CommandExecutionError(`Failed to get upgrades${why === '' ? '' : `: ${why}`}`);
}
