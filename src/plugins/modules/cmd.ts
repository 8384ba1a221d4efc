/** Runs commands and scripts on the minion. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { CommandExecutionError, PythonError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { runInChroot } from './cmd/chroot.js';
import { outputLog } from './cmd/log-level.js';
import { readPowershellJson, runPowershell, withResult } from './cmd/powershell.js';
import { pick, requestOf, usesShell, type CommandRequest } from './cmd/request.js';
import { commandName, runCommand, type CommandResult } from './cmd/run-command.js';
import { runCode, runScript } from './cmd/script.js';
import { listedShells, shellInfo } from './cmd/shell-info.js';
import { echoToTerminal } from './cmd/terminal.js';

type Arguments = Parameters<typeof requestOf>[0];

const BEGINNING = ['cmd', 'cwd', 'stdin', 'runas', 'group', 'shell'] as const;
const OUTPUT = ['umask', 'output_encoding', 'output_loglevel', 'log_callback'] as const;
const SUCCESS = ['success_retcodes', 'success_stdout', 'success_stderr'] as const;
const kwargs = p.keywords({ pub: true });

/** The request of a call that decides by itself whether it needs a shell. */
function request(args: Arguments, ctx: Context, change: Partial<CommandRequest> = {}): CommandRequest {
  return requestOf(args, { pythonShell: usesShell(args.python_shell, args.kwargs ?? {}, ctx), ...change });
}

/** `cmd.run` logs what it gives a second time, as `output` (golden: cli/call-cmd-fail). */
async function runForOutput(asked: CommandRequest, { hidden, raise }: { hidden: boolean; raise: boolean }, ctx: Context): Promise<Value> {
  const { stdout, retcode } = await runCommand(asked, ctx);
  const level = outputLog(asked.outputLoglevel, ctx);
  const failed = retcode !== 0 && !asked.ignoreRetcode && !asked.background;
  if (failed && !level.quiet) {
    ctx.log.error({}, `Command '${commandName(asked.cmd)}' failed with return code: ${retcode ?? 'None'}`);
    if (raise) throw new CommandExecutionError(hidden ? '' : stdout);
  }
  (failed ? level.asErrors() : level).log(`output: ${stdout}`);
  return hidden ? '' : stdout;
}

const shown = (result: CommandResult, hidden: boolean): PlainMap => (hidden ? { ...result, stdout: '', stderr: '' } : { ...result });

export default defineModule({
  name: 'cmd',
  quickGrains: true,
  doc: 'Runs commands and scripts, with or without a shell, as any user and in any environment.',
  functions: {
    run: fn({
      doc: "Runs a command and gives its output, errors included.\nsalt '*' cmd.run 'ls -l | head -3'",
      params: {
        ...pick(...BEGINNING, 'python_shell', 'env', 'clean_env', 'template', 'rstrip', ...OUTPUT, 'hide_output', 'timeout',
          'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'redirect_stderr', 'bg', 'password', 'encoded_cmd',
          'raise_err', 'prepend_path', ...SUCCESS),
        kwargs,
      },
      run: (args, ctx) => runForOutput(request(args, ctx), { hidden: args.hide_output, raise: args.raise_err }, ctx),
    }),
    shell: fn({
      doc: "Runs a command through the shell and gives its output.\nsalt '*' cmd.shell 'echo $SHELL'",
      params: {
        ...pick(...BEGINNING, 'env', 'clean_env', 'template', 'rstrip', ...OUTPUT, 'hide_output', 'timeout',
          'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'bg', 'password', 'prepend_path', ...SUCCESS),
        kwargs,
      },
      run: (args, ctx) => {
        const pythonShell = args.kwargs['python_shell'] ?? true;
        const asked = request(args, ctx, { pythonShell: pythonShell === true, mergeStderr: true });
        return runForOutput(asked, { hidden: args.hide_output, raise: args.kwargs['raise_err'] === true }, ctx);
      },
    }),
    run_stdout: fn({
      doc: "Runs a command and gives its standard output.\nsalt '*' cmd.run_stdout 'ls'",
      params: {
        ...pick(...BEGINNING, 'python_shell', 'env', 'clean_env', 'template', 'rstrip', ...OUTPUT, 'hide_output', 'timeout',
          'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'password', 'prepend_path', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => shown(await runCommand(request(args, ctx), ctx), args.hide_output)['stdout'] ?? '',
    }),
    run_stderr: fn({
      doc: "Runs a command and gives its error output.\nsalt '*' cmd.run_stderr 'ls /missing'",
      params: {
        ...pick(...BEGINNING, 'python_shell', 'env', 'clean_env', 'template', 'rstrip', ...OUTPUT, 'hide_output', 'timeout',
          'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'password', 'prepend_path', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => shown(await runCommand(request(args, ctx), ctx), args.hide_output)['stderr'] ?? '',
    }),
    run_all: fn({
      doc: "Runs a command and gives process id, exit code and both outputs.\nsalt '*' cmd.run_all 'ls'",
      params: {
        ...pick(...BEGINNING, 'python_shell', 'env', 'clean_env', 'template', 'rstrip', ...OUTPUT, 'hide_output', 'timeout',
          'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'redirect_stderr', 'password', 'encoded_cmd',
          'prepend_path', ...SUCCESS),
        redirect_stderr: p.bool(false, 'Join stderr into stdout'),
        kwargs,
      },
      run: async (args, ctx) => shown(await runCommand(request(args, ctx), ctx), args.hide_output),
    }),
    retcode: fn({
      doc: "Runs a command and gives its exit code.\nsalt '*' cmd.retcode 'test -e /etc/passwd'",
      params: {
        ...pick(...BEGINNING, 'python_shell', 'env', 'clean_env', 'template', ...OUTPUT, 'timeout', 'reset_system_locale',
          'ignore_retcode', 'saltenv', 'use_vt', 'password', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => (await runCommand(request(args, ctx, { mergeStderr: true }), ctx)).retcode,
    }),
    run_bg: fn({
      doc: "Starts a command, does not wait for it and gives its process id.\nsalt '*' cmd.run_bg 'sleep 60'",
      params: {
        ...pick('cmd', 'cwd', 'runas', 'group', 'shell', 'python_shell', 'env', 'clean_env', 'template', 'umask', 'timeout',
          'output_encoding', 'output_loglevel', 'log_callback', 'reset_system_locale', 'ignore_retcode', 'saltenv', 'password',
          'prepend_path', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => {
        const { pid } = await runCommand(request(args, ctx, { background: true, rstrip: false }), ctx);
        return { pid };
      },
    }),
    run_chroot: fn({
      doc: "Runs a command inside another root folder, with dev, proc and sys mounted.\nsalt '*' cmd.run_chroot /var/lib/lxc/a/rootfs 'apt-get update'",
      params: {
        root: p.string(),
        ...pick(...BEGINNING), python_shell: p.any(true),
        binds: p.any(null, 'Folders of this system to show inside'),
        ...pick('env', 'clean_env', 'template', 'rstrip', 'umask', 'output_encoding'), output_loglevel: p.any('quiet'),
        ...pick('log_callback', 'hide_output', 'timeout', 'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'bg', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => {
        const binds = Array.isArray(args.binds) ? args.binds.map(String) : [];
        return shown(await runInChroot(args.root, binds, requestOf(args), ctx), args.hide_output);
      },
    }),
    script: fn({
      doc: "Fetches a script from the file server and runs it.\nsalt '*' cmd.script salt://scripts/run.sh args='one two'",
      params: {
        source: p.string(), args: p.any(null, 'Arguments: text or a list'),
        ...pick('cwd', 'stdin', 'runas', 'group', 'shell', 'python_shell', 'env', 'template', ...OUTPUT, 'hide_output', 'timeout',
          'reset_system_locale', 'saltenv', 'use_vt', 'bg', 'password', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => {
        const { source, saltenv } = args;
        const template = args.template === '' ? null : args.template;
        const asked = request(args, ctx, { template: null });
        const done = await runScript({ source, args: args.args, template, saltenv, kwargs: args.kwargs, request: asked }, ctx);
        return args.hide_output ? { ...done, stdout: '', stderr: '' } : done;
      },
    }),
    script_retcode: fn({
      doc: "Fetches a script from the file server, runs it and gives its exit code.\nsalt '*' cmd.script_retcode salt://scripts/run.sh",
      params: {
        source: p.string(), args: p.any(null, 'Arguments: text or a list'),
        ...pick('cwd', 'stdin', 'runas', 'group', 'shell', 'python_shell', 'env'), template: p.any('jinja', 'Template engine for the script; none when empty'),
        ...pick('umask', 'timeout', 'reset_system_locale', 'saltenv', 'output_encoding', 'output_loglevel', 'log_callback', 'use_vt',
          'password', ...SUCCESS),
        kwargs,
      },
      run: async (args, ctx) => {
        const template = isTruthy(args.template) ? str(args.template) : null;
        const asked = request({ ...args, template: null }, ctx);
        const { source, saltenv } = args;
        const done = await runScript({ source, args: args.args, template, saltenv, kwargs: args.kwargs, request: asked }, ctx);
        if (done['retcode'] === undefined) throw new PythonError('KeyError', "'retcode'");
        return done['retcode'];
      },
    }),
    exec_code: fn({
      doc: "Runs code through an interpreter and gives its output.\nsalt '*' cmd.exec_code ruby 'puts \"cheese\"'",
      params: { lang: p.string(), code: p.string(), cwd: p.string(null), args: p.any(null), kwargs },
      run: async ({ lang, code, cwd, args, kwargs: others }, ctx) => (await runCode(lang, code, args, codeRequest(cwd, others), ctx)).stdout,
    }),
    exec_code_all: fn({
      doc: "Runs code through an interpreter and gives process id, exit code and both outputs.\nsalt '*' cmd.exec_code_all ruby 'puts \"cheese\"'",
      params: { lang: p.string(), code: p.string(), cwd: p.string(null), args: p.any(null), kwargs },
      run: async ({ lang, code, cwd, args, kwargs: others }, ctx) => ({ ...(await runCode(lang, code, args, codeRequest(cwd, others), ctx)) }),
    }),
    which: fn({
      doc: "Gives the path of a program.\nsalt '*' cmd.which cat",
      params: { cmd: p.string() },
      run: ({ cmd }, ctx) => findProgram(cmd, ctx),
    }),
    which_bin: fn({
      doc: "Gives the path of the first of several programs that exists.\nsalt '*' cmd.which_bin '[pip2, pip, pip-python]'",
      params: { cmds: p.any() },
      run: async ({ cmds }, ctx) => {
        for (const cmd of Array.isArray(cmds) ? cmds : [cmds]) {
          const path = await findProgram(str(cmd as Value), ctx);
          if (path !== null) return path;
        }
        return null;
      },
    }),
    has_exec: fn({
      doc: "Says whether a program exists.\nsalt '*' cmd.has_exec cat",
      params: { cmd: p.string() },
      run: async ({ cmd }, ctx) => (await findProgram(cmd, ctx)) !== null,
    }),
    tty: fn({
      doc: "Writes text to a terminal.\nsalt '*' cmd.tty tty0 'This is a test'",
      params: { device: p.string(), echo: p.string('') },
      run: ({ device, echo }, ctx) => echoToTerminal(device, echo, ctx),
    }),
    shells: fn({
      doc: "Lists the shells of /etc/shells.\nsalt '*' cmd.shells",
      params: {},
      run: (_args, ctx) => listedShells(ctx),
    }),
    shell_info: fn({
      doc: "Gives facts about a shell or interpreter: bash, perl, php, powershell, python, ruby, tcsh, zsh.\nsalt '*' cmd.shell_info bash",
      params: { shell: p.string(), list_modules: p.bool(false, 'PowerShell only') },
      run: ({ shell }, ctx) => shellInfo(shell, ctx),
    }),
    powershell: fn({
      doc: "Runs a PowerShell command and reads its output as JSON.\nsalt '*' cmd.powershell 'Get-ChildItem'",
      params: {
        ...pick('cmd', 'cwd', 'stdin', 'runas'), shell: p.string('powershell'),
        ...pick('env', 'clean_env', 'template', 'rstrip', 'umask', 'output_encoding', 'output_loglevel', 'hide_output', 'timeout',
          'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'password'),
        depth: p.int(null), encode_cmd: p.bool(false), ...pick(...SUCCESS), kwargs,
      },
      run: async (args, ctx) => {
        const done = await runPowershell({ ...powershellCall(args), guarded: true }, ctx);
        try {
          return args.hide_output ? '' : readPowershellJson(done.stdout);
        } catch (err) {
          ctx.log.error({ err }, 'Error converting PowerShell JSON return');
          return {};
        }
      },
    }),
    powershell_all: fn({
      doc: "Runs a PowerShell command; gives its exit code and the JSON of its output as `result`.\nsalt '*' cmd.powershell_all 'Get-ChildItem'",
      params: {
        ...pick('cmd', 'cwd', 'stdin', 'runas'), shell: p.string('powershell'),
        ...pick('env', 'clean_env', 'template', 'rstrip', 'umask', 'output_encoding', 'output_loglevel'),
        quiet: p.bool(false), ...pick('timeout', 'reset_system_locale', 'ignore_retcode', 'saltenv', 'use_vt', 'password'),
        depth: p.int(null), encode_cmd: p.bool(false), force_list: p.bool(false), ...pick(...SUCCESS), kwargs,
      },
      run: async (args, ctx) => withResult(await runPowershell({ ...powershellCall(args), guarded: false }, ctx), args.force_list),
    }),
  },
});

async function findProgram(name: string, ctx: Context): Promise<string | null> {
  if (name === '') ctx.log.error({}, 'No executable was passed to be searched by salt.utils.path.which()');
  return (await ctx.sys.which(name)) ?? null;
}

/** `exec_code` hands everything it does not know to `run_all`. */
function codeRequest(cwd: string | null, others: PlainMap): CommandRequest {
  const read: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(pick('stdin', 'runas', 'group', 'env', 'clean_env', 'rstrip', ...OUTPUT, 'timeout',
    'reset_system_locale', 'ignore_retcode', 'redirect_stderr', 'prepend_path', ...SUCCESS))) {
    const value = others[name];
    if (value !== undefined) read[name] = param.read(value, name);
  }
  return requestOf({ ...(read as Arguments), cwd, kwargs: others });
}

interface PowershellArguments {
  readonly cmd: Value;
  readonly shell: string;
  readonly depth: number | null;
  readonly encode_cmd: boolean;
}

/** PowerShell is started by its own words; the shell of the request is never used. */
function powershellCall(args: PowershellArguments & Arguments) {
  const { cmd, shell, depth, encode_cmd: encode } = args;
  return { cmd, shell, depth, encode, request: requestOf(args, { shell: null }) };
}
