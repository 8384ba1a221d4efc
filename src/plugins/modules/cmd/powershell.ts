/** PowerShell commands whose output is JSON. On Linux this needs a program called `powershell` (observed: real Salt asks it for its version). */
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { runCommand, type CommandResult } from './run-command.js';
import type { CommandRequest } from './request.js';
import { shellInfo } from './shell-info.js';

export interface PowershellCall {
  readonly cmd: Value;
  readonly shell: string;
  readonly depth: number | null;
  readonly encode: boolean;
  /** Wraps the command so that its errors are written and do not end it. */
  readonly guarded: boolean;
  readonly request: CommandRequest;
}

/** @throws CommandExecutionError for a shell that is no PowerShell; PythonError `KeyError` when there is none here. */
export async function runPowershell(call: PowershellCall, ctx: Context): Promise<CommandResult> {
  if (!['powershell', 'pwsh'].includes(call.shell)) {
    throw new CommandExecutionError("Must specify a valid powershell binary. Must be 'powershell' or 'pwsh'");
  }
  const version = (await shellInfo('powershell', ctx))['version'];
  if (typeof version !== 'string') throw new PythonError('KeyError', "'psversion'");
  const program = await ctx.sys.which(call.shell);
  if (program === undefined) throw new CommandExecutionError(`The shell ${call.shell} is not available`);
  const options = [program, '-NonInteractive', '-NoProfile', '-ExecutionPolicy', 'Bypass'];
  const text = commandText(call, Number.parseInt(version, 10) >= 3);
  const cmd = call.encode
    ? [...options, '-EncodedCommand', Buffer.from(`$ProgressPreference='SilentlyContinue'; ${text}`, 'utf16le').toString('base64')]
    : [...options, '-Command', text];
  return runCommand({ ...call.request, cmd, pythonShell: false }, ctx);
}

function commandText({ cmd, depth, guarded }: PowershellCall, hasJson: boolean): string {
  const given = Array.isArray(cmd) ? (cmd as readonly Value[]).map(str).join(' ') : str(cmd);
  const text = hasJson ? `${given} | ConvertTo-JSON${depth === null ? '' : ` -Depth ${depth}`}` : given;
  return guarded ? `try { ${text} } catch { Write-Error $_ }` : text;
}

/** What PowerShell wrote; plain text counts as a JSON text, nothing as an empty one. @throws SyntaxError */
export function readPowershellJson(output: string): Value {
  if (output === '') return '';
  const json = /^["{[]/.test(output) ? output : `"${output}"`;
  return JSON.parse(json) as Value;
}

/** The full answer of `powershell_all`: stdout becomes `result`. @throws CommandExecutionError when it is no JSON */
export function withResult(done: CommandResult, forceList: boolean): PlainMap {
  const { stdout, ...others } = done;
  if (stdout === '') return forceList ? { ...others, result: [] } : others;
  let parsed: Value;
  try {
    parsed = readPowershellJson(stdout);
  } catch (err) {
    throw new CommandExecutionError('cmd.powershell_all cannot parse the Powershell output.', { context: { info: done }, cause: err });
  }
  const result = forceList && !Array.isArray(parsed) ? [parsed] : parsed;
  return { ...others, result, stderr: others.stderr.includes('CLIXML') ? '' : others.stderr };
}
