/** The environment variables of a command. */
import { randomUUID } from 'node:crypto';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapSize, type Value } from '../../../kernel/std/value.js';
import { DEFAULT_SHELL, type CommandRequest } from './request.js';

export type Variables = Record<string, string>;

/** All of these are `C` unless the caller sets them. Source: observed, Salt 3008.3, `cmd.run env clean_env=True`. */
const LOCALE_NAMES = [
  'LC_CTYPE', 'LC_NUMERIC', 'LC_TIME', 'LC_COLLATE', 'LC_MONETARY', 'LC_MESSAGES', 'LC_PAPER', 'LC_NAME', 'LC_ADDRESS',
  'LC_TELEPHONE', 'LC_MEASUREMENT', 'LC_IDENTIFICATION', 'LANGUAGE',
];
const LOGIN_TIMEOUT_MS = 10_000;

/**
 * Reads `env`: a mapping, a list of one-element mappings, or `K=V` text.
 * Differs: real Salt drops `K=V` text without a word; here it sets the variable, as the user meant.
 */
export function readVariables(env: Value, ctx: Context): Variables {
  const variables: Variables = {};
  for (const [name, value] of entriesOf(env, ctx)) {
    const key = str(name);
    if (value === null) {
      ctx.log.error({}, `Environment variable '${key}' passed without a value. Setting value to an empty string`);
    }
    variables[key] = value === null ? '' : str(value);
  }
  return variables;
}

function entriesOf(env: Value, ctx: Context): readonly (readonly [Value, Value])[] {
  if (isMap(env)) return mapEntries(env);
  if (typeof env === 'string') return env === '' ? [] : [assignment(env)];
  return Array.isArray(env) ? entriesOfList(env, ctx) : [];
}

/** As Salt, one wrong element makes the whole list count as empty. */
function entriesOfList(list: readonly Value[], ctx: Context): readonly (readonly [Value, Value])[] {
  const entries: (readonly [Value, Value])[] = [];
  for (const item of list) {
    const entry = entryOf(item);
    if (entry === undefined) {
      ctx.log.error({}, 'Invalid input for repack_dictlist: key/value pairs must contain only one element');
      return [];
    }
    entries.push(entry);
  }
  return entries;
}

function entryOf(item: Value): readonly [Value, Value] | undefined {
  if (typeof item === 'string') return item.includes('=') ? assignment(item) : [item, null];
  if (typeof item === 'number') return [item, null];
  return isMap(item) && mapSize(item) === 1 ? mapEntries(item)[0] : undefined;
}

function assignment(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** What the command gets: variables to add to (with `cleanEnv`: in place of) our own; null removes one. */
export async function commandEnvironment(request: CommandRequest, ctx: Context): Promise<Record<string, string | null>> {
  const given = readVariables(request.env, ctx);
  const variables: Record<string, string | null> = { ...(await loginVariables(request, ctx)), ...given };
  if (request.runas !== null) {
    const account = await ctx.sys.userByName(request.runas);
    Object.assign(variables, { USER: request.runas, HOME: account?.home ?? '/' });
  }
  if (request.resetSystemLocale) for (const name of LOCALE_NAMES) variables[name] ??= 'C';
  if (request.prependPath !== null) {
    const path = variables['PATH'] ?? (request.cleanEnv ? '' : ctx.sys.env['PATH'] ?? '');
    variables['PATH'] = path === '' ? request.prependPath : `${request.prependPath}:${path}`;
  }
  // The command must not talk to the service manager in our name.
  if (!Object.hasOwn(variables, 'NOTIFY_SOCKET')) variables['NOTIFY_SOCKET'] = null;
  return variables;
}

/** The variables a login of the other user has. Their profile runs as that user, never as us. */
async function loginVariables(request: CommandRequest, ctx: Context): Promise<Variables> {
  const { runas, group } = request;
  if (runas === null && group === null) return {};
  const marker = `<<<${randomUUID()}>>>`;
  const script = `printf '%s' '${marker}'; env -0; printf '%s' '${marker}'`;
  const done = await ctx.sys.run(loginCommand(request, script), { stdin: '', timeoutMs: LOGIN_TIMEOUT_MS, signal: ctx.signal, cwd: '/' });
  const parts = Buffer.from(done.stdout).toString('utf8').split(marker);
  if (parts.length === 1) {
    ctx.log.error({ stderr: Buffer.from(done.stderr).toString('utf8').slice(0, 500) }, `Environment could not be retrieved for user '${runas ?? ''}'`);
    return {};
  }
  if (parts.length !== 3) throw new CommandExecutionError("Environment could not be retrieved for user '{}'");
  const lines = (parts[1] ?? '').split('\0').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function loginCommand({ runas, group, shell }: CommandRequest, script: string): [string, ...string[]] {
  if (group === null) return ['su', '-s', shell ?? DEFAULT_SHELL, '-', runas ?? '', '-c', script];
  const who = runas === null ? [] : ['-u', runas];
  return ['sudo', '-n', ...who, '-g', group, '--', shell ?? DEFAULT_SHELL, '-c', script];
}
