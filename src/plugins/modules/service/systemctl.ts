/** Asks `systemctl`. Commands go through `cmd`, so that logs and the exit code of the job are those of Salt. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, type PlainMap } from '../../../kernel/std/value.js';
import { serviceName, shortName, unitName } from './names.js';

export interface CommandEnd {
  readonly retcode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SystemctlCall {
  readonly action: readonly string[];
  readonly name?: string;
  readonly scope?: boolean;
  readonly noBlock?: boolean;
  readonly root?: string | null;
  readonly more?: readonly string[];
}

/** systemd is process 1. */
export const isBooted = (ctx: Context): boolean => ctx.grains['init'] === 'systemd';

/** The argument list. @throws CommandNotFoundError, CommandExecutionError when a program is missing */
export async function systemctlWords(call: SystemctlCall, ctx: Context): Promise<string[]> {
  const program = await ctx.sys.which('systemctl');
  if (program === undefined) throw new CommandNotFoundError("'systemctl' is not available");
  const { action, name, noBlock, root, more = [] } = call;
  return [
    ...(call.scope === true ? await scopeWords(ctx) : []), program,
    ...(noBlock === true ? ['--no-block'] : []), ...(isTruthy(root ?? null) ? ['--root', root ?? ''] : []), ...action,
    ...(name === undefined ? [] : [unitName(serviceName(name))]), ...(action.includes('status') ? ['-n', '0'] : []), ...more,
  ];
}

/** In a scope of its own a command survives the restart of our service. */
export async function scopeWords(ctx: Context): Promise<string[]> {
  if (!(await hasScope(ctx)) || !isTruthy(await ctx.call('config.get', ['systemd.scope', true]))) return [];
  const program = await ctx.sys.which('systemd-run');
  if (program !== undefined) return [program, '--scope'];
  throw new CommandExecutionError('systemd-run is required for running systemctl with --scope, but it was not found on the system. '
    + "Make sure systemd-run is installed and in the system's PATH or disable it using the 'systemd.scope' config option.");
}

const SCOPES_SINCE = 205;

async function hasScope(ctx: Context): Promise<boolean> {
  if (!isBooted(ctx)) return false;
  const version = systemdVersion(ctx);
  if (version === undefined || version < SCOPES_SINCE) return false;
  const done = await ctx.sys.run(['systemctl', 'status', '-n', '0'], { signal: ctx.signal, timeoutMs: 30_000 });
  return !Buffer.from(done.stderr).toString('utf8').includes('Failed to get D-Bus connection');
}

function systemdVersion(ctx: Context): number | undefined {
  const { systemd } = ctx.grains;
  const version = isMap(systemd) ? Number.parseInt(str(mapGet(systemd, 'version') ?? ''), 10) : NaN;
  return Number.isNaN(version) ? undefined : version;
}

export async function runAll(words: readonly string[], ctx: Context, options: PlainMap = {}): Promise<CommandEnd> {
  return await ctx.call('cmd.run_all', [words], { python_shell: false, ...options }) as unknown as CommandEnd;
}

/** Runs systemctl and gives its end. */
export async function systemctl(call: SystemctlCall, ctx: Context, options: PlainMap = {}): Promise<CommandEnd> {
  return runAll(await systemctlWords(call, ctx), ctx, options);
}

export const unitStatus = (name: string, ctx: Context): Promise<CommandEnd> =>
  systemctl({ action: ['status'], name }, ctx, { redirect_stderr: true, ignore_retcode: true });

/** Since this version the exit code says whether a unit is known. */
const EXIT_CODES_SINCE = 231;

/** Whether systemd knows a unit. @throws CommandExecutionError when it does not run, or does not say */
export async function isKnown(name: string, ctx: Context): Promise<boolean> {
  const failed = `Failed to get information on unit '${name}'`;
  if (!isBooted(ctx)) throw new CommandExecutionError(`Cannot run in offline mode. ${failed}`);
  const status = await unitStatus(name, ctx);
  const version = systemdVersion(ctx);
  if (version !== undefined && version >= EXIT_CODES_SINCE) return status.retcode >= 0 && status.retcode < 4;
  const text = status.stdout.toLowerCase();
  if (text.includes('could not be found')) return false;
  const loaded = /^\s+loaded:\s+(\S+)/m.exec(text)?.[1];
  if (loaded === undefined) throw new CommandExecutionError(failed);
  return loaded !== 'not-found';
}

/** Reads the unit files anew when the one of this unit is new or was changed. */
export async function followUnitFile(name: string, ctx: Context): Promise<void> {
  const path = `/etc/systemd/system/${unitName(serviceName(name))}`;
  const isNew = (await ctx.sys.exists(path)) && !(await isKnown(name, ctx));
  if (isNew || (await unitStatus(name, ctx)).stdout.toLowerCase().includes("'systemctl daemon-reload'")) await reloadUnits(ctx);
}

export async function reloadUnits(ctx: Context): Promise<true> {
  const done = await systemctl({ action: ['--system', 'daemon-reload'] }, ctx, { redirect_stderr: true });
  if (done.retcode !== 0) throw new CommandExecutionError(`Problem performing systemctl daemon-reload: ${done.stdout}`);
  return true;
}

/** Without the lines in which systemd-run names its scope. */
export function withoutScopes(text: string): string {
  return text.split('\n').filter((line) => !line.endsWith('.scope')).join('\n').trim();
}

const LIST_OPTIONS = ['--full', '--no-legend', '--no-pager'];

/** Names of unit files in a state: enabled, disabled, static. */
export async function unitsInState(state: string, root: string | null, ctx: Context): Promise<string[]> {
  const words = await systemctlWords({ action: [...LIST_OPTIONS, 'list-unit-files'], root }, ctx);
  return readUnitFiles(str(await ctx.call('cmd.run', [words], { python_shell: false, ignore_retcode: true })), state);
}

export function readUnitFiles(output: string, state: string): string[] {
  const rows = output.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => row[1] === state).flatMap(([unit = '']) => shortName(unit) ?? []);
}

export async function runningUnits(ctx: Context): Promise<string[]> {
  const words = await systemctlWords({ action: LIST_OPTIONS }, ctx);
  return readRunning(str(await ctx.call('cmd.run', [words], { python_shell: false, ignore_retcode: true })));
}

export function readRunning(output: string): string[] {
  const rows = output.split('\n').map((line) => line.trim().split(/\s+/));
  return [...new Set(rows.filter((row) => row[3] === 'running').flatMap(([unit = '']) => shortName(unit) ?? []))].toSorted();
}

/** Lists of names in the properties of a unit. */
const LISTS = ['Before', 'After', 'Wants'];

/** Properties of a unit; `{ a=b ; c=d }` becomes a mapping. */
export function readProperties(output: string): PlainMap {
  const properties: PlainMap = {};
  for (const line of output.split('\n')) {
    const at = line.indexOf('=');
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? '' : line.slice(at + 1);
    if (value.startsWith('{')) properties[name] = readBraces(value);
    else properties[name] = LISTS.includes(name) ? value.split(/\s+/).filter((word) => word !== '') : value;
  }
  return properties;
}

function readBraces(value: string): PlainMap {
  const items = value.replaceAll(/[{}]/g, '').split(' ; ').map((item) => item.split('='));
  return Object.fromEntries(items.map(([name = '', text = '']) => [name.trim(), text.trim()]));
}

export async function unitProperties(name: string, root: string | null, ctx: Context): Promise<PlainMap> {
  const words = await systemctlWords({ action: ['show'], name, root }, ctx);
  return readProperties(str(await ctx.call('cmd.run', [words], { python_shell: false })));
}
