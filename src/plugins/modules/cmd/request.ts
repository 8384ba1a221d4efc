/** What the functions of `cmd` ask for, with one shape for all of them, and its parameters. */
import type { Context } from '../../../kernel/contract/context.js';
import { p, type ArgsOf } from '../../../kernel/contract/params.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

export const DEFAULT_SHELL = '/bin/bash';

/** Every parameter the functions share. Each function takes its own in its own order with `pick`. */
export const PARAMS = {
  /** Text, or a list of words that needs no shell. */
  cmd: p.any(),
  cwd: p.string(null, 'Folder to run in; the home of the user without it'),
  stdin: p.any(null, 'Text for the standard input'),
  runas: p.string(null, 'User to run as'),
  group: p.string(null, 'Group to run as; needs sudo'),
  shell: p.any(DEFAULT_SHELL, 'Shell for commands that use one'),
  python_shell: p.any(null, 'Whether a shell reads the command'),
  env: p.any(null, 'Environment variables: a mapping or a list of mappings'),
  clean_env: p.bool(false, 'Start from an empty environment'),
  template: p.string(null, 'Template engine for the command and its folder'),
  rstrip: p.bool(true, 'Cut white space off the end of the output'),
  umask: p.any(null, 'Octal umask of the command'),
  output_encoding: p.string(null, 'Encoding of the output'),
  output_loglevel: p.any('debug', 'Level at which output is logged, or `quiet`'),
  log_callback: p.any(null, 'Accepted and not used: functions do not travel'),
  hide_output: p.bool(false, 'Give no output back'),
  timeout: p.any(null, 'Seconds after which the command and what it started are ended'),
  reset_system_locale: p.bool(true, 'Set all locale variables to C'),
  ignore_retcode: p.bool(false, 'An exit code that is not zero is no failure of the job'),
  saltenv: p.string(null, 'Environment of the file server'),
  use_vt: p.any(false, 'Report as a terminal would: output as it is, a timeout in stderr'),
  redirect_stderr: p.bool(true, 'Join stderr into stdout'),
  bg: p.bool(false, 'Start and do not wait'),
  password: p.any(null, 'Accepted for Windows; not used'),
  encoded_cmd: p.bool(false, 'The command is encoded for PowerShell'),
  raise_err: p.bool(false, 'Fail when the command fails'),
  prepend_path: p.string(null, 'Put before PATH'),
  success_retcodes: p.any(null, 'Exit codes that count as success'),
  success_stdout: p.any(null, 'Texts in stdout that make it a success'),
  success_stderr: p.any(null, 'Texts in stderr that make it a success'),
} as const;

/** Some of the shared parameters, in the order asked for. */
export function pick<K extends keyof typeof PARAMS>(...names: readonly K[]): Pick<typeof PARAMS, K> {
  return Object.fromEntries(names.map((name) => [name, PARAMS[name]])) as unknown as Pick<typeof PARAMS, K>;
}

type Arguments = Partial<ArgsOf<typeof PARAMS>> & { readonly kwargs?: PlainMap };

export interface CommandRequest {
  readonly cmd: Value;
  readonly cwd: string | null;
  readonly stdin: Value;
  readonly runas: string | null;
  readonly group: string | null;
  readonly shell: string | null;
  readonly pythonShell: boolean;
  readonly env: Value;
  readonly cleanEnv: boolean;
  readonly template: string | null;
  readonly saltenv: string | null;
  /** `pillar` and `pillarenv` that templates of the call see instead of the minion's own. */
  readonly pillar: PlainMap;
  readonly rstrip: boolean;
  readonly umask: Value;
  readonly outputEncoding: string | null;
  readonly outputLoglevel: Value;
  readonly timeout: Value;
  readonly resetSystemLocale: boolean;
  readonly ignoreRetcode: boolean;
  readonly useVt: boolean;
  readonly background: boolean;
  readonly mergeStderr: boolean;
  readonly prependPath: string | null;
  readonly successRetcodes: Value;
  readonly successStdout: Value;
  readonly successStderr: Value;
  readonly rawNewlines: boolean;
  /** The call is what a job asked for: blacklists of commands apply. */
  readonly checked: boolean;
}

/** The request of a call; what a function has no parameter for gets the value the others have by default. */
export function requestOf(args: Arguments, change: Partial<CommandRequest> = {}): CommandRequest {
  const kwargs = args.kwargs ?? {};
  return {
    cmd: args.cmd ?? null,
    cwd: args.cwd === '' ? null : args.cwd ?? null,
    stdin: args.stdin ?? null,
    runas: args.runas === '' ? null : args.runas ?? null,
    group: args.group === '' ? null : args.group ?? null,
    shell: isTruthy(args.shell) ? str(args.shell ?? null) : null,
    pythonShell: args.python_shell === true,
    env: args.env ?? null,
    cleanEnv: args.clean_env ?? false,
    template: args.template === '' ? null : args.template ?? null,
    saltenv: args.saltenv === '' ? null : args.saltenv ?? null,
    pillar: Object.fromEntries(['pillar', 'pillarenv'].filter((name) => name in kwargs).map((name) => [name, kwargs[name] ?? null])),
    rstrip: args.rstrip ?? true,
    umask: args.umask ?? null,
    outputEncoding: args.output_encoding ?? null,
    outputLoglevel: args.output_loglevel ?? 'debug',
    timeout: args.timeout ?? null,
    resetSystemLocale: args.reset_system_locale ?? true,
    ignoreRetcode: args.ignore_retcode ?? false,
    useVt: isTruthy(args.use_vt),
    background: args.bg ?? (isTruthy(kwargs['bg'])),
    mergeStderr: args.redirect_stderr ?? false,
    prependPath: args.prepend_path ?? null,
    successRetcodes: args.success_retcodes ?? null,
    successStdout: args.success_stdout ?? null,
    successStderr: args.success_stderr ?? null,
    rawNewlines: isTruthy(kwargs['stdin_raw_newlines']),
    checked: isJobCall(kwargs),
    ...change,
  };
}

/** Only a job's own call carries facts of the job; a call by another function does not. */
export function isJobCall(kwargs: PlainMap): boolean {
  return isTruthy(kwargs['__pub_jid']);
}

/** A job's own command goes through the shell unless it says otherwise; so does every command with `cmd_safe: False`. */
export function usesShell(pythonShell: Value | undefined, kwargs: PlainMap, ctx: Context): boolean {
  if (pythonShell !== null && pythonShell !== undefined) return pythonShell === true;
  return isJobCall(kwargs) || ctx.opts['cmd_safe'] === false;
}
