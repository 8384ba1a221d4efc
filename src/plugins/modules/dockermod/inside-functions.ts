/** Programs that run inside of containers. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { str } from '../../../kernel/std/python-text.js';
import { isInteger, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { execute } from './execute.js';

const params = {
  name: p.string(), cmd: p.string(), exec_driver: p.any(null, 'taken and not needed: the service is asked'), stdin: p.any(null), python_shell: p.any(true),
  output_loglevel: p.any('debug'), use_vt: p.any(false), ignore_retcode: p.bool(false), keep_env: p.any(null),
};

interface Asked {
  readonly name: string;
  readonly cmd: string;
  readonly stdin: Value;
  readonly python_shell: Value;
  readonly ignore_retcode: boolean;
  readonly keep_env: Value;
}

async function done({ name, cmd, stdin, python_shell: shell, keep_env: keepEnv, ignore_retcode: isIgnored }: Asked, ctx: Context): Promise<PlainMap> {
  const result = await execute(name, { cmd, stdin: stdin === null ? null : str(stdin), keepEnv, hasShell: isTruthy(shell) }, ctx);
  const code = isInteger(result['retcode'] ?? null) ? Number(result['retcode']) : 1;
  if (code !== 0 && !isIgnored) ctx.setRetcode(code);
  return result;
}

const both = ({ stdout, stderr }: PlainMap): string => [str(stdout ?? ''), str(stderr ?? '')].filter((text) => text !== '').join('\n');

const inside = (doc: string, example: string, give: (result: PlainMap) => Value): Fn =>
  fn({ doc: `${doc}\n\nsalt myminion docker.${example} mycontainer 'ls -l /etc'`, params, run: async (args, ctx) => give(await done(args, ctx)) });

export const insideFunctions: Readonly<Record<string, Fn>> = {
  run: inside('Run a command in a container and give what it wrote.', 'run', both),
  run_all: inside('Run a command in a container and give its exit code and both outputs.', 'run_all', (result) => result),
  retcode: inside('Run a command in a container and give its exit code.', 'retcode', (result) => result['retcode'] ?? null),
  run_stdout: inside('Run a command in a container and give its standard output.', 'run_stdout', (result) => result['stdout'] ?? ''),
  run_stderr: inside('Run a command in a container and give its standard error.', 'run_stderr', (result) => result['stderr'] ?? ''),
};
