/** Running programs inside of a running container. Source: read, Salt 3006; Docker Engine API 1.41, "Exec". */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { checkedName } from '../../../kernel/sys/docker/names.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { containerPath, containerState } from './inspect.js';
import { asking, askMap, openClient } from './server.js';

const PATH = 'PATH=/bin:/usr/bin:/sbin:/usr/sbin:/opt/bin:/usr/local/bin:/usr/local/sbin';

export interface Execution {
  readonly cmd: string;
  readonly stdin: string | null;
  readonly keepEnv: Value;
  /** Whether a shell in the container reads the command. */
  readonly hasShell: boolean;
}

/** Variables of this program that the one inside gets: those of the list; unless everything is kept it has nothing else but a path. */
function environmentOf(keepEnv: Value, ctx: Context): string[] {
  const names = isList(keepEnv) ? keepEnv.map(str) : typeof keepEnv === 'string' ? keepEnv.split(',') : [];
  const kept = names.flatMap((name) => (ctx.sys.env[name] === undefined ? [] : [`${name}=${ctx.sys.env[name]}`]));
  return [...keepEnv === true || names.includes('PATH') ? [] : [PATH], ...kept];
}

/** Runs a program in a running container. */
export async function execute(name: string, { cmd, stdin, keepEnv, hasShell }: Execution, ctx: Context): Promise<PlainMap> {
  if (await containerState(name, ctx) !== 'running') throw new CommandExecutionError(`Container '${name}' is not running`);
  const words = hasShell ? ['sh', '-c', cmd] : splitWords(cmd);
  const clean = keepEnv === true ? [] : ['env', '-i', ...environmentOf(keepEnv, ctx)];
  const body = { AttachStdin: stdin !== null, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: [...clean, ...words] };
  const made = await askMap({ method: 'POST', path: containerPath(name, '/exec'), body }, ctx);
  const path = `/exec/${checkedName(str(made['Id'] ?? ''), 'session')}`;
  const starting = asking({ method: 'POST', path: `${path}/start`, body: { Detach: false, Tty: false }, seconds: 0, headers: { connection: 'Upgrade', upgrade: 'tcp' } }, ctx);
  const { stdout, stderr } = await (await openClient(ctx)).outputs(starting, false, stdin ?? undefined);
  const facts = await askMap({ path: `${path}/json` }, ctx);
  const text = (bytes: Buffer): string => bytes.toString('utf8').replace(/\n$/, '');
  return { pid: facts['Pid'] ?? 0, retcode: facts['ExitCode'] ?? null, stdout: text(stdout), stderr: text(stderr) };
}
